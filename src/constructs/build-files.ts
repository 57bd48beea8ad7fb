import type { CompiledPool } from '../compile/compiled-pool.ts';
import { type BuildPlan, type ClusterBuild, type PoolBuild, printJson } from '../plan/plan.ts';
import { FORMAT } from '../spec/lock.ts';
import { kindOf } from '../spec/variant.ts';
import { formatImageRef } from '../values/image-ref.ts';
import { formatPoolId } from '../values/pool-id.ts';

/** What the runner reads: a file a pool, and a folder a build that pools with equal input share. */
export function renderBuilds(pools: readonly CompiledPool[]): Map<string, string | Uint8Array> {
  const files = new Map<string, string | Uint8Array>();
  const byIdentity = [...pools].sort((a, b) => (formatPoolId(a.id) < formatPoolId(b.id) ? -1 : 1));
  for (const pool of byIdentity) {
    files.set(`${formatPoolId(pool.id)}.build`, printJson(poolBuild(pool)));
    const folder = `builds/${pool.hash}`;
    if (pool.by === 'cluster' || files.has(`${folder}/plan`)) continue;
    files.set(`${folder}/Containerfile`, pool.containerfile);
    files.set(`${folder}/plan`, printJson(buildPlan(pool)));
    for (const { name, content } of pool.files) {
      if (content !== undefined) files.set(`${folder}/context/${name}`, content);
    }
  }
  return files;
}

function poolBuild(compiled: CompiledPool): PoolBuild {
  const { id, pool, by, follows, hash, image } = compiled;
  const [target] = kindOf(pool.target);
  return {
    pool: formatPoolId(id),
    target,
    by,
    ...(follows !== undefined && { follows }),
    ...(image && { build: hash, image }),
    ...(by === 'cluster' && { preflight: clusterBuild(compiled) }),
  };
}

function clusterBuild(compiled: CompiledPool): ClusterBuild {
  const { hash, base, release, secrets, stages, steps } = buildPlan(compiled);
  const { extensionsImage } = compiled;
  return {
    ...{ hash, release, base, ...(extensionsImage && { extensions: formatImageRef(extensionsImage) }) },
    ...{ ...(secrets && { secrets }), ...(stages && { stages }), steps },
  };
}

export function buildPlan({ hash, base, files, secrets, stages, traced, pool }: CompiledPool): BuildPlan {
  return {
    format: FORMAT,
    hash,
    architecture: 'amd64',
    base: formatImageRef(base),
    release: pool.release,
    files: files.map(({ name, sha256, source }) => ({
      name,
      sha256,
      ...(source !== undefined && { source }),
    })),
    ...(secrets.length > 0 && { secrets }),
    ...(stages.length > 0 && {
      stages: stages.map(({ from, layer, instructions }) => ({
        from,
        steps: instructions.map(() => `${layer}: stage`),
      })),
    }),
    steps: traced.map(({ layer, kind }) => (layer === undefined ? kind : `${layer}: ${kind}`)),
  };
}
