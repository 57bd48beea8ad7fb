import type { Origin } from '../diagnostics.ts';
import type { CompiledPool } from './compiled-pool.ts';
import type { EffectivePool } from './effective.ts';

/** A compiled pool as plain data, which survives JSON: what checks look at, whichever process compiled it. */
export interface Subject
  extends Pick<
      CompiledPool,
      | 'id'
      | 'cluster'
      | 'image'
      | 'origin'
      | 'layers'
      | 'architecture'
      | 'base'
      | 'osImage'
      | 'by'
      | 'follows'
      | 'hash'
      | 'containerfile'
      | 'room'
      | 'claims'
      | 'el'
      | 'job'
    >,
    Pick<EffectivePool, 'release' | 'target' | 'kernelType' | 'extensions' | 'silences'> {
  /** Where the pool's own keys were written, wherever that is. */
  readonly origins: Readonly<Record<string, Origin>>;
}

export function subjectOf(compiled: CompiledPool): Subject {
  const { id, cluster, image, origin, layers, containerfile, room, claims, el, job, pool } = compiled;
  const { architecture, base, osImage, by, follows, hash } = compiled;
  const { release, target, kernelType, extensions, silences, origins } = pool;
  return {
    id,
    ...(cluster && { cluster }),
    ...(image !== undefined && { image }),
    origin,
    layers,
    architecture,
    base,
    ...(osImage && { osImage }),
    by,
    ...(follows !== undefined && { follows }),
    hash,
    containerfile,
    ...(room && { room }),
    claims,
    ...(el !== undefined && { el }),
    ...(job && { job }),
    release,
    target,
    ...(kernelType && { kernelType }),
    ...(extensions && { extensions }),
    silences,
    origins: Object.fromEntries(origins),
  };
}
