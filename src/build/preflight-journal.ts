import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { atomicWrite } from './atomic-write.ts';
import { LOCAL } from './journal.ts';
import type { LeftOut } from './left-out.ts';
import type { PreflightInputs } from './preflight-inputs.ts';

/** All that the outcome of a preflight depends on, but what is elsewhere: the repositories of packages, say. */
export interface PreflightKey {
  readonly containerfile: string;
  readonly config: string;
  readonly inputs: PreflightInputs;
  readonly isEntitled: boolean;
}

export function preflightHash({ containerfile, config, inputs, isEntitled }: PreflightKey): string {
  const { mounted, trustBundle } = inputs;
  const key = [
    ...[containerfile, config, isEntitled, sumOf(trustBundle)],
    mounted.map(({ target, files }) => [target, [...files].map(([name, bytes]) => [name, sumOf(bytes)])]),
  ];
  return sumOf(JSON.stringify(key)).slice(0, 32);
}

function sumOf(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What was left out of a preflight that went through on this machine; undefined where none did. */
export async function readPassed(root: string, hash: string): Promise<readonly LeftOut[] | undefined> {
  try {
    const { leftOut } = JSON.parse(await readFile(fileOf(root, hash), 'utf8')) as { leftOut: LeftOut[] };
    return Array.isArray(leftOut) ? leftOut : undefined;
  } catch {
    // Lost or broken, it is as if there had been none.
    return undefined;
  }
}

export async function writePassed(root: string, hash: string, leftOut: readonly LeftOut[]): Promise<void> {
  await atomicWrite(fileOf(root, hash), `${JSON.stringify({ leftOut }, null, 2)}\n`);
}

function fileOf(root: string, hash: string): string {
  return join(root, LOCAL, 'preflight', `${hash}.json`);
}
