import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { compilePool } from '../compile/compile.ts';
import type { CompiledPool } from '../compile/compiled-pool.ts';
import { type Pin, pinOf } from '../compile/pins.ts';
import type { Origin } from '../diagnostics.ts';
import { parseSpec } from '../spec/parse.ts';
import { pool as poolSchema } from '../spec/pool.ts';
import { kindOf } from '../spec/variant.ts';
import { TARGETS } from '../targets/index.ts';
import type { TargetKind } from '../targets/target.ts';
import { formatPoolId } from '../values/pool-id.ts';
import { jobFor } from './build-job.ts';
import { OBJECTS } from './kube-objects.ts';
import { LayersApp } from './layers-app.ts';
import { FILE } from './own-chart.ts';
import { pinDiagnostics } from './pin-diagnostics.ts';
import type { PoolProps } from './props.ts';

/** What a pool is: the YAML document's keys, without kind. */
export interface LayeredPoolProps extends Omit<PoolProps, 'name'> {
  /** The MachineConfigPool's name, at most 21 characters. Default: the construct's id. */
  readonly name?: string;
}

/** Argo CD asks before it removes what would revert nodes. */
const ASK_BEFORE_REMOVAL = { 'argocd.argoproj.io/sync-options': 'Prune=confirm,Delete=confirm' };

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
    const parsed = parseSpec(poolSchema, { ...props, name: props.name ?? id }, origin);
    app.report(parsed.diagnostics);
    if (parsed.value === undefined) return;
    const { compiled, diagnostics } = compilePool({
      pool: { value: parsed.value, origin },
      library: app.library,
      sources: app.sources,
    });
    app.report(diagnostics);
    if (compiled === undefined) return;
    this.compiled = compiled;
    this.pin = pinOf(compiled, app.lock);
    app.add(this, compiled);
    app.report(pinDiagnostics(compiled, this.pin));
    this.render(compiled, this.pin);
    if (compiled.job !== undefined) jobFor(app, compiled);
  }

  /** @internal The file of its manifests, below `dist/`. */
  get [FILE](): string {
    return `${this.compiled === undefined ? this.node.id : formatPoolId(this.compiled.id)}.k8s.yaml`;
  }

  private render(compiled: CompiledPool, pin: Pin): void {
    const [name, settings] = kindOf(compiled.pool.target);
    const target = TARGETS[name] as unknown as TargetKind<string, never>;
    const isPinned = pin.state === 'fresh' || pin.state === 'behind';
    const object = target.object(settings as never, {
      pool: compiled.pool.name,
      containerfile: compiled.containerfile,
      ...(isPinned && { pinned: pin }),
      annotations: {
        ...ASK_BEFORE_REMOVAL,
        ...(isPinned && { 'cdk8s-os-layers/build': pin.build }),
        ...(pin.state === 'behind' && { 'cdk8s-os-layers/behind': compiled.hash }),
      },
    });
    if (object !== undefined) new OBJECTS[name](this, name, object);
  }
}
