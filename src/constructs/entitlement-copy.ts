import { createRequire } from 'node:module';
import { ApiObject, type ApiObjectMetadata, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { CompiledPool } from '../compile/compiled-pool.ts';
import { sha256Of } from '../containerfile/context-file.ts';
import { ENTITLEMENT_SECRET } from '../values/build-secret.ts';
import { formatImageRef } from '../values/image-ref.ts';
import { formatPoolId } from '../values/pool-id.ts';
import { entitlementScript } from './entitlement-script.ts';
import type { LayersApp } from './layers-app.ts';
import { FILE, OUR_LABELS } from './own-chart.ts';

/** Where the Insights Operator keeps the cluster's entitlement, while simple content access is on. */
const SOURCE = 'openshift-config-managed';

/** Argo CD waits for what is in an earlier wave: no build starts without what it mounts. */
const FIRST = { 'argocd.argoproj.io/sync-wave': '-1' };

/**
 * The copy of the cluster's entitlement that a pool's Job mounts, one for a namespace. It runs in the builder of the first
 * pool by name: the order in which a program makes its constructs must not show in any file.
 */
export function entitlementFor(app: LayersApp, compiled: CompiledPool): void {
  const { job, secrets } = compiled;
  // Another Secret is its owner's to fill.
  const isOurs = secrets.some(({ type, name }) => type === 'entitlement' && name === ENTITLEMENT_SECRET);
  if (job === undefined || !isOurs) return;
  const id = `entitlement-${job.namespace}`;
  const known = app.node.tryFindChild(id) as EntitlementCopy | undefined;
  if (known !== undefined && formatPoolId(known.compiled.id) <= formatPoolId(compiled.id)) return;
  app.node.tryRemoveChild(id);
  new EntitlementCopy(app, id, { compiled, namespace: job.namespace, builder: formatImageRef(job.builder) });
}

interface EntitlementCopyProps {
  readonly compiled: CompiledPool;
  readonly namespace: string;
  readonly builder: string;
}

/**
 * Copies the cluster's entitlement into a namespace that builds: once by a Job, so that the first build need not wait,
 * and every quarter of an hour by a CronJob, because certificates are rotated. No Secret is in git.
 */
export class EntitlementCopy extends Chart {
  /** @internal */
  readonly [FILE]: string;
  /** @internal The pool that it was made of. */
  readonly compiled: CompiledPool;

  constructor(scope: Construct, id: string, { compiled, namespace, builder }: EntitlementCopyProps) {
    super(scope, id, { labels: OUR_LABELS, disableResourceNameHashes: true });
    this.compiled = compiled;
    this[FILE] = `builds/${id}.k8s.yaml`;
    const metadata = { name: 'os-layers-entitlement', namespace };
    this.addAccount({ ...metadata, annotations: FIRST });
    const template = podTemplate(metadata, builder);
    new ApiObject(this, 'first', {
      apiVersion: 'batch/v1',
      kind: 'Job',
      // Kubernetes changes no Job's template: another one needs another name.
      metadata: {
        ...metadata,
        name: `${metadata.name}-${sha256Of(JSON.stringify(template)).slice(0, 8)}`,
        annotations: FIRST,
      },
      spec: { backoffLimit: 6, template },
    });
    new ApiObject(this, 'rotation', {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata,
      spec: {
        schedule: '*/15 * * * *',
        concurrencyPolicy: 'Forbid',
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 1,
        jobTemplate: { spec: { backoffLimit: 2, template } },
      },
    });
  }

  /** Reads one Secret there, and writes one here. */
  private addAccount(metadata: ApiObjectMetadata & { name: string; namespace: string }): void {
    // Loaded only where a Job is wanted: it costs as much as cdk8s itself.
    const kplus = createRequire(import.meta.url)('cdk8s-plus-28') as typeof import('cdk8s-plus-28');
    const account = new kplus.ServiceAccount(this, 'account', { metadata, automountToken: true });
    const secret = { apiGroup: '', resourceType: 'secrets', resourceName: ENTITLEMENT_SECRET };
    const writer = new kplus.Role(this, 'writer', { metadata });
    // What an apply creates has a name already, by which it can be limited: a create has none.
    writer.allow(['create', 'patch'], secret);
    new kplus.RoleBinding(this, 'writes', { metadata, role: writer }).addSubjects(account);
    // Two namespaces may build on one cluster.
    const there = { ...metadata, name: `${metadata.name}-${metadata.namespace}`, namespace: SOURCE };
    const reader = new kplus.Role(this, 'reader', { metadata: there });
    reader.allow(['get'], secret);
    new kplus.RoleBinding(this, 'reads', { metadata: there, role: reader }).addSubjects(account);
  }
}

function podTemplate({ name, namespace }: { name: string; namespace: string }, image: string) {
  return {
    metadata: { labels: OUR_LABELS },
    spec: {
      restartPolicy: 'Never',
      serviceAccountName: name,
      containers: [
        {
          name: 'copy',
          image,
          command: ['/bin/bash', '-c', entitlementScript()],
          env: [
            { name: 'SOURCE_NAMESPACE', value: SOURCE },
            { name: 'NAMESPACE', value: namespace },
            { name: 'SECRET', value: ENTITLEMENT_SECRET },
          ],
          terminationMessagePolicy: 'FallbackToLogsOnError',
          securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
            runAsNonRoot: true,
            seccompProfile: { type: 'RuntimeDefault' },
          },
        },
      ],
    },
  };
}
