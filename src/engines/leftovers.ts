import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { EngineName } from './engine.ts';
import { signalGroup } from './process-group.ts';

const exec = promisify(execFile);

/** A file in a build's scratch folder, with the engine's name in it. */
function markOf(scratch: string): string {
  return join(scratch, 'engine');
}

export async function writeMark(scratch: string, name: EngineName): Promise<void> {
  await writeFile(markOf(scratch), name);
}

/** The engine that was started with this scratch folder; undefined where none was. */
export async function readMark(scratch: string): Promise<EngineName | undefined> {
  const name = await readFile(markOf(scratch), 'utf8').catch(() => undefined);
  return name === 'buildah' || name === 'podman' ? name : undefined;
}

/**
 * Marks the working containers of a build as ours. A build secret that no instruction mounts is the one option that an
 * engine writes into their files, and that changes neither the image nor what the cache knows it by.
 */
export function markArguments(scratch: string): string[] {
  // The option has no way to write a comma.
  return scratch.includes(',') ? [] : ['--secret', `id=layers-mark,src=${markOf(scratch)}`];
}

/** The folder that an engine keeps images and containers in. */
export async function graphRoot(name: EngineName): Promise<string> {
  const { stdout } = await exec(name, ['info', ...(name === 'podman' ? ['--format=json'] : [])]);
  const { store } = JSON.parse(stdout) as { store: { GraphRoot?: string; graphRoot?: string } };
  return (store.GraphRoot ?? store.graphRoot)!;
}

/** Removes the working containers of builds whose scratch folders were in this one. */
export async function removeContainers(name: EngineName, folder: string): Promise<void> {
  const mark = JSON.stringify(`src=${folder}/`).slice(1, -1);
  const root = await graphRoot(name);
  for (const store of (await readdir(root)).filter((entry) => entry.endsWith('-containers'))) {
    for (const id of await readdir(join(root, store))) {
      const file = join(root, store, id, 'userdata', 'buildah.json');
      const text = await readFile(file, 'utf8').catch(() => '');
      if (text.includes(mark)) await exec(name, ['rm', ...(name === 'podman' ? ['--force'] : []), id]);
    }
  }
}

/** How long, in milliseconds, the kernel may take to end what was killed. */
const PATIENCE = 10_000;

/** Ends what engines still do whose scratch folders are in this one: those of a run that was killed a moment ago. */
export async function stopEngines(folder: string): Promise<void> {
  for (const end = performance.now() + PATIENCE; performance.now() < end; await sleep(50)) {
    const groups = await groupsOf(folder);
    if (groups.size === 0) return;
    for (const group of groups) signalGroup(group, 'SIGKILL');
  }
}

/** The process groups that have their temporary files there; none where the system has no /proc to tell. */
async function groupsOf(folder: string): Promise<Set<number>> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const groups = new Set<number>();
  for (const pid of pids) {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (!environment.split('\0').some((variable) => variable.startsWith(`TMPDIR=${folder}/`))) continue;
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    // After the name, which is in parentheses and may be anything: state, parent, group.
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state !== 'Z' && Number(group) > 1 && Number(pid) !== process.pid) groups.add(Number(group));
  }
  return groups;
}
