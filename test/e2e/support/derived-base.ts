import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { baseRef } from '../../fixtures/base.ts';
import { run } from '../../fixtures/process.ts';
import type { Registry } from '../../fixtures/registry.ts';
import type { Workspace } from '../../fixtures/workspace.ts';

/** The base image with more RPMs in it, pushed to the registry: for a pool's `base`. */
export async function deriveBase(
  { root, env }: Workspace,
  registry: Registry,
  name: string,
  rpms: readonly string[],
): Promise<string> {
  const folder = join(root, '..', name);
  await mkdir(folder);
  for (const rpm of rpms) await copyFile(rpm, join(folder, basename(rpm)));
  const buildah = async (...args: string[]) => (await run('buildah', args, { env })).trim();
  const from = ['from', '--quiet', '--tls-verify=false', await baseRef(registry)];
  const container = await buildah(...from);
  const install = ['rpm', '--install', ...rpms.map((rpm) => `/rpms/${basename(rpm)}`)];
  await buildah('run', '--volume', `${folder}:/rpms`, container, '--', ...install);
  const image = `${registry.host}/fixture/${name}`;
  const digestFile = join(folder, 'digest');
  await buildah('commit', '--quiet', '--rm', container, `${image}:1`);
  await buildah('push', '--quiet', '--tls-verify=false', '--digestfile', digestFile, `${image}:1`);
  return `${image}@${(await readFile(digestFile, 'utf8')).trim()}`;
}
