import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failure } from '../diagnostics.ts';
import type { LeftOut } from './left-out.ts';

/** Where this machine has what clusters give their builds. */
export interface PreflightSources {
  /** Saved rendered MachineConfigs, by the pools' identities. */
  readonly rendered: ReadonlyMap<string, string>;
  /** Folders of what the ConfigMap etc-yum-repos-d and the Secret etc-pki-rpm-gpg hold. */
  readonly yumRepos?: string;
  readonly rpmGpg?: string;
  /** The cluster's additional trusted certificates, a file in PEM. */
  readonly trustBundle?: string;
}

/** A folder that every instruction of the build sees, by its files. */
export interface Mounted {
  readonly target: string;
  readonly files: ReadonlyMap<string, Buffer>;
}

export interface PreflightInputs {
  readonly mounted: readonly Mounted[];
  readonly trustBundle: Buffer;
  readonly leftOut: readonly LeftOut[];
}

/** Reads what was given, and tells what was not. */
export async function readInputs(sources: PreflightSources): Promise<PreflightInputs> {
  const folders = [
    ['etc-yum-repos-d', '/etc/yum.repos.d', sources.yumRepos],
    ['etc-pki-rpm-gpg', '/etc/pki/rpm-gpg', sources.rpmGpg],
  ] as const;
  const mounted: Mounted[] = [];
  const leftOut: LeftOut[] = [];
  for (const [part, target, folder] of folders) {
    if (folder === undefined) leftOut.push(notGiven(part));
    else mounted.push({ target, files: await readFolder(folder) });
  }
  if (sources.trustBundle === undefined) leftOut.push(notGiven('trust-bundle'));
  const trustBundle = sources.trustBundle === undefined ? Buffer.alloc(0) : await read(sources.trustBundle);
  return { mounted, trustBundle, leftOut };
}

export function notGiven(part: LeftOut['part']): LeftOut {
  return { part, why: 'it was not given', option: `--${part}` };
}

/** Its regular files: a ConfigMap or Secret has no folders. */
async function readFolder(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
    const files = names.sort().map(async (name) => [name, await read(join(folder, name))] as const);
    return new Map(await Promise.all(files));
  } catch (error) {
    throw (error as { code?: string }).code === undefined ? error : unreadable(folder, error as Error);
  }
}

async function read(file: string): Promise<Buffer> {
  return readFile(file).catch((error: Error) => {
    throw unreadable(file, error);
  });
}

function unreadable(path: string, error: Error) {
  return failure('input', 'preflight-unreadable', `${path} cannot be read: ${error.message}`);
}
