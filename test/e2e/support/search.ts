import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { tryRun } from '../../fixtures/process.ts';
import type { Running } from './running.ts';
import { commandLines } from './state.ts';

/** Looks at every command line of the machine for as long as a command runs. */
export async function watchCommandLines(command: Running): Promise<string[]> {
  const seen = new Set<string>();
  let ended = false;
  void command.finished.finally(() => {
    ended = true;
  });
  while (!ended) {
    for (const line of await commandLines('')) seen.add(line);
    await sleep(10);
  }
  return [...seen];
}

/** Which of these texts some bytes have, by their names. */
export function namesIn(bytes: string | Buffer, texts: ReadonlyMap<string, string>): string[] {
  return [...texts].filter(([, text]) => bytes.includes(text)).map(([name]) => name);
}

/** Which of these texts the files below a folder have, with the first file of each. */
export async function namesBelow(folder: string, texts: ReadonlyMap<string, string>): Promise<string[]> {
  const any = await firstFileWith(folder, [...texts.values()]);
  if (any === undefined) return [];
  const found = [...texts].map(async ([name, text]) => {
    const file = await firstFileWith(folder, [text]);
    return file === undefined ? [] : [`${name} in ${file}`];
  });
  return (await Promise.all(found)).flat();
}

async function firstFileWith(folder: string, texts: readonly string[]): Promise<string | undefined> {
  // By stdin: as arguments they would be on a command line themselves.
  const args = ['--recursive', '--fixed-strings', '--files-with-matches', '--file=-', folder];
  const { code, stdout, stderr } = await tryRun('grep', args, { input: `${texts.join('\n')}\n` });
  if (code === null || code > 1) throw new Error(stderr);
  return stdout.split('\n')[0] || undefined;
}

/** Every blob that a registry has and is not among those known, unpacked: layers, configurations, manifests. */
export async function blobsOf(storage: string, known: ReadonlySet<string>): Promise<Map<string, Buffer>> {
  const folder = join(storage, 'docker/registry/v2/blobs/sha256');
  const sums = (await readdir(folder, { recursive: true }).catch(() => []))
    .filter((path) => path.endsWith('/data'))
    .map((path) => path.split('/').at(-2)!);
  const blobs = sums
    .filter((sum) => !known.has(sum))
    .map(async (sum) => {
      const bytes = await readFile(join(folder, sum.slice(0, 2), sum, 'data'));
      return [sum, bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes] as const;
    });
  return new Map(await Promise.all(blobs));
}
