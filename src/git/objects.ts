import { execFile } from 'node:child_process';
import { type GitOptions, gitError } from './run.ts';

const LARGEST_OUTPUT = 1 << 30;

/** The bytes of git's objects, in the order of their ids: none is changed by filters or line ends. */
export async function readObjects(
  directory: string,
  ids: readonly string[],
  { env = process.env, signal }: GitOptions,
): Promise<Buffer[]> {
  if (ids.length === 0) return [];
  const output = await batch(directory, ids, env, signal);
  const contents: Buffer[] = [];
  let at = 0;
  for (const id of ids) {
    const end = output.indexOf(10, at);
    const header = output.toString('utf8', at, end);
    const size = /^[0-9a-f]+ blob (\d+)$/.exec(header)?.[1];
    if (end < 0 || size === undefined)
      throw gitError('git-failed', `git does not have the object ${id}: ${header}`, {});
    contents.push(output.subarray(end + 1, end + 1 + Number(size)));
    at = end + 1 + Number(size) + 1;
  }
  return contents;
}

function batch(
  cwd: string,
  ids: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = {
      cwd,
      env: { ...env, LC_ALL: 'C' },
      encoding: 'buffer' as const,
      maxBuffer: LARGEST_OUTPUT,
      ...(signal && { signal }),
    };
    const child = execFile('git', ['cat-file', '--batch'], options, (error, stdout, stderr) => {
      if (signal?.aborted) return reject(signal.reason);
      if (error === null) return resolve(stdout);
      const detail = stderr.toString('utf8').trim();
      reject(gitError('git-failed', `git cat-file failed: ${error.message}`, detail ? { detail } : {}));
    });
    // Where git ends before it has read its input, its exit code says why.
    child.stdin?.on('error', () => {});
    child.stdin?.end(ids.map((id) => `${id}\n`).join(''));
  });
}
