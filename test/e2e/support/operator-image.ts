import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../fixtures/process.ts';
import type { Workspace } from '../../fixtures/workspace.ts';

export interface OperatorBuild {
  /** By digest; has nothing that runs. */
  readonly base: string;
  /** The repository that the operator pushes to. */
  readonly repository: string;
  readonly tag: string;
  /** The rendered MachineConfig, as the operator leaves it in the image; none for an image without. */
  readonly currentConfig?: object;
  readonly labels: Readonly<Record<string, string>>;
  /** A file of the pool's own layers. */
  readonly own: string;
  readonly authFile?: string;
}

/**
 * An image with the operator's stages, by the same buildah that its Job runs, without --layers as there. Its base cannot
 * run anything: what the operator's script unpacks and applies is copied in as it would be. Gives the digest.
 */
export async function pushOperatorImage(workspace: Workspace, build: OperatorBuild): Promise<string> {
  const { base, repository, tag, labels, currentConfig, own, authFile } = build;
  const folder = join(workspace.root, '..', `operator-${tag}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'currentconfig'), JSON.stringify(currentConfig ?? {}));
  await writeFile(join(folder, 'own'), own);
  const path = '/etc/machine-config-daemon/currentconfig';
  const label = Object.entries(labels).map(([key, value]) => `LABEL ${key}=${value}`);
  const text = [
    `FROM ${base} AS extract`,
    `COPY currentconfig ${path}`,
    `FROM ${base} AS configs`,
    ...(currentConfig === undefined ? [] : [`COPY --from=extract ${path} ${path}`]),
    ...label,
    'FROM configs AS final',
    'COPY own /usr/share/own',
  ];
  await writeFile(join(folder, 'Containerfile'), `${text.join('\n')}\n`);
  const { env } = workspace;
  const image = `${repository}:${tag}`;
  const digestFile = join(folder, 'digest');
  const auth = authFile === undefined ? [] : ['--authfile', authFile];
  const containerfile = ['--file', join(folder, 'Containerfile')];
  await run('buildah', ['bud', '--quiet', '--tls-verify=false', '--tag', image, ...containerfile, folder], {
    env,
  });
  const push = ['push', '--quiet', '--tls-verify=false', '--digestfile', digestFile];
  await run('buildah', [...push, ...auth, image], { env });
  await run('buildah', ['rmi', '--force', image], { env });
  return (await readFile(digestFile, 'utf8')).trim();
}
