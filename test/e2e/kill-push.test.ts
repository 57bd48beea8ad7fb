import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GitServer, startGitDaemon } from '../fixtures/git-server.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { CLI } from '../fixtures/workspace.ts';
import { type Checkout, commitsOn, pinsOn, type Shared, sharedRepository } from './support/pushing.ts';
import { randomFrom } from './support/texts.ts';

const KILLS = process.env.LAYERS_SOAK === '1' ? 200 : 20;
const SEED = Number(process.env.LAYERS_SEED) || 1;
const BUILD = ['build', '--pin', '--adopt', '--push-commit', '--output', 'json'];

let registry: Registry;
let shared: Shared;
let daemon: GitServer;
/** Milliseconds from the moment that all images are known to the end of a run. */
let length = 0;
let reached = 0;

beforeAll(async () => {
  registry = await startRegistry();
  shared = await sharedRepository('kill-push', registry, 2);
  daemon = await startGitDaemon(shared.folder);
  const at = await clone('undisturbed');
  const { known, ended } = await buildAndKill(at, Number.POSITIVE_INFINITY, false);
  length = ended - known;
});

afterAll(async () => {
  await daemon?.stop();
  await shared?.remove();
  await registry?.stop();
});

async function clone(branch: string): Promise<Checkout> {
  await shared.branch(branch);
  return shared.clone(branch, `${daemon.url}/os-layers.git`, '--branch', branch);
}

/** Kills a run so long after it knew the digests: itself alone, or with all it has started. */
async function buildAndKill(at: Checkout, after: number, withGroup: boolean) {
  const child = spawn(process.execPath, [CLI, ...BUILD], {
    cwd: at.root,
    env: shared.workspace.env,
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  const closed = new Promise((resolve) => child.once('exit', resolve));
  let adopted = 0;
  let known = 0;
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      adopted += String(chunk).split('"type":"adopted"').length - 1;
      if (adopted < 2 || known !== 0) return;
      known = performance.now();
      resolve();
    });
    child.once('exit', () => resolve());
  });
  const isOver =
    after === Number.POSITIVE_INFINITY
      ? await closed.then(() => true)
      : await Promise.race([closed.then(() => true), sleep(after, false)]);
  if (!isOver) process.kill(withGroup ? -child.pid! : child.pid!, 'SIGKILL');
  await closed;
  return { known, ended: performance.now(), wasKilled: !isOver };
}

describe('a run that is killed between the digest and the push', { timeout: 3_600_000 }, () => {
  it.concurrent.each(
    Array.from({ length: KILLS }, (_, index) => SEED + index),
  )('at a random moment (seed %d) is gone on from', async (seed) => {
    const random = randomFrom(seed);
    random();
    const branch = `killed-${seed}`;
    const at = await clone(branch);
    const { wasKilled } = await buildAndKill(at, random() * length, random() < 0.5);
    if (wasKilled) reached += 1;

    // Git is usable at once, whatever the next run has to put in order.
    await at.git('status', '--porcelain');
    const next = await at.layers(...BUILD);
    expect(next.code, next.stderr + next.stdout).toBe(0);
    expect(await at.git('status', '--porcelain')).toBe('');
    await at.git('fsck', '--no-dangling');
    expect(await at.git('worktree', 'list')).not.toContain('.layers');
    expect(await readdir(join(at.root, '.layers/trees')).catch(() => [])).toEqual([]);
    for (const lock of ['index.lock', 'HEAD.lock', `refs/heads/${branch}.lock`])
      expect(existsSync(join(at.root, '.git', lock)), lock).toBe(false);
    // One commit with all of it, there and here.
    expect(await commitsOn(shared, branch)).toEqual([
      { subject: 'chore(layers): pin pool-0, pool-1', parents: 1 },
    ]);
    expect(Object.keys(await pinsOn(shared, branch))).toEqual(['pool-0', 'pool-1']);
    expect((await at.git('rev-parse', 'HEAD')).trim()).toBe((await shared.git('rev-parse', branch)).trim());
    const check = await at.layers('check');
    expect(check.code, check.stderr).toBe(0);
  });

  it('was one that was killed, more often than not', () => {
    expect(reached).toBeGreaterThan(KILLS / 3);
  });
});
