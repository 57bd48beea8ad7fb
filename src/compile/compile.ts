import { printStage } from '../containerfile/print.ts';
import { below, type Diagnostic, type Origin } from '../diagnostics.ts';
import type { Cluster } from '../spec/cluster.ts';
import type { Layer } from '../spec/layer.ts';
import type { Library, Located } from '../spec/library.ts';
import { FORMAT } from '../spec/lock.ts';
import type { Pool } from '../spec/pool.ts';
import type { Release } from '../spec/release.ts';
import { kindOf } from '../spec/variant.ts';
import type { StepContext } from '../steps/step.ts';
import { TARGETS } from '../targets/index.ts';
import { formatImageRef, type PinnedImage } from '../values/image-ref.ts';
import { compareReleases, isAtLeast } from '../values/release-version.ts';
import type { CompiledPool, Traced, TracedStage } from './compiled-pool.ts';
import { compose } from './compose.ts';
import { type EffectivePool, effectivePool } from './effective.ts';
import { contentHash } from './hash.ts';
import { pushedTo } from './images.ts';
import { nodeSpec } from './node.ts';
import type { Sources } from './sources.ts';

export interface CompileInput {
  readonly pool: Located<Pool>;
  readonly cluster?: Located<Cluster>;
  readonly library: Library;
  readonly sources: Sources;
}

/** A pool with its layers composed, or all that is wrong with it. Warnings may come with either. */
export function compilePool({ pool: own, cluster, library, sources }: CompileInput): {
  compiled?: CompiledPool;
  diagnostics: Diagnostic[];
} {
  const { effective: pool, diagnostics } = effectivePool(own, library, cluster);
  if (pool === undefined) return { diagnostics };
  const { origin } = own;
  const reject = (
    code: string,
    key: string,
    message: string,
    hint: string,
    severity: Diagnostic['severity'] = 'error',
  ): void => {
    diagnostics.push({
      code,
      severity,
      source: severity === 'error' ? 'input' : 'finding',
      message,
      hint,
      origin: pool.origins.get(key) ?? below(origin, [key]),
    });
  };
  const [targetName] = kindOf(pool.target);
  const target = TARGETS[targetName];
  const release = library.releases.get(pool.release)?.value;
  const base = pool.base ?? release?.amd64['rhel-coreos'];
  if (base === undefined && !library.broken.has(`Release ${pool.release}`)) {
    reject(
      'unknown-release',
      'release',
      `there is no Release document for ${pool.release}`,
      target.builtBy === 'cluster'
        ? 'Add one with its images by digest.'
        : 'Add one with its images by digest, or give the pool a base.',
    );
  }
  if (target.builtBy === 'cluster' && pool.build !== undefined) {
    reject(
      'build-not-ours',
      'build',
      'the cluster builds this pool itself, from its MachineOSConfig',
      'Leave build out, or use the target machineConfig.',
    );
  }
  if (target.builtBy === 'cluster' && pool.base !== undefined) {
    reject(
      'base-not-ours',
      'base',
      'the cluster builds this pool from the OS image of its own release',
      'Leave base out, or use the target machineConfig.',
    );
  }
  if (targetName === 'machineOSConfig' && !isAtLeast(pool.release, '4.18')) {
    reject(
      'machineosconfig-too-old',
      'release',
      `OpenShift ${pool.release} has another, older MachineOSConfig API`,
      'Use the target machineConfig, or a release from 4.18 on.',
    );
  }
  if (pool.machineConfigPool !== undefined && ['master', 'worker'].includes(pool.name)) {
    reject(
      'pool-not-custom',
      'machineConfigPool',
      `${pool.name} is the cluster's own pool`,
      'Leave machineConfigPool out: pause it with `oc patch`, and set maxUnavailable there.',
    );
  }
  const image = pushedTo(pool, cluster?.value);
  if (target.builtBy === 'runner' && image === undefined) {
    reject(
      'image-missing',
      'target',
      `it is not said where the image of ${pool.name} is pushed`,
      'Write target: { machineConfig: { image: … } }, or give its Cluster a registry.',
    );
  }
  const runs = cluster?.value.release;
  if (runs !== undefined && compareReleases(pool.release, runs) > 0) {
    reject(
      'newer-than-cluster',
      'release',
      `the pool is built for ${pool.release}, and ${cluster!.value.name} runs ${runs}`,
      'Nodes must not be newer than their cluster: upgrade the cluster first.',
    );
  }
  const layers = resolveLayers(pool.layers, library, diagnostics);
  const composed = compose({
    layers,
    release: pool.release,
    variables: variablesOf(release, base),
    hasContext: target.builtBy === 'runner',
    refresh: pool.refresh,
    sources,
  });
  diagnostics.push(...composed.diagnostics);
  const kinds = composed.traced.map(({ kind }) => kind);
  const node = nodeSpec(pool, release, kinds, reject);
  if (base === undefined || diagnostics.some(({ severity }) => severity === 'error')) return { diagnostics };

  const wantsComments = target.builtBy === 'runner';
  const containerfile = [
    ...composed.stages.map((stage) => printBuilder(stage, wantsComments)),
    printStage(target.from(base), withComments(composed.traced, wantsComments)),
  ].join('\n');
  if (target.limit !== undefined && [...containerfile].length > target.limit) {
    reject(
      'containerfile-too-long',
      'layers',
      `its Containerfile has ${[...containerfile].length} characters, and a MachineOSConfig holds ${target.limit}`,
      `Move files and downloads into an RPM, or use the target machineConfig. By layer: ${costs(composed.traced)}.`,
    );
    return { diagnostics };
  }
  const job = typeof pool.build === 'object' ? pool.build.job : undefined;
  return {
    compiled: {
      id: { ...(cluster && { cluster: cluster.value.name }), pool: pool.name },
      ...(cluster && { cluster: cluster.value }),
      ...(image && { image: formatImageRef(image) }),
      pool,
      origin,
      base,
      stages: composed.stages,
      traced: composed.traced,
      files: composed.files,
      containerfile,
      node,
      by: target.builtBy === 'cluster' ? 'cluster' : job === undefined ? 'local' : 'job',
      ...(job && { job }),
      hash: hashOf(pool, base, composed),
    },
    diagnostics,
  };
}

function hashOf(
  { refresh }: EffectivePool,
  base: PinnedImage,
  { stages, traced, files }: ReturnType<typeof compose>,
): string {
  const instructions = traced.map(({ instruction }) => instruction);
  return contentHash({
    format: FORMAT,
    architecture: 'amd64',
    base: base.digest,
    refresh,
    stages,
    instructions,
    files,
  });
}

function resolveLayers(
  entries: EffectivePool['layers'],
  library: Library,
  diagnostics: Diagnostic[],
): Located<Layer>[] {
  const places = new Map<string, Origin>();
  return entries.flatMap(({ value: entry, origin: at }) => {
    const name = typeof entry === 'string' ? entry : entry.name;
    const first = places.get(name);
    if (first !== undefined) {
      diagnostics.push({
        code: 'layer-twice',
        severity: 'error',
        source: 'input',
        message: `the pool has the layer ${name} twice`,
        hint: 'Leave one of them out, or rename the one written in place.',
        origin: at,
        related: [{ message: 'the first one', origin: first }],
      });
      return [];
    }
    places.set(name, at);
    if (typeof entry !== 'string') return [{ value: entry, origin: at }];
    const layer = library.layers.get(entry);
    if (layer !== undefined) return [layer];
    if (library.broken.has(`Layer ${entry}`)) return [];
    const known = [...library.layers.keys()].join(', ');
    diagnostics.push({
      code: 'unknown-layer',
      severity: 'error',
      source: 'input',
      message: `there is no layer ${entry}`,
      hint: known === '' ? 'There are no Layer documents yet.' : `Known are: ${known}.`,
      origin: at,
    });
    return [];
  });
}

/** A stage before the last one. It needs no commit: nothing of it ships but what is copied. */
function printBuilder({ name, from, instructions, layer }: TracedStage, wantsComments: boolean): string {
  const text = printStage(
    `FROM ${from} AS ${name}`,
    instructions.map((instruction) => ({ instruction })),
  );
  return wantsComments ? `# ${layer}: stage\n${text}` : text;
}

/** What steps may ask of the release by name. */
function variablesOf(release: Release | undefined, base: PinnedImage | undefined): StepContext['variables'] {
  const images = release?.amd64;
  const text = (image: PinnedImage | undefined) => image && formatImageRef(image);
  return {
    'rhel-coreos': text(base),
    'rhel-coreos-extensions': text(images?.['rhel-coreos-extensions']),
    'driver-toolkit': text(images?.['driver-toolkit']),
    kernel: images?.kernel,
    el: images?.el,
  };
}

/** Each step's name above its first instruction. What the cluster builds has none: a changed reason must not start a build. */
function withComments(traced: readonly Traced[], wanted: boolean) {
  return traced.map(({ instruction, layer, kind, comment }, index) => {
    const before = traced[index - 1];
    const isFirst =
      before === undefined || before.layer !== layer || before.kind !== kind || before.comment !== comment;
    if (!wanted || layer === undefined || !isFirst) return { instruction };
    return { instruction, comment: `${layer}: ${kind}${comment === undefined ? '' : ` (${comment})`}` };
  });
}

function costs(traced: readonly Traced[]): string {
  const byLayer = new Map<string, number>();
  for (const { layer = 'what every stage has', instruction } of traced) {
    const length = [...printStage('', [{ instruction }])].length - 1;
    byLayer.set(layer, (byLayer.get(layer) ?? 0) + length);
  }
  return [...byLayer].map(([layer, length]) => `${layer} ${length}`).join(', ');
}
