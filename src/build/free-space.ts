import { stat, statfs } from 'node:fs/promises';
import { failure, LayersError } from '../diagnostics.ts';
import type { Engine } from '../engines/engine.ts';
import type { BuildPlan } from '../plan/plan.ts';
import type { Run } from './run.ts';

/** How often its compressed size a base takes in an engine's storage, with what a build adds to it. */
const UNPACKED = 3;
/** What a build may take whose base is there already. */
const LEAST = 1e9;

interface Need {
  readonly folder: string;
  /** Less than this cannot do, in bytes. */
  readonly least: number;
  /** What it takes by rule of thumb. */
  readonly usual: number;
}

/** Fails where there is no room for the base, and warns where there may be none for the build: before anything is pulled. */
export async function checkSpace(
  { registries, onEvent }: Pick<Run, 'registries' | 'onEvent'>,
  engine: Engine,
  plan: BuildPlan,
  pools: string,
  scratch: string,
): Promise<void> {
  const images = [plan.base, ...(plan.stages ?? []).map(({ from }) => from)];
  const stored = await Promise.all(
    [...new Set(images)].map(async (image) => ({ image, ...(await engine.storage(image)) })),
  );
  let pulled = 0;
  for (const { image, hasImage } of stored) if (!hasImage) pulled += await sizeOf(registries, image);
  const needs = await merged([
    { folder: stored[0]!.folder, least: pulled, usual: Math.max(pulled * UNPACKED, LEAST) },
    // Where layers are while they come.
    { folder: scratch, least: pulled, usual: pulled },
  ]);
  for (const { folder, least, usual } of needs) {
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    if (free < least) throw noSpace(folder, free, least, pools);
    if (free < usual) onEvent({ type: 'low-space', hash: plan.hash, folder, free, needed: usual });
  }
}

/** Two folders of one file system share what is free. */
async function merged([storage, scratch]: [Need, Need]): Promise<Need[]> {
  const [one, other] = await Promise.all([storage, scratch].map(({ folder }) => stat(folder)));
  if (one!.dev !== other!.dev) return [storage, scratch];
  return [
    {
      ...storage,
      least: storage.least + scratch.least,
      usual: Math.max(storage.usual, storage.least + scratch.least),
    },
  ];
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

function noSpace(folder: string, free: number, needed: number, pools: string): LayersError {
  const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  return failure(
    'build',
    'no-space',
    `${folder} has ${megabytes(free)} free, and the base of ${pools} alone takes ${megabytes(needed)}`,
    {
      hint: 'Make room: `podman image prune` or `buildah rmi --prune` removes images that nothing uses. `graphroot` of /etc/containers/storage.conf is where engines keep them.',
    },
  );
}
