import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../fixtures/process.ts';
import type { Registry } from '../../fixtures/registry.ts';
import type { Workspace } from '../../fixtures/workspace.ts';
import { bytesFrom, randomFrom } from './texts.ts';

/** A base that has one file of this size and nothing that runs: for layers of files only, and pulled in no time. */
export async function pushSmallBase(
  { root, env }: Workspace,
  registry: Registry,
  name: string,
  kilobytes = 300,
): Promise<string> {
  const folder = join(root, '..', `base-${name}`);
  await mkdir(folder);
  // Nothing that compresses: a blob is as long as it says.
  const random = randomFrom(name.length + kilobytes);
  const pieces: Uint8Array[] = [];
  for (let size = 0; size < kilobytes * 1024; size += pieces.at(-1)!.length)
    pieces.push(bytesFrom(random, 4096));
  await writeFile(join(folder, 'file'), Buffer.concat(pieces));
  const buildah = async (...args: string[]) => (await run('buildah', args, { env })).trim();
  const container = await buildah('from', 'scratch');
  await buildah('copy', '--quiet', container, join(folder, 'file'), '/usr/share/file');
  // COPY --chown looks them up.
  await writeFile(join(folder, 'passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  await writeFile(join(folder, 'group'), 'root:x:0:\n');
  await buildah('copy', '--quiet', container, join(folder, 'passwd'), join(folder, 'group'), '/etc/');
  await buildah('config', '--arch', 'amd64', container);
  const image = `${registry.host}/fixture/${name}`;
  const digestFile = join(folder, 'digest');
  await buildah('commit', '--quiet', '--rm', container, `${image}:1`);
  await buildah('push', '--quiet', '--tls-verify=false', '--digestfile', digestFile, `${image}:1`);
  await buildah('rmi', '--force', `${image}:1`);
  return `${image}@${(await readFile(digestFile, 'utf8')).trim()}`;
}
