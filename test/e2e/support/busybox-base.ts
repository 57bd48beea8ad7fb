import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Architecture } from '../../../src/values/architecture.ts';
import { busyboxRoot } from '../../fixtures/busybox.ts';
import { run } from '../../fixtures/process.ts';
import type { Registry } from '../../fixtures/registry.ts';
import type { Workspace } from '../../fixtures/workspace.ts';

/** A base whose programs are really of an architecture. Gives its name by digest. */
export async function pushBusyboxBase(
  { root, env }: Workspace,
  registry: Registry,
  architecture: Architecture,
): Promise<string> {
  const buildah = async (...args: string[]) => (await run('buildah', args, { env })).trim();
  const container = await buildah('from', 'scratch');
  await buildah('copy', '--quiet', container, await busyboxRoot(architecture), '/');
  await buildah('config', '--arch', architecture, container);
  const image = `${registry.host}/fixture/busybox:${architecture}`;
  const file = join(root, '..', `digest-${architecture}`);
  await buildah('commit', '--quiet', '--rm', container, image);
  await buildah('push', '--quiet', '--tls-verify=false', '--digestfile', file, image);
  await buildah('rmi', '--force', image);
  return `${registry.host}/fixture/busybox@${(await readFile(file, 'utf8')).trim()}`;
}
