import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { compilePool } from '../compile/compile.ts';
import type { CompiledPool } from '../compile/compiled-pool.ts';
import { type Pin, pinOf } from '../compile/pins.ts';
import { below, type Diagnostic, failure, type Origin } from '../diagnostics.ts';
import type { Cluster } from '../spec/cluster.ts';
import type { Located } from '../spec/library.ts';
import { describeHold } from '../spec/lock.ts';
import { parseSpec } from '../spec/parse.ts';
import { pool as poolSchema } from '../spec/pool.ts';
import { kindOf } from '../spec/variant.ts';
import { TARGETS } from '../targets/index.ts';
import { machineConfigPoolOf, type TargetKind } from '../targets/target.ts';
import { formatPoolId } from '../values/pool-id.ts';
import { jobFor } from './build-job.ts';
import { entitlementFor } from './entitlement-copy.ts';
import { createObject } from './kube-objects.ts';
import { LayersApp } from './layers-app.ts';
import { FILE } from './own-chart.ts';
import { pinDiagnostics } from './pin-diagnostics.ts';
import type { PoolProps } from './props.ts';

/** What a pool is: the YAML document's keys, without kind, in one cluster. */
export interface LayeredPoolProps extends Omit<PoolProps, 'name' | 'clusters'> {
  /** The MachineConfigPool's name, at most 21 characters. Default: the construct's id. */
  readonly name?: string;
  /** The Cluster document that it is of; needed where there are any. Default: the unnamed cluster. */
  readonly cluster?: string;
}

/** Argo CD asks before it removes what would revert nodes. */
const ASK_BEFORE_REMOVAL = { 'argocd.argoproj.io/sync-options': 'Prune=confirm,Delete=confirm' };

/** Argo CD applies lower waves first; 0 is that of objects without one. */
const SYNC_WAVE = 'argocd.argoproj.io/sync-wave';

/**
 * A MachineConfigPool whose nodes get an image of layers: its MachineConfig or MachineOSConfig, and its build.
 * What is wrong with the props is reported by the app's `synth()`, for all pools at once.
 */
export class LayeredPool extends Chart {
  /** @internal The pool with its layers composed; undefined where its props have errors. */
  readonly compiled: CompiledPool | undefined;
  /** @internal What the lock says of it; undefined where its props have errors. */
  readonly pin: Pin | undefined;

  constructor(scope: Construct, id: string, props: LayeredPoolProps) {
    super(scope, id);
    const app = LayersApp.of(this);
    const origin: Origin = app.originOf(props) ?? { construct: this.node.path };
    const { cluster: clusterName, ...own } = props;
    const parsed = parseSpec(poolSchema, { ...own, name: props.name ?? id }, origin);
    const { cluster, diagnostics: unknown } = clusterOf(app, clusterName, origin);
    app.report([...parsed.diagnostics, ...unknown]);
    if (parsed.value === undefined || unknown.length > 0) return;
    const { compiled, diagnostics } = compilePool({
      pool: { value: parsed.value, origin },
      ...(cluster && { cluster }),
      library: app.library,
      sources: app.sources,
    });
    app.report(diagnostics);
    if (compiled === undefined) return;
    this.compiled = compiled;
    this.pin = pinOf(compiled, app.lockOf(compiled.id.cluster));
    app.add(this, compiled);
    if (app.knowsPinOf(compiled.id)) app.report(pinDiagnostics(compiled, this.pin));
    this.render(compiled, this.pin);
    if (compiled.job !== undefined && compiled.follows === undefined) {
      jobFor(app, compiled);
      entitlementFor(app, compiled);
    }
  }

  /** @internal The file of its manifests, below `dist/`. */
  get [FILE](): string {
    return `${this.compiled === undefined ? this.node.id : formatPoolId(this.compiled.id)}.k8s.yaml`;
  }

  private render(compiled: CompiledPool, pin: Pin): void {
    const [name, settings] = kindOf(compiled.pool.target);
    const target = TARGETS[name] as unknown as TargetKind<string, never>;
    const { name: poolName, machineConfigPool, syncWave } = compiled.pool;
    const isPinned = 'digest' in pin;
    const objects = target.objects(settings as never, {
      pool: poolName,
      containerfile: compiled.containerfile,
      node: { ...compiled.node },
      ...(isPinned && { pinned: pin }),
      annotations: {
        ...ASK_BEFORE_REMOVAL,
        ...(syncWave !== undefined && { [SYNC_WAVE]: String(syncWave) }),
        ...(isPinned && pin.build !== undefined && { 'cdk8s-os-layers/build': pin.build }),
        ...(isPinned && pin.origin === 'operator' && { 'cdk8s-os-layers/origin': pin.origin }),
        ...(isPinned && pin.isBehind && { 'cdk8s-os-layers/behind': compiled.hash }),
        ...(isPinned && pin.hold && { 'cdk8s-os-layers/held': describeHold(pin.hold) }),
      },
    });
    if (machineConfigPool !== undefined) {
      // Before the objects that are of it.
      const annotations = { ...ASK_BEFORE_REMOVAL, [SYNC_WAVE]: String((syncWave ?? 0) - 1) };
      createObject(this, machineConfigPoolOf(poolName, annotations, machineConfigPool));
    }
    for (const object of objects) createObject(this, object);
  }
}

function clusterOf(
  app: LayersApp,
  name: string | undefined,
  origin: Origin,
): { cluster?: Located<Cluster>; diagnostics: readonly Diagnostic[] } {
  const { clusters } = app.library;
  if (name === undefined && clusters.size === 0) return { diagnostics: [] };
  const cluster = name === undefined ? undefined : clusters.get(name);
  if (cluster !== undefined) return { cluster, diagnostics: [] };
  const hint =
    clusters.size === 0
      ? 'There are no Cluster documents.'
      : `Known are: ${[...clusters.keys()].join(', ')}.`;
  const message =
    name === undefined ? 'it is not said which cluster this pool is of' : `there is no cluster ${name}`;
  return {
    diagnostics: failure('input', 'unknown-cluster', message, { hint, origin: below(origin, ['cluster']) })
      .diagnostics,
  };
}
