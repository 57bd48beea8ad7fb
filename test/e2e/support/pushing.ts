import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import yaml from 'js-yaml';
import { bareRepository } from '../../fixtures/git-server.ts';
import { type Finished, run, tryRun } from '../../fixtures/process.ts';
import type { Registry } from '../../fixtures/registry.ts';
import { CLI, createWorkspace, type Workspace } from '../../fixtures/workspace.ts';
import { documents, motd, pool, release } from './documents.ts';
import { pushSmallBase } from './small-base.ts';

/** One of those who work with a repository that is somewhere else. */
export interface Checkout {
  readonly root: string;
  git(...args: string[]): Promise<string>;
  layers(...args: string[]): Promise<Finished>;
  read(path: string): Promise<string>;
  write(path: string, text: string): Promise<void>;
}

/** A bare repository whose pools have images that nothing is pinned to yet, and checkouts of it. */
export interface Shared {
  readonly workspace: Workspace;
  /** The folder to serve, and the repository in it. */
  readonly folder: string;
  readonly bare: string;
  readonly pools: readonly string[];
  clone(name: string, url?: string, ...options: string[]): Promise<Checkout>;
  /** A branch with the same, to have each test by itself. */
  branch(name: string): Promise<void>;
  /** What git says in the bare repository. */
  git(...args: string[]): Promise<string>;
  hook(name: string, script: string): Promise<void>;
  remove(): Promise<void>;
}

export const imageOf = (registry: Registry, name: string) => `${registry.host}/os/${name}`;

/** The document of a pool with a text of its own. */
export function poolFile(registry: Registry, name: string, text = name): string {
  return documents(pool(name, { image: imageOf(registry, name), layers: [motd(text)] }));
}

export async function sharedRepository(name: string, registry: Registry, count: number): Promise<Shared> {
  const workspace = await createWorkspace(name);
  const { root, env } = workspace;
  const folder = join(root, '../served');
  await mkdir(folder);
  const bare = await bareRepository(join(folder, 'os-layers.git'), env);
  const pools = Array.from({ length: count }, (_, index) => `pool-${index}`);
  const base = await pushSmallBase(workspace, registry, name);
  await workspace.write('.gitignore', '.layers/\n');
  await workspace.write('README.md', 'layers\n');
  await workspace.write('layers/release.yaml', documents(release('4.18.3', base)));
  for (const each of pools) await workspace.write(`layers/${each}.yaml`, poolFile(registry, each));
  await expectOk(workspace.layers('synth'));
  await workspace.commit('pools');
  await expectOk(workspace.layers('build'));
  await workspace.git('push', '--quiet', bare, 'HEAD:refs/heads/main');
  const git = (...args: string[]) => run('git', args, { cwd: bare, env });
  return {
    workspace,
    folder,
    bare,
    pools,
    async clone(into, url = bare, ...options) {
      const path = join(root, '..', into);
      await run('git', ['clone', '--quiet', ...options, url, path], { env });
      return checkout(path, env);
    },
    branch: async (to) => void (await git('branch', '--force', to, 'main')),
    git,
    async hook(hook, script) {
      await writeFile(join(bare, 'hooks', hook), `#!/bin/sh\n${script}\n`);
      await chmod(join(bare, 'hooks', hook), 0o755);
    },
    remove: () => workspace.remove(),
  };
}

export function checkout(root: string, env: NodeJS.ProcessEnv): Checkout {
  return {
    root,
    git: (...args) => run('git', args, { cwd: root, env }),
    layers: (...args) => tryRun(process.execPath, [CLI, ...args], { cwd: root, env }),
    read: (path) => readFile(join(root, path), 'utf8'),
    write: (path, text) => writeFile(join(root, path), text),
  };
}

async function expectOk(finished: Promise<Finished>): Promise<void> {
  const { code, stderr } = await finished;
  if (code !== 0) throw new Error(stderr);
}

/** The `osImageURL` of each pool that has one, on a branch. */
export async function pinsOn(shared: Shared, branch: string): Promise<Record<string, string>> {
  const files = (await shared.git('ls-tree', '-r', '--name-only', branch, 'dist/')).split('\n');
  const pins: Record<string, string> = {};
  for (const file of files.filter((path) => path.endsWith('.k8s.yaml') && !path.startsWith('dist/builds/'))) {
    const text = await shared.git('show', `${branch}:${file}`);
    const object = yaml.loadAll(text).find((each) => (each as { kind: string }).kind === 'MachineConfig');
    const { spec } = object as { spec: { osImageURL: string } };
    pins[file.replace(/^dist\/|\.k8s\.yaml$/g, '')] = spec.osImageURL;
  }
  return pins;
}

/** The commits of a branch that `main` does not have, the first one first: subjects, and how many parents. */
export async function commitsOn(
  shared: Shared,
  branch: string,
): Promise<{ subject: string; parents: number }[]> {
  const log = await shared.git('log', '--reverse', '--format=%s%x00%P', `main..${branch}`);
  return log
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\0'))
    .map(([subject, parents]) => ({ subject: subject!, parents: parents!.split(' ').length }));
}
