import type { CompiledBuild, CompiledPool } from '../compile/compiled-pool.ts';
import {
  type BuildPlan,
  type ClusterBuild,
  type IndexPlan,
  type PoolBuild,
  printJson,
} from '../plan/plan.ts';
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
    if (pool.by === 'cluster') continue;
    for (const build of pool.builds) addBuild(files, pool, build);
    if (pool.builds.length > 1) files.set(`builds/${pool.hash}/index`, printJson(indexPlan(pool)));
  }
  return files;
}

function addBuild(files: Map<string, string | Uint8Array>, pool: CompiledPool, build: CompiledBuild): void {
  const folder = `builds/${build.hash}`;
  if (files.has(`${folder}/plan`)) return;
  files.set(`${folder}/Containerfile`, build.containerfile);
  files.set(`${folder}/plan`, printJson(buildPlan(pool, build)));
  for (const { name, content } of build.files) {
    if (content !== undefined) files.set(`${folder}/context/${name}`, content);
  }
}

function indexPlan({ hash, base, builds, pool }: CompiledPool): IndexPlan {
  return {
    format: FORMAT,
    hash,
    base: formatImageRef(base),
    release: pool.release,
    builds: builds.map(({ architecture, hash }) => ({ architecture, hash })),
  };
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

/** The plan of one of a pool's builds; of the only one, where none is named. */
export function buildPlan(
  { pool, builds }: CompiledPool,
  { hash, architecture, base, files, secrets, stages, traced }: CompiledBuild = builds[0]!,
): BuildPlan {
  return {
    format: FORMAT,
    hash,
    architecture,
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
