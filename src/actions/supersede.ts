import type { PoolResult } from '../build/events.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { type PoolBuild, parseJson } from '../plan/plan.ts';
import { describeHold, type Lock } from '../spec/lock.ts';
import type { Files } from '../synth/dist.ts';

/** A pool whose inputs, where its pin would go, are not those that its image was built from. */
export interface Superseded {
  readonly pool: string;
  readonly why: string;
}

/** Parts results into those that belong where a pin goes, by what that renders to and has in its lock, and the others. */
export function supersededIn(
  files: Files,
  lock: Lock,
  results: readonly PoolResult[],
): { current: PoolResult[]; superseded: Superseded[] } {
  const pools = new Map(
    [...files]
      .filter(([path]) => path.endsWith('.build') && !path.startsWith('builds/'))
      .map(([path, content]) => parseJson<PoolBuild>(Buffer.from(content).toString(), path))
      .map((pool) => [pool.pool, pool]),
  );
  const current: PoolResult[] = [];
  const superseded: Superseded[] = [];
  for (const result of results) {
    const why = whySuperseded(result, pools.get(result.pool), lock);
    if (why === undefined) current.push(result);
    else superseded.push({ pool: result.pool, why });
  }
  return { current, superseded };
}

function whySuperseded(
  { pool, build, image, digest }: PoolResult,
  there: PoolBuild | undefined,
  lock: Lock,
): string | undefined {
  if (there === undefined) return 'there is no such pool';
  if (there.build !== build) return 'its inputs are others';
  if (there.image !== image) return `its image goes to ${there.image ?? 'no registry of ours'}`;
  const own = lock.pools[pool];
  if (own === undefined || (own.build === build && own.digest === digest)) return undefined;
  if (own.hold !== undefined) return `it is held: ${describeHold(own.hold)}`;
  // Whoever was first has it: the same build with another digest would reboot nodes for nothing.
  if (own.build === build && own.image === image) return `it has another image of this build, ${own.digest}`;
  return undefined;
}

export function supersededError({ pool, why }: Superseded, where: string, hint: string): Diagnostic {
  return {
    code: 'superseded',
    severity: 'error',
    source: 'finding',
    message: `the pin of ${pool} is superseded: ${where}, ${why}`,
    hint,
  };
}
