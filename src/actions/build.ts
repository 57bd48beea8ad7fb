import type { Delivery } from '../build/delivery.ts';
import { plansIn, readBuilds, readPlans, readPoolBuilds } from '../build/dist.ts';
import type { BuildEvent, PoolResult } from '../build/events.ts';
import { selectPools } from '../build/groups.ts';
import { removeLeftovers } from '../build/leftovers.ts';
import { readLock } from '../build/pin.ts';
import type { PreflightSources } from '../build/preflight-inputs.ts';
import { runBuilds } from '../build/runner.ts';
import type { SecretSources } from '../build/secrets.ts';
import { type Asked, readUnfinished, removeUnfinished, writeUnfinished } from '../build/unfinished.ts';
import { type Diagnostic, failure, LayersError } from '../diagnostics.ts';
import type { EngineName } from '../engines/engine.ts';
import type { PoolBuild } from '../plan/plan.ts';
import { authFileForEngine } from '../registry/auth-file.ts';
import { parsePinnedImage } from '../values/image-ref.ts';
import { suggest } from '../values/suggest.ts';
import { alone } from './alone.ts';
import { type Delivered, pinning } from './apply-pins.ts';
import { deliver, settleGit } from './deliver.ts';
import { placeOf } from './delivery-place.ts';
import { located } from './failed-step.ts';
import { heldFindings } from './held.ts';
import { openPackageReader, type PackageReader } from './pin-packages.ts';
import { assertFresh } from './preconditions.ts';

export interface BuildOptions {
  readonly root: string;
  /** Identities of pools; none means every pool. */
  readonly pools: readonly string[];
  /** Write the digests into the lock, and `dist/` again. */
  readonly pin: boolean;
  /** Where the pins go. */
  readonly delivery: Delivery;
  readonly push: boolean;
  readonly adopt: boolean;
  /** How many builds run side by side. */
  readonly jobs: number;
  /** Goes on after a failure, and pins what succeeded. */
  readonly keepGoing: boolean;
  /** Does what the last run was asked for that did not come to its end. */
  readonly resume: boolean;
  readonly engine?: EngineName;
  readonly authFile?: string;
  readonly secrets: SecretSources;
  /** Open a shell before the instruction that fails. */
  readonly debugShell?: boolean;
  /** Tries what clusters build; without it, their pools are skipped. */
  readonly preflight?: PreflightSources;
  readonly signal: AbortSignal;
  readonly onEvent: (event: BuildEvent) => void;
}

export interface BuildResult {
  readonly pools: readonly PoolResult[];
  /** Whether the lock changed. */
  readonly pinned: boolean;
  /** What became of the pins; none where nothing was to be pinned. */
  readonly delivered?: Delivered;
  /** Why builds failed. */
  readonly failures: readonly Diagnostic[];
  /** What holds kept from being pinned. */
  readonly held: readonly Diagnostic[];
}

/**
 * Builds what `dist/` says, checks what the registry has, and pins it. Where anything fails, the lock and `dist/` stay as
 * they were; with `keepGoing`, what succeeded is pinned.
 */
export async function build(options: BuildOptions): Promise<BuildResult> {
  const { root } = options;
  return alone(options, async () => {
    const asked = options.resume ? await resumed(options) : options;
    await removeLeftovers(root);
    const result = await buildAlone({ ...options, ...asked });
    if (result.failures.length === 0) await removeUnfinished(root);
    return result;
  });
}

/** What is asked for now, and what was. */
async function resumed({ root, pools, pin, delivery, push, onEvent }: BuildOptions): Promise<Asked> {
  const before = await readUnfinished(root);
  if (before === undefined) {
    onEvent({ type: 'nothing-to-resume' });
    return { pools, pin, delivery, push };
  }
  const names = pools.length > 0 ? pools : before.pools;
  onEvent({ type: 'resumed', pools: names });
  return {
    pools: names,
    pin: pin || before.pin,
    delivery: delivery.commit ? delivery : before.delivery,
    push: push && before.push,
  };
}

async function buildAlone(options: BuildOptions): Promise<BuildResult> {
  const { root, signal } = options;
  const { delivery } = options;
  await settleGit(root);
  const place = await placeOf(root, delivery);
  assertFresh(root);
  const builds = readPoolBuilds(root);
  assertSecretsWanted(root, builds, options.secrets);
  const identities = builds.map(({ pool }) => pool);
  assertKnown([...(options.preflight?.rendered.keys() ?? [])], identities);
  selectPools(builds, options.pools);
  const lock = await readLock(root);
  const authFile = await authFileForEngine(options.authFile);
  // Not before: what was mistyped is nothing to go on with, and takes the place of nothing.
  await writeUnfinished(root, options);
  const { onEvent } = options;
  const read = { root, authFile, signal };
  const reader = openPackageReader(read);
  try {
    const whilePinning = options.pin ? readingAhead(root, builds, reader, onEvent) : onEvent;
    const run = await runBuilds({ ...options, onEvent: whilePinning, lock, ...(authFile && { authFile }) });
    signal.throwIfAborted();
    const { pools, plans } = run;
    const failures =
      run.failures.length === 0 ? [] : located(root, new LayersError(run.failures)).diagnostics;
    const held = heldFindings(pools);
    const made = pools.filter(({ digest }) => digest !== undefined);
    const isToPin = options.pin && (failures.length === 0 || (options.keepGoing && made.length > 0));
    if (!isToPin) return { pools, pinned: false, failures, held };
    const asked = options.pools.length === 0 ? undefined : pools.map(({ pool }) => pool);
    const change = pinning({ ...read, reader }, made, plans);
    const work = { root, delivery, verb: 'pin', ...change, pools: asked, signal, onEvent };
    const delivered = await deliver(work, place);
    return { pools, pinned: delivered.pinned, delivered, failures, held };
  } finally {
    reader.close();
  }
}

/** Begins to read what an image has as soon as it is pushed, while others are built. */
function readingAhead(
  root: string,
  builds: readonly PoolBuild[],
  reader: PackageReader,
  onEvent: BuildOptions['onEvent'],
): BuildOptions['onEvent'] {
  return (event) => {
    onEvent(event);
    const isWhole = event.type === 'indexed' || (event.type === 'finished' && !event.architecture);
    if (!isWhole || !event.pushed) return;
    const { hash, pools, digest } = event;
    const { image } = builds.find(({ pool }) => pool === pools[0])!;
    const begin = async () =>
      reader.sum(parsePinnedImage(`${image}@${digest}`), plansIn(readBuilds(root, [hash]), hash));
    // What is wrong is told when it is pinned, also that dist/ was changed meanwhile: the build is as good as it was.
    begin().catch(() => {});
  };
}

/** A name that no pool knows is a slip: the secret that was meant would be missing, or go unused. */
function assertSecretsWanted(root: string, builds: readonly PoolBuild[], { folders }: SecretSources): void {
  if (folders.size === 0) return;
  const hashes = new Set(builds.flatMap(({ build }) => build ?? []));
  const wanted = [...hashes]
    .flatMap((hash) => readPlans(root, hash))
    .flatMap(({ secrets = [] }) => secrets)
    .flatMap(({ name, type }) => (type === 'entitlement' ? [] : name));
  const known = [...new Set(wanted)].sort();
  const unknown = [...folders.keys()].find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw failure('input', 'secret-unknown', `--secret: no pool wants a secret ${unknown}`, {
    hint:
      known.length === 0
        ? 'No pool wants any: leave it out. Certificates of RHEL are given by --entitlement <folder>.'
        : `The secrets of the pools are: ${known.join(', ')}.`,
  });
}

function assertKnown(rendered: readonly string[], identities: readonly string[]): void {
  const unknown = rendered.find((pool) => !identities.includes(pool));
  if (unknown === undefined) return;
  throw failure('input', 'unknown-pool', `--rendered names ${unknown}, and there is no such pool in dist/`, {
    hint: suggest(unknown, identities) ?? 'There are no pools. Write dist/ anew: `layers synth`.',
  });
}
