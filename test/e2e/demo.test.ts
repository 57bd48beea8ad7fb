import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finished, run, tryRun } from '../fixtures/process.ts';
import { type Scratch, scratchDirectory } from '../fixtures/scratch.ts';

let scratch: Scratch;

beforeAll(async () => {
  scratch = await scratchDirectory('demo-test');
});

afterAll(async () => {
  await scratch?.remove();
});

function demo(env: NodeJS.ProcessEnv): Promise<Finished> {
  return tryRun('npm', ['run', '--silent', 'demo'], { env: { ...process.env, NO_COLOR: '1', ...env } });
}

describe('npm run demo', { timeout: 300_000 }, () => {
  it('runs the loop, and ends with what the registry answered', async () => {
    const folder = join(scratch.path, 'kept');
    const { code, stdout, stderr } = await demo({ LAYERS_DEMO_DIR: folder });
    expect(code, stderr).toBe(0);
    const result = stdout.slice(stdout.lastIndexOf('\nThe result\n'));
    const [, host, digest] = /^osImageURL: (\S+)\/os\/worker@(sha256:[0-9a-f]{64})$/m.exec(result)!;
    expect(result).toContain(`http://${host}/v2/os/worker/manifests/${digest}`);
    expect(result).toMatch(/^ {2}│ HTTP\/1\.1 200 OK$/m);
    expect(result).toContain(`  │ Docker-Content-Digest: ${digest}\n`);
    expect(result).toContain(`The registry has ${digest}, the digest that git pins.\n`);
    expect(result).toContain(`The repository is in ${folder}`);

    // What is kept is what was shown.
    expect(await readFile(join(folder, 'dist/worker.k8s.yaml'), 'utf8')).toContain(
      `osImageURL: ${host}/os/worker@${digest}\n`,
    );
    const log = await run('git', ['log', '--reverse', '--format=%s'], { cwd: folder });
    expect(log.trim().split('\n')).toEqual([
      'Layers for three pools',
      'chore(layers): pin worker',
      'chore(layers): pin edge',
      'A message of the day for worker',
      'chore(layers): pin worker',
    ]);
    expect(await run('git', ['status', '--short'], { cwd: folder })).toBe('');
    // In between, the changed pool was behind, and said so.
    expect(stderr).toMatch(/warning worker .* \(pin-behind\)/);
    expect(stderr).toMatch(/error worker .* \(pin-behind\)/);
    // The registry is gone.
    await expect(fetch(`http://${host}/v2/`)).rejects.toThrow();
  });

  it('leaves no process, mount or folder behind', async () => {
    const before = await leftovers();
    const { code, stderr } = await demo({ LAYERS_DEMO_DIR: '' });
    expect(code, stderr).toBe(0);
    expect(await leftovers()).toEqual(before);
  });

  it('stops in order in the middle of a build', async () => {
    const before = await leftovers();
    const child = spawn(process.execPath, ['--import', 'tsx', 'demo/demo.ts'], {
      env: { ...process.env, LAYERS_DEMO_DIR: '' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.stderr.on('data', (text) => String(text).includes('[2/3]') && child.kill('SIGTERM'));
    expect(await ended).toBe(143);
    expect(await leftovers()).toEqual(before);
  });

  it('does not touch a folder that has something in it', async () => {
    const folder = join(scratch.path, 'mine');
    await mkdir(folder);
    await writeFile(join(folder, 'README.md'), 'mine\n');
    const { code, stderr } = await demo({ LAYERS_DEMO_DIR: folder });
    expect(code).toBe(1);
    expect(stderr).toBe(`demo: LAYERS_DEMO_DIR is not empty: ${folder}\n`);
    expect(await readdir(folder)).toEqual(['README.md']);
  });
});

/** What a demo could leave: its folders beside the cache, mounts in them, and processes that work on them. */
async function leftovers(): Promise<string[]> {
  const parent = join(scratch.path, '..');
  const isDemo = /\/scratch\/\d+-(?:demo|demo-served)-/;
  const mounts = await readFile('/proc/mounts', 'utf8');
  const processes = await Promise.all(
    (await readdir('/proc'))
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')),
  );
  return [
    ...(await readdir(parent)).filter((name) => /^\d+-(?:demo|demo-served)-/.test(name)),
    ...mounts.split('\n').filter((line) => isDemo.test(line)),
    ...processes.flatMap((environment) => isDemo.exec(environment)?.[0] ?? []),
  ];
}
