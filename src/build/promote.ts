import { LayersError } from '../diagnostics.ts';
import { parseImageRef } from '../values/image-ref.ts';
import { readBuild } from './dist.ts';
import type { PoolResult } from './events.ts';
import { BUILT_TWICE, type Promotion } from './promotion.ts';
import { type Publisher, publish } from './publish.ts';

/** Copies each leader's image into its followers' repositories, byte for byte, and checks it there. Pins nothing. */
export async function runPromotions(run: Publisher, promotions: readonly Promotion[]): Promise<PoolResult[]> {
  const { root, registries } = run;
  const open = promotions.filter(({ isDone, hold }) => !isDone && hold === undefined);
  const images = new Map(open.map((promotion) => [`${promotion.from}@${promotion.digest}`, promotion]));
  for (const [name, { build, digest, from }] of images) {
    const plan = readBuild(root, build);
    const source = { ...parseImageRef(from), digest };
    const insecure = await registries.isInsecure(source);
    const targets = open.filter((promotion) => `${promotion.from}@${promotion.digest}` === name);
    const found = { digest, image: from, source: { kind: 'registry', ref: source, insecure } } as const;
    const to = [...new Set(targets.map((target) => target.to))];
    await publish(run, build, found, to, plan).catch(explainTag);
  }
  return promotions.map(({ follower, build, to, digest, isDone, hold }): PoolResult => {
    if (hold !== undefined) return { pool: follower, result: 'held', hold };
    const result = isDone ? 'unchanged' : 'promoted';
    return { pool: follower, result, build, image: to, digest, pushed: true };
  });
}

/** A promotion takes the leader's image and no other, so that --adopt is no way out. */
function explainTag(error: unknown): never {
  if (!(error instanceof LayersError)) throw error;
  throw new LayersError(
    error.diagnostics.map((diagnostic) =>
      diagnostic.code === 'tag-exists' ? { ...diagnostic, hint: BUILT_TWICE } : diagnostic,
    ),
  );
}
