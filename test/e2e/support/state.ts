import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../fixtures/process.ts';
import type { Workspace } from '../../fixtures/workspace.ts';

/** All that a build which comes to nothing leaves as it was. */
export async function stateOf(workspace: Workspace) {
  const { root, env } = workspace;
  return {
    head: await workspace.git('rev-parse', 'HEAD'),
    status: await workspace.git('status', '--porcelain'),
    files: { ...(await sums(root, 'layers')), ...(await sums(root, 'dist')) },
    temporary: await names(join(root, '.layers/tmp')),
    beside: (await names(root)).filter((name) => name !== '.layers'),
    containers: await run('buildah', ['containers', '--all', '--quiet'], { env }),
    mounts: (await readFile('/proc/mounts', 'utf8'))
      .split('\n')
      .map((line) => line.split(' ')[1] ?? '')
      .filter((target) => target.startsWith(join(root, '..')) && target.endsWith('/merged')),
    processes: await processesOf(workspace),
  };
}

async function sums(root: string, folder: string): Promise<Record<string, string>> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const all = files.sort().map(async (file) => {
    const sum = createHash('sha256').update(await readFile(file));
    return [file.slice(root.length + 1), sum.digest('hex')] as const;
  });
  return Object.fromEntries(await Promise.all(all));
}

async function names(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}

/** The command lines of processes that belong to a workspace: no other has its image store in the environment. */
async function processesOf({ env }: Workspace): Promise<string[]> {
  const mark = `CONTAINERS_STORAGE_CONF=${env.CONTAINERS_STORAGE_CONF}`;
  const found = await Promise.all(
    (await pids()).map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      return environment.includes(mark) ? await commandLine(pid) : '';
    }),
  );
  return found.filter((line) => line !== '');
}

/** The command lines of all processes that have this in them; those in a build's container have no environment of ours. */
export async function commandLines(part: string): Promise<string[]> {
  const lines = await Promise.all((await pids()).map(commandLine));
  return lines.filter((line) => line.includes(part));
}

async function pids(): Promise<string[]> {
  return (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
}

async function commandLine(pid: string): Promise<string> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return text.replaceAll('\0', ' ').trim();
}
