import { below, type Diagnostic, type Origin } from '../diagnostics.ts';
import type { Cluster } from '../spec/cluster.ts';
import type { Library, Located } from '../spec/library.ts';
import { FORMAT } from '../spec/lock.ts';
import type { Pool } from '../spec/pool.ts';
import type { Release } from '../spec/release.ts';
import { kindOf } from '../spec/variant.ts';
import type { StepContext } from '../steps/step.ts';
import { TARGETS } from '../targets/index.ts';
import { formatImageRef, type PinnedImage } from '../values/image-ref.ts';
import { formatPoolId } from '../values/pool-id.ts';
import type { CompiledPool } from './compiled-pool.ts';
import { type Composed, compose } from './compose.ts';
import { costs, printContainerfile } from './containerfile-text.ts';
import { type EffectivePool, effectivePool } from './effective.ts';
import { checkExtensionPackages } from './extensions.ts';
import { leaderOf } from './follows.ts';
import { contentHash } from './hash.ts';
import { baseKernel, imageKernel, isOfRelease } from './image-kernel.ts';
import { pushedTo } from './images.ts';
import { mayStartFromWorker } from './inheritance.ts';
import { resolveLayers } from './layers.ts';
import { checkModules } from './modules.ts';
import { nodeSpec } from './node.ts';
import { reportOn } from './report.ts';
import { checkPool } from './rules.ts';
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
  const reject = reportOn(pool, origin, diagnostics);
  const [targetName] = kindOf(pool.target);
  const target = TARGETS[targetName];
  const release = library.releases.get(pool.release)?.value;
  const base = pool.base ?? release?.amd64['rhel-coreos'];
  const image = pushedTo(pool, cluster?.value);
  const hasRelease = release !== undefined || library.broken.has(`Release ${pool.release}`);
  const kernel = baseKernel(base, pool.release, library);
  const baseReleases = kernel?.releases ?? [];
  checkPool({ pool, targetName, cluster: cluster?.value, base, baseReleases, hasRelease, image }, reject);
  const layers = resolveLayers(pool.layers, library, diagnostics);
  const composed = compose({
    layers,
    release: pool.release,
    variables: variablesOf(release, base),
    hasContext: target.builtBy === 'runner',
    hasOwnKernel: pool.base !== undefined && !isOfRelease(kernel, release),
    refresh: pool.refresh,
    sources,
  });
  const { claims, stages, kernel: installed } = composed;
  diagnostics.push(...composed.diagnostics);
  // Only all pools together tell what the others start from.
  if (!mayStartFromWorker(pool)) {
    const boots = imageKernel(kernel, installed, claims);
    diagnostics.push(...checkModules({ kernel: boots, base: kernel, claims, stages, pool, library }));
  }
  const kinds = composed.traced.map(({ kind }) => kind);
  const node = nodeSpec(pool, release, kinds, reject);
  if (targetName === 'machineConfig') checkExtensionPackages(pool, composed.claims, reject);
  if (base === undefined || diagnostics.some(({ severity }) => severity === 'error')) return { diagnostics };

  const containerfile = printContainerfile(target.from(base), composed, target.builtBy === 'runner');
  if (target.limit !== undefined && [...containerfile].length > target.limit) {
    reject(
      'containerfile-too-long',
      'layers',
      `its Containerfile has ${[...containerfile].length} characters, and a MachineOSConfig holds ${target.limit}`,
      `Move files and downloads into an RPM, or use the target machineConfig. By layer: ${costs(composed)}.`,
    );
    return { diagnostics };
  }
  const job = typeof pool.build === 'object' ? pool.build.job : undefined;
  const id = { ...(cluster && { cluster: cluster.value.name }), pool: pool.name };
  const leader = leaderOf(pool, id);
  const extensionsImage = release?.amd64['rhel-coreos-extensions'];
  return {
    compiled: {
      id,
      ...(cluster && { cluster: cluster.value }),
      ...(image && { image: formatImageRef(image) }),
      pool,
      origin,
      layers,
      base,
      ...(pool.base === undefined && release?.amd64.el !== undefined && { el: release.amd64.el }),
      baseOrigin: baseOriginOf(own, library),
      ...(release && { osImage: release.amd64['rhel-coreos'] }),
      ...(extensionsImage && { extensionsImage }),
      stages: composed.stages,
      traced: composed.traced,
      files: composed.files,
      secrets: composed.secrets,
      containerfile,
      ...(target.limit !== undefined && { room: { limit: target.limit, costs: costs(composed) } }),
      claims,
      kernels: { base: kernel, installed },
      node,
      by: target.builtBy === 'cluster' ? 'cluster' : job === undefined ? 'local' : 'job',
      ...(job && { job }),
      // Its own instance of a pool that others follow leads.
      ...(leader !== undefined && leader !== formatPoolId(id) && { follows: leader }),
      hash: hashOf(pool, base, composed),
    },
    diagnostics,
  };
}

function baseOriginOf({ value: pool, origin }: Located<Pool>, library: Library): Origin {
  const release = pool.release === undefined ? undefined : library.releases.get(pool.release);
  if (pool.base !== undefined) return below(origin, ['base']);
  return release === undefined ? origin : below(release.origin, ['amd64', 'rhel-coreos']);
}

function hashOf({ refresh }: EffectivePool, base: PinnedImage, { stages, traced, files }: Composed): string {
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
