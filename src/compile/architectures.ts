import type { Release } from '../spec/release.ts';
import { ARCHITECTURES, type Architecture } from '../values/architecture.ts';
import type { EffectivePool } from './effective.ts';
import type { Report } from './report.ts';

/** What a pool's nodes are, in the order of an index. */
export function architecturesOf({ architectures }: Pick<EffectivePool, 'architectures'>): Architecture[] {
  return ARCHITECTURES.filter((name) => (architectures ?? ['amd64']).includes(name));
}

/** What cannot be built for a pool's architectures, whatever its layers are. */
export function checkArchitectures(
  pool: EffectivePool,
  builtBy: 'cluster' | 'runner',
  release: Release | undefined,
  reject: Report,
): void {
  const architectures = architecturesOf(pool);
  const isUsual = architectures.join() === 'amd64';
  if (builtBy === 'cluster' && !isUsual) {
    reject(
      'architectures-not-ours',
      'architectures',
      `the cluster builds ${pool.name} itself, in one build for all nodes: it knows no architectures`,
      'Leave architectures out, or use the target machineConfig.',
    );
    return;
  }
  if (typeof pool.build === 'object' && !isUsual) {
    reject(
      'architectures-by-job',
      'architectures',
      'a Job builds on one node, and only for amd64',
      'Write build: local, and run `layers build` where all of them can be built; or leave architectures out.',
    );
  }
  const missing =
    pool.base !== undefined || release === undefined
      ? []
      : architectures.filter((name) => release[name] === undefined);
  if (missing.length === 0) return;
  const names = missing.join(' and ');
  reject(
    'architecture-missing',
    // Where the list is the default, the release is all there is to point at.
    pool.architectures === undefined ? 'release' : 'architectures',
    `the Release document of ${pool.release} has no images for ${names}`,
    `Add them: ${missing.map((name) => `\`layers release add ${pool.release} --architecture ${name}\``).join(', ')}.`,
  );
}
