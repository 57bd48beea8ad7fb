import { readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { currentBranch } from './branch.ts';
import type { Git } from './repository.ts';
import type { RunGit } from './run.ts';
import { literal } from './status.ts';

/** How the user's checkout is about to move. */
export interface Forward {
  readonly from: string;
  readonly to: string;
}

/** Milliseconds that what a killed run started is waited for. */
const PATIENCE = 5000;

/** Does what changes the user's index, work tree or branch, with a note of it as long as it takes. */
export async function atWork<T>(
  note: string,
  forward: Forward | undefined,
  work: () => Promise<T>,
): Promise<T> {
  // Where no note can be written, nothing else could have been.
  await writeFile(note, JSON.stringify(forward ?? {})).catch(() => {});
  try {
    return await work();
  } finally {
    await rm(note, { force: true });
  }
}

/** Waits for git commands that a killed run has started below these folders. False where they do not end. */
export async function settled(folders: readonly string[]): Promise<boolean> {
  for (let waited = 0; ; waited += 100) {
    if (!(await isGitIn(folders))) return true;
    if (waited >= PATIENCE) return false;
    await sleep(100);
  }
}

/**
 * Makes a checkout usable again in which a run was killed, and git with it: removes git's locks that nobody holds any more,
 * and takes back half of a move. Nothing of the user's is touched: what is neither as before nor as after stays.
 */
export async function recover(git: Git, note: string): Promise<void> {
  const since = await stat(note).catch(() => undefined);
  if (since === undefined) return;
  // Elsewhere than on Linux it cannot be seen whether git is still at work: what is left is reported by git itself.
  if (process.platform === 'linux' && (await settled([git.root]))) {
    await removeLocks(git, since.mtimeMs);
    const { from, to } = await forwardOf(note);
    const isId = (id: unknown) => typeof id === 'string' && /^[0-9a-f]{40,64}$/.test(id);
    const head = (await git.run(['rev-parse', 'HEAD'])).stdout.trim();
    if (isId(from) && isId(to) && head === from) await takeBack(git, { from: from!, to: to! });
  }
  await rm(note, { force: true });
}

async function forwardOf(note: string): Promise<Partial<Forward>> {
  try {
    return JSON.parse(await readFile(note, 'utf8')) as Partial<Forward>;
  } catch {
    return {};
  }
}

async function removeLocks({ root, run }: Git, since: number): Promise<void> {
  const branch = await currentBranch(run);
  const names = ['index', 'HEAD', 'ORIG_HEAD', ...(branch === undefined ? [] : [`refs/heads/${branch}`])];
  for (const name of names) {
    const { stdout } = await run(['rev-parse', '--git-path', `${name}.lock`]);
    const file = resolve(root, stdout.trim());
    const status = await stat(file).catch(() => undefined);
    if (status !== undefined && status.mtimeMs >= since) await rm(file, { force: true });
  }
}

/** Puts back files that git had brought forward, wholly or partly, before it was killed. */
async function takeBack({ root, run }: Git, { from, to }: Forward): Promise<void> {
  const listed = await run(['diff', '--name-only', '--no-renames', '-z', from, to]);
  for (const path of listed.stdout.split('\0').filter((name) => name !== '')) {
    const [before, after] = await Promise.all([from, to].map((commit) => textIn(run, commit, path)));
    const now = await readFile(join(root, path), 'utf8').catch(() => undefined);
    // Git takes a file away, and then writes it anew.
    const isHalf = now === undefined || after?.startsWith(now) === true;
    if (now === before || !isHalf) continue;
    if (before === undefined) await rm(join(root, path), { force: true });
    else await run(['checkout', '--quiet', from, '--', literal(path)]);
  }
  await run(['reset', '--quiet']);
}

async function textIn(run: RunGit, commit: string, path: string): Promise<string | undefined> {
  const { code, stdout } = await run(['show', `${commit}:${path}`]);
  return code === 0 ? stdout : undefined;
}

/** Whether a git is at work below any of these folders. */
async function isGitIn(folders: readonly string[]): Promise<boolean> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
      if (!/^git\b/.test(name)) return false;
      const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => '');
      return folders.some((folder) => cwd === folder || cwd.startsWith(`${folder}/`));
    }),
  );
  return found.includes(true);
}
