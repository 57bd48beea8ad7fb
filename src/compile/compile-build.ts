import { below, type Diagnostic, type Origin } from '../diagnostics.ts';
import type { Library, Located } from '../spec/library.ts';
import { FORMAT } from '../spec/lock.ts';
import type { Pool } from '../spec/pool.ts';
import type { ReleaseImages } from '../spec/release.ts';
import { kindOf } from '../spec/variant.ts';
import type { StepContext } from '../steps/step.ts';
import { TARGETS } from '../targets/index.ts';
import type { Architecture } from '../values/architecture.ts';
import { formatImageRef, type PinnedImage } from '../values/image-ref.ts';
import type { CompiledBuild } from './compiled-pool.ts';
import { type Composed, compose } from './compose.ts';
import { printContainerfile } from './containerfile-text.ts';
import type { EffectivePool } from './effective.ts';
import { contentHash } from './hash.ts';
import { baseKernel, imageKernel, isOfRelease } from './image-kernel.ts';
import { mayStartFromWorker } from './inheritance.ts';
import type { resolveLayers } from './layers.ts';
import { checkModules } from './modules.ts';
import type { Sources } from './sources.ts';

export interface CompileBuildInput {
  readonly own: Located<Pool>;
  readonly pool: EffectivePool;
  readonly architecture: Architecture;
  readonly layers: ReturnType<typeof resolveLayers>;
  readonly library: Library;
  readonly sources: Sources;
}

/** A pool's layers, composed for one of its architectures. There is no build where anything is wrong with it. */
export interface ComposedBuild {
  readonly composed: Composed;
  readonly build?: CompiledBuild;
  readonly diagnostics: readonly Diagnostic[];
}

export function compileBuild(input: CompileBuildInput): ComposedBuild {
  const { own, pool, architecture, layers, library, sources } = input;
  const target = TARGETS[kindOf(pool.target)[0]];
  const images = library.releases.get(pool.release)?.value[architecture];
  const base = pool.base ?? images?.['rhel-coreos'];
  const kernel = baseKernel(base, pool.release, architecture, library);
  const composed = compose({
    layers,
    release: pool.release,
    architecture,
    variables: variablesOf(images, base),
    hasContext: target.builtBy === 'runner',
    hasOwnKernel: pool.base !== undefined && !isOfRelease(kernel, pool.release, images),
    refresh: pool.refresh,
    sources,
  });
  const { claims, stages, traced, files, secrets, kernel: installed } = composed;
  const diagnostics = [...composed.diagnostics];
  // Only all pools together tell what the others start from.
  if (!mayStartFromWorker(pool)) {
    const boots = imageKernel(kernel, installed, claims);
    diagnostics.push(
      ...checkModules({ kernel: boots, base: kernel, claims, stages, pool, architecture, library }),
    );
  }
  const isWrong = diagnostics.some(({ severity }) => severity === 'error');
  if (base === undefined || isWrong) return { composed, diagnostics };
  const extensionsImage = images?.['rhel-coreos-extensions'];
  const build = {
    architecture,
    base,
    ...(pool.base === undefined && images?.el !== undefined && { el: images.el }),
    baseOrigin: baseOriginOf(own, architecture, library),
    ...(extensionsImage && { extensionsImage }),
    ...{ stages, traced, files, secrets, claims },
    kernels: { base: kernel, installed },
    containerfile: printContainerfile(target.from(base), composed, target.builtBy === 'runner'),
    hash: hashOf(pool, architecture, base, composed),
  };
  return { composed, build, diagnostics };
}

function baseOriginOf(
  { value: pool, origin }: Located<Pool>,
  architecture: Architecture,
  library: Library,
): Origin {
  const release = pool.release === undefined ? undefined : library.releases.get(pool.release);
  if (pool.base !== undefined) return below(origin, ['base']);
  return release === undefined ? origin : below(release.origin, [architecture, 'rhel-coreos']);
}

function hashOf(
  { refresh }: EffectivePool,
  architecture: Architecture,
  base: PinnedImage,
  { stages, traced, files }: Composed,
): string {
  const instructions = traced.map(({ instruction }) => instruction);
  return contentHash({
    format: FORMAT,
    architecture,
    base: base.digest,
    refresh,
    stages,
    instructions,
    files,
  });
}

/** What steps may ask of the release by name. */
function variablesOf(
  images: ReleaseImages | undefined,
  base: PinnedImage | undefined,
): StepContext['variables'] {
  const text = (image: PinnedImage | undefined) => image && formatImageRef(image);
  return {
    'rhel-coreos': text(base),
    'rhel-coreos-extensions': text(images?.['rhel-coreos-extensions']),
    'driver-toolkit': text(images?.['driver-toolkit']),
    kernel: images?.kernel,
    el: images?.el,
  };
}
