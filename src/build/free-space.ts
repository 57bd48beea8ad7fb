import { statfsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { failure, LayersError } from '../diagnostics.ts';
import type { Engine, TrialRequest } from '../engines/engine.ts';
import type { Run } from './run.ts';

/** How often its compressed size a base takes in an engine's storage, with what a build adds to it. */
const UNPACKED = 3;
/** What a build may take whose base is there already. */
const LEAST = 1e9;

interface Need {
  readonly folder: string;
  readonly device: number;
  /** Less than this cannot do, in bytes. */
  readonly least: number;
  /** What it takes by rule of thumb. */
  readonly usual: number;
}

/** What a build that runs said it needs, and what was free then. */
interface Taken extends Need {
  readonly free: number;
}

/** The builds of a run that are at work, by what they need. */
export type Space = Set<Taken>;

/**
 * Does a build's work. Before anything is pulled it fails where there is no room for the base, and warns where there may
 * be none for the build; what others that run have yet to take is not free.
 */
export async function withSpace<T>(
  { registries, onEvent, space }: Pick<Run, 'registries' | 'onEvent' | 'space'>,
  engine: Engine,
  { plan, pools, scratch }: Pick<TrialRequest, 'plan' | 'pools' | 'scratch'>,
  work: () => Promise<T>,
): Promise<T> {
  if (engine.storage === undefined) return work();
  const images = [plan.base, ...(plan.stages ?? []).map(({ from }) => from)];
  const stored = await Promise.all(
    [...new Set(images)].map(async (image) => ({ image, ...(await engine.storage!(image)) })),
  );
  let pulled = 0;
  for (const { image, hasImage } of stored) if (!hasImage) pulled += await sizeOf(registries, image);
  const needs = await merged(
    { folder: stored[0]!.folder, least: pulled, usual: Math.max(pulled * UNPACKED, LEAST) },
    // Where layers are while they come.
    { folder: scratch, least: pulled, usual: pulled },
  );
  const taken = needs.map((need): Taken => {
    // At once, because another one may look at the same moment.
    const { bavail, bsize } = statfsSync(need.folder);
    return { ...need, free: bavail * bsize };
  });
  for (const one of taken) {
    const { folder, free } = one;
    const least = one.least + yetToTake(space, one, 'least');
    const usual = one.usual + yetToTake(space, one, 'usual');
    if (one.least > 0 && free < least) throw noSpace(one, least - one.least, pools);
    if (free < usual) onEvent({ type: 'low-space', hash: plan.hash, folder, free, needed: usual });
  }
  for (const one of taken) space.add(one);
  try {
    return await work();
  } finally {
    for (const one of taken) space.delete(one);
  }
}

/** What builds that run have not taken yet of a file system. Whatever is gone from it may have been taken by them. */
function yetToTake(space: Space, { device, free }: Taken, amount: 'least' | 'usual'): number {
  return [...space]
    .filter((other) => other.device === device)
    .reduce((sum, other) => sum + Math.max(0, other[amount] - Math.max(0, other.free - free)), 0);
}

/** Two folders of one file system share what is free. */
async function merged(storage: Omit<Need, 'device'>, scratch: Omit<Need, 'device'>): Promise<Need[]> {
  const [one, other] = await Promise.all([storage, scratch].map(({ folder }) => stat(folder)));
  const [device, second] = [one!.dev, other!.dev];
  if (device !== second) {
    return [
      { ...storage, device },
      { ...scratch, device: second },
    ];
  }
  const least = storage.least + scratch.least;
  return [{ ...storage, device, least, usual: Math.max(storage.usual, least) }];
}

/** Nothing where the registry does not say: that is the pull's to report, with better words. */
async function sizeOf(registries: Run['registries'], image: string): Promise<number> {
  try {
    return await registries.sizeOf(image);
  } catch (error) {
    if (error instanceof LayersError) return 0;
    throw error;
  }
}

function noSpace({ folder, free, least }: Taken, others: number, pools: string): LayersError {
  const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  const running = others === 0 ? ',' : `, of which builds that run may take ${megabytes(others)},`;
  return failure(
    'build',
    'no-space',
    `${folder} has ${megabytes(free)} free${running} and the base of ${pools} alone takes ${megabytes(least)}`,
    {
      hint: 'Make room: `podman image prune` or `buildah rmi --prune` removes images that nothing uses. `graphroot` of /etc/containers/storage.conf is where engines keep them.',
    },
  );
}
