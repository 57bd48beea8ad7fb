import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { atomicWrite } from './atomic-write.ts';
import { type Delivery, NOWHERE } from './delivery.ts';
import { LOCAL } from './journal.ts';

/** What a run was asked for. */
export interface Asked {
  readonly pools: readonly string[];
  readonly pin: boolean;
  readonly delivery: Delivery;
  readonly push: boolean;
}

/** Notes what a run is asked for, until it is done. */
export async function writeUnfinished(root: string, { pools, pin, delivery, push }: Asked): Promise<void> {
  await atomicWrite(fileOf(root), `${JSON.stringify({ pools, pin, delivery, push })}\n`);
}

/** What the last run was asked for that was killed, stopped or failed. */
export async function readUnfinished(root: string): Promise<Asked | undefined> {
  try {
    const { pools, pin, delivery, push } = JSON.parse(await readFile(fileOf(root), 'utf8')) as Asked;
    if (!Array.isArray(pools) || !pools.every((pool) => typeof pool === 'string')) return undefined;
    return { pools, pin: pin === true, delivery: { ...NOWHERE, ...delivery }, push: push !== false };
  } catch {
    return undefined;
  }
}

export async function removeUnfinished(root: string): Promise<void> {
  await rm(fileOf(root), { force: true });
}

function fileOf(root: string): string {
  return join(root, LOCAL, 'unfinished.json');
}
