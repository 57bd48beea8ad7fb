import type { Diagnostic } from '../diagnostics.ts';
import type { Cluster } from '../spec/cluster.ts';
import type { Library, Located } from '../spec/library.ts';
import { FORMAT } from '../spec/lock.ts';
import type { Pool } from '../spec/pool.ts';
import { kindOf } from '../spec/variant.ts';
import { TARGETS } from '../targets/index.ts';
import { formatImageRef } from '../values/image-ref.ts';
import { formatPoolId } from '../values/pool-id.ts';
import { architecturesOf, checkArchitectures } from './architectures.ts';
import { compileBuild } from './compile-build.ts';
import type { CompiledPool } from './compiled-pool.ts';
import { costs } from './containerfile-text.ts';
import { effectivePool } from './effective.ts';
import { checkExtensionPackages } from './extensions.ts';
import { leaderOf } from './follows.ts';
import { indexHash } from './hash.ts';
import { baseKernel } from './image-kernel.ts';
import { pushedTo } from './images.ts';
import { resolveLayers } from './layers.ts';
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
  const architectures = architecturesOf(pool);
  const base = pool.base ?? release?.[architectures[0]!]?.['rhel-coreos'];
  const image = pushedTo(pool, cluster?.value);
  const hasRelease = release !== undefined || library.broken.has(`Release ${pool.release}`);
  const baseReleases = baseKernel(base, pool.release, architectures[0]!, library)?.releases ?? [];
  checkPool({ pool, targetName, cluster: cluster?.value, base, baseReleases, hasRelease, image }, reject);
  checkArchitectures(pool, target.builtBy, release, reject);
  const layers = resolveLayers(pool.layers, library, diagnostics);
  const all = architectures.map((architecture) =>
    compileBuild({ own, pool, architecture, layers, library, sources }),
  );
  diagnostics.push(...once(all.map((each) => each.diagnostics)));
  const builds = all.flatMap(({ build }) => build ?? []);
  const claims = once(all.map(({ composed }) => composed.claims));
  const kinds = once(all.map(({ composed }) => composed.traced.map(({ kind }) => kind)));
  const node = nodeSpec(pool, release, kinds, reject);
  if (targetName === 'machineConfig') checkExtensionPackages(pool, claims, reject);
  const [first] = builds;
  if (first === undefined || diagnostics.some(({ severity }) => severity === 'error')) return { diagnostics };

  const { containerfile } = first;
  const { composed } = all[0]!;
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
  const osImage = release?.[architectures[0]!]?.['rhel-coreos'];
  return {
    compiled: {
      ...first,
      claims,
      builds,
      id,
      ...(cluster && { cluster: cluster.value }),
      ...(image && { image: formatImageRef(image) }),
      pool,
      origin,
      layers,
      ...(osImage && { osImage }),
      ...(target.limit !== undefined && { room: { limit: target.limit, costs: costs(composed) } }),
      node,
      by: target.builtBy === 'cluster' ? 'cluster' : job === undefined ? 'local' : 'job',
      ...(job && { job }),
      // Its own instance of a pool that others follow leads.
      ...(leader !== undefined && leader !== formatPoolId(id) && { follows: leader }),
      hash: builds.length === 1 ? first.hash : indexHash(FORMAT, builds),
    },
    diagnostics,
  };
}

/** What is the same for several architectures counts once. */
function once<T>(lists: readonly (readonly T[])[]): readonly T[] {
  const [only, ...others] = lists;
  if (others.length === 0) return only!;
  return [...new Map(lists.flat().map((one) => [JSON.stringify(one), one])).values()];
}
