import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine, EngineName } from '../engines/engine.ts';
import type { Lock } from '../spec/lock.ts';
import type { BuildEvent } from './events.ts';
import type { Space } from './free-space.ts';
import { LOCAL } from './journal.ts';
import type { PreflightSources } from './preflight-inputs.ts';
import type { Registries } from './registries.ts';
import type { SecretSources } from './secrets.ts';

export interface RunnerOptions {
  readonly root: string;
  readonly lock: Lock;
  /** Identities; none means every pool. */
  readonly pools: readonly string[];
  /** Whether what is made is to be pinned: what is held is not made then. */
  readonly pin: boolean;
  /** False keeps images on this machine. */
  readonly push: boolean;
  /** Use images that the registry has under a build's tag, and that neither the lock nor this machine knows. */
  readonly adopt: boolean;
  /** How many builds run side by side. */
  readonly jobs: number;
  /** Goes on after a failure; else what runs then is finished, and nothing else is started. */
  readonly keepGoing: boolean;
  readonly engine?: EngineName;
  readonly authFile?: string;
  readonly secrets: SecretSources;
  readonly debugShell?: boolean;
  /** Tries what clusters build; without it, their pools are skipped. */
  readonly preflight?: PreflightSources;
  readonly signal: AbortSignal;
  readonly onEvent: (event: BuildEvent) => void;
}

/** What one run shares. */
export interface Run extends RunnerOptions {
  readonly registries: Registries;
  /** The repositories of the indexes that a build is part of, by its hash: they may have what no pool has as its own. */
  readonly indexedAt: ReadonlyMap<string, readonly string[]>;
  readonly space: Space;
  /** Called when an image is about to be pushed to a registry, which may have to wait. */
  readonly beforePush?: (registry: string) => Promise<void>;
  /** Chosen and probed when the first build needs it: a run that builds nothing starts no engine. */
  readonly engine$: () => Promise<{ engine: Engine; version: string }>;
}

/** Where builds have their folders while they run. */
export const SCRATCH = join(LOCAL, 'tmp');

/** The file for all that is printed while a build is made or copied. */
export function logOf(root: string, hash: string): string {
  return join(root, LOCAL, 'logs', `${hash}.log`);
}

/** Gives work a folder of its own, which is gone afterwards. */
export async function withScratch<T>(
  root: string,
  hash: string,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const parent = join(root, SCRATCH);
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, `${hash}-`));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
