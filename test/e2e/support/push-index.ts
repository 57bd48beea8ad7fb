import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An index over images of a registry, made by buildah and not by us. Gives its name by digest. */
export async function pushIndex(
  buildah: (...args: string[]) => Promise<string>,
  to: string,
  images: readonly string[],
): Promise<string> {
  const name = `localhost/list-${images.length}-${Math.random().toString(36).slice(2)}`;
  await buildah('manifest', 'create', name);
  for (const image of images) {
    await buildah('manifest', 'add', '--tls-verify=false', name, `docker://${image}`);
  }
  const file = await mkdtemp(join(tmpdir(), 'layers-index-'));
  const digest = join(file, 'digest');
  const options = ['--all', '--rm', '--tls-verify=false', '--digestfile', digest];
  await buildah('manifest', 'push', ...options, name, `docker://${to}`);
  const text = (await readFile(digest, 'utf8')).trim();
  await rm(file, { recursive: true });
  return `${to.replace(/:[^:/]*$/, '')}@${text}`;
}
