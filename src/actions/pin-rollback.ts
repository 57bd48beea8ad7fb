import { readBuild } from '../build/dist.ts';
import { architectureOf, readOperatorImage } from '../build/operator-image.ts';
import { type Diagnostic, failure } from '../diagnostics.ts';
import { openPast, type Past } from '../git/past.ts';
import { lockFile, type PinnedPool, parsePoolLock } from '../spec/lock.ts';
import type { Digest } from '../values/digest.ts';
import { parseImageRef } from '../values/image-ref.ts';
import {
  assertNotHeld,
  type EditOptions,
  type EditResult,
  editPins,
  onlyOne,
  withRegistries,
} from './edit-pins.ts';
import { assertForNodes, knownBuild } from './known-build.ts';
import { assertHold, type HoldReason, held } from './pin-hold.ts';

export interface RollbackOptions extends EditOptions {
  /** A commit, a digest or a build's hash; else the pin before. */
  readonly to?: string | undefined;
  /** Holds the pool there. */
  readonly hold?: HoldReason | undefined;
  readonly authFile?: string | undefined;
}

/** Gives a pool an image back that it was pinned to, as git has it, where the registry still does. */
export async function rollback(options: RollbackOptions): Promise<EditResult> {
  const hold = options.hold && assertHold(options.hold);
  const past = openPast(options.root, { signal: options.signal });
  return editPins(options, 'roll back', async (pools, lock) => {
    const one = onlyOne(pools, options.pool);
    const { pool, build } = one;
    const current = lock.pools[pool];
    if (hold === undefined) assertNotHeld(pool, current);
    const { hold: _, ...pin } = await earlier(past, pool, current, options.to);
    await withRegistries(options, async (registries): Promise<unknown> => {
      const digest = pin.digest as Digest;
      if (pin.build !== undefined) {
        // Where not even git has it, it was the usual one.
        const plan =
          (await knownBuild(options.root, pin.build)) ??
          ({ architecture: 'amd64', hash: pin.build } as const);
        assertForNodes(options.root, one, plan, `${pin.image}@${digest}`);
        return registries.verify(pin.image, digest, plan);
      }
      const ref = { ...parseImageRef(pin.image), digest };
      const registry = await registries.places.pushed(ref);
      return readOperatorImage({ registry, ref }, architectureOf(pool, readBuild(options.root, build!)));
    });
    const isBehind = pin.build !== build;
    return {
      pins: { [pool]: hold ? held(pin, hold) : pin },
      diagnostics: isBehind && hold === undefined ? [notHeld(pool)] : [],
    };
  });
}

async function earlier(
  past: Past,
  pool: string,
  current: PinnedPool | undefined,
  to: string | undefined,
): Promise<PinnedPool> {
  const file = lockFile(pool);
  const pinIn = (text: string | undefined) => text && parsePoolLock(text, pool).lock.pools[pool];
  const isMeant = (pin: PinnedPool) =>
    to === undefined
      ? pin.digest !== current?.digest || pin.image !== current.image
      : pin.digest === to || pin.build === to;
  for await (const { text } of past.texts(file)) {
    const pin = pinIn(text);
    if (pin && isMeant(pin)) return pin;
  }
  const commit = to === undefined ? undefined : await past.commit(to);
  const pin = commit && pinIn(await past.textAt(commit, file));
  if (pin) return pin;
  const isShallow = await past.isShallow();
  const what = to === undefined ? 'another image' : to;
  throw failure('input', 'no-earlier-pin', `git has no commit in which ${pool} was pinned to ${what}`, {
    hint: isShallow
      ? 'This clone is shallow: `git fetch --unshallow`.'
      : `\`git log -p -- ${file}\` shows what it was pinned to: --to takes a commit, a digest or a build's hash of it.`,
  });
}

function notHeld(pool: string): Diagnostic {
  return {
    code: 'not-held',
    severity: 'warning',
    source: 'finding',
    message: `${pool} is rolled back, and not held: the next \`layers build --pin\` moves it forward again`,
    hint: `\`layers pin hold ${pool} --reason …\` keeps it, until what is wrong is put right in layers/.`,
  };
}
