import { createRequire } from 'node:module';
import { ApiObject, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { CompiledPool } from '../compile/compiled-pool.ts';
import { isText, sha256Of } from '../containerfile/context-file.ts';
import type { Origin } from '../diagnostics.ts';
import type { JobSettings } from '../spec/job.ts';
import { formatPoolId } from '../values/pool-id.ts';
import { digestConfigMap, jobSpec } from './job-spec.ts';
import { trustBundleName } from './job-surroundings.ts';
import type { LayersApp } from './layers-app.ts';
import { FILE, OUR_LABELS } from './own-chart.ts';

/** Kubernetes' limit for a ConfigMap, less room for its metadata. */
const LARGEST = 1024 * 1024 - 8 * 1024;

/** Client-side apply repeats an object in an annotation, which holds 256 KiB. */
const APPLIED_BY_SERVER = { 'argocd.argoproj.io/sync-options': 'ServerSideApply=true' };

/** Kubernetes changes no Job's template: where a later version has another, Argo CD makes the Job again, which finds its image. */
const REPLACED = { 'argocd.argoproj.io/sync-options': 'Force=true,Replace=true' };

/**
 * A pool's Job. Pools with an equal build, repository and settings share one, whose comments are those of the first of
 * them by name: the order in which a program makes its constructs must not show in any file.
 */
export function jobFor(app: LayersApp, compiled: CompiledPool): void {
  const { hash, job, image = '' } = compiled;
  const settings = sha256Of(JSON.stringify([image, job])).slice(0, 8);
  const id = `build-${hash.slice(0, 16)}-${settings}`;
  const known = app.node.tryFindChild(id) as BuildJob | undefined;
  if (known !== undefined && formatPoolId(known.compiled.id) <= formatPoolId(compiled.id)) return;
  app.node.tryRemoveChild(id);
  new BuildJob(app, id, { compiled, job: job!, image });
}

interface BuildJobProps {
  readonly compiled: CompiledPool;
  readonly job: JobSettings;
  /** The repository it pushes to. */
  readonly image: string;
}

/**
 * A build by a cluster: a ServiceAccount that may use the anyuid SCC and write ConfigMaps, the build's files, and the
 * Job. The labels are our own: objects with the operator's would be taken over by the operator.
 */
export class BuildJob extends Chart {
  /** @internal */
  readonly [FILE]: string;
  /** @internal The pool that it was made of. */
  readonly compiled: CompiledPool;

  constructor(scope: Construct, id: string, { compiled, job, image }: BuildJobProps) {
    super(scope, id, {
      labels: { ...OUR_LABELS, 'cdk8s-os-layers/build': compiled.hash },
      disableResourceNameHashes: true,
    });
    this.compiled = compiled;
    this[FILE] = `builds/${compiled.hash}/${id}.k8s.yaml`;
    const metadata = { name: id, namespace: job.namespace };
    this.addAccount(metadata);
    this.addFiles(scope as LayersApp, metadata, compiled);
    if (job.trustBundle === 'cluster') this.addTrustBundle(metadata);
    new ApiObject(this, 'job', {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { ...metadata, annotations: REPLACED },
      spec: jobSpec(id, compiled, job, image),
    });
  }

  private addAccount(metadata: { name: string; namespace: string }): void {
    // Loaded only where a Job is wanted: it costs as much as cdk8s itself.
    const kplus = createRequire(import.meta.url)('cdk8s-plus-28') as typeof import('cdk8s-plus-28');
    const account = new kplus.ServiceAccount(this, 'account', { metadata, automountToken: true });
    const role = new kplus.Role(this, 'role', { metadata });
    // No rule can limit what is created by its name.
    role.allow(['create'], { apiGroup: '', resourceType: 'configmaps' });
    role.allow(['patch'], {
      apiGroup: '',
      resourceType: 'configmaps',
      resourceName: digestConfigMap(metadata.name),
    });
    role.allow(['use'], {
      apiGroup: 'security.openshift.io',
      resourceType: 'securitycontextconstraints',
      resourceName: 'anyuid',
    });
    new kplus.RoleBinding(this, 'binding', { metadata, role }).addSubjects(account);
  }

  /** Without data: OpenShift writes it, for the label. */
  private addTrustBundle(metadata: { name: string; namespace: string }): void {
    new ApiObject(this, 'trust', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        ...metadata,
        name: trustBundleName(metadata.name),
        labels: { 'config.openshift.io/inject-trusted-cabundle': 'true' },
      },
    });
  }

  private addFiles(
    app: LayersApp,
    metadata: { name: string; namespace: string },
    compiled: CompiledPool,
  ): void {
    const data: Record<string, string> = { Containerfile: compiled.containerfile };
    const binaryData: Record<string, string> = {};
    let size = Buffer.byteLength(compiled.containerfile);
    for (const { name, content, source } of compiled.files) {
      const bytes = content ?? readSource(app, source!);
      const isReadable = isText(bytes);
      size += name.length + (isReadable ? bytes.length : Math.ceil(bytes.length / 3) * 4);
      if (size > LARGEST) continue;
      if (isReadable) data[name] = Buffer.from(bytes).toString('utf8');
      else binaryData[name] = Buffer.from(bytes).toString('base64');
    }
    if (size > LARGEST) {
      app.report([tooLarge(compiled, size)]);
      return;
    }
    new ApiObject(this, 'files', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...metadata, annotations: APPLIED_BY_SERVER },
      data,
      ...(Object.keys(binaryData).length > 0 && { binaryData }),
    });
  }
}

function readSource(app: LayersApp, source: string): Uint8Array {
  const file = app.sources.get(source.slice('layers/'.length));
  return typeof file === 'string' ? new Uint8Array() : file.read();
}

function tooLarge({ origin, files }: CompiledPool, size: number) {
  const at: Origin = { ...origin, path: [...(origin.path ?? []), 'build', 'job'] };
  const sources = files.flatMap(({ source }) => source ?? []).join(', ');
  return {
    code: 'context-too-large',
    severity: 'error' as const,
    source: 'input' as const,
    message: `the Containerfile and its files have ${size} bytes, and a ConfigMap holds ${LARGEST}`,
    hint: `Serve large files at a URL (rpms: [{ url, sha256 }]), or use build: local.${sources && ` Files: ${sources}.`}`,
    origin: at,
  };
}
