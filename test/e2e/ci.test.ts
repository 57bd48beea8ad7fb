import { readFileSync } from 'node:fs';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { blocksOf } from '../docs/blocks.ts';
import { bareRepository, type GitServer, serveGitHttp } from '../fixtures/git-server.ts';
import { type Finished, run, tryRun } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { CLI } from '../fixtures/workspace.ts';
import {
  type Checkout,
  commitsOn,
  pinsOn,
  poolFile,
  type Shared,
  sharedRepository,
} from './support/pushing.ts';

/** What a test machine cannot or need not do: install, and log in to a registry that asks for nothing. */
const ELSEWHERE = /^(?:npm ci|dnf install )|\bbuildah login /;
/** Made elsewhere, and perhaps not there yet: its line is left out until then, and what it would write is written. */
const HAS_DIFF = readFileSync('src/cli/main.ts', 'utf8').includes('./commands/diff.ts');

const PAGE = 'docs/continuous-integration.md';
const blocks = blocksOf(PAGE);
const fileOf = (start: string) => blocks.find(({ text }) => text.includes(start))!.text;
const PIN = 'chore(layers): pin pool-0';

let registry: Registry;
let shared: Shared;
/** What is elsewhere for CI: git by HTTP with a token, and a forge's API. */
let http: GitServer;
let api: Server;
const notes: { url: string; token: unknown; body: string }[] = [];

beforeAll(async () => {
  registry = await startRegistry();
  shared = await sharedRepository('ci', registry, 1);
  http = await serveGitHttp(shared.folder, { user: 'os-layers', password: 'push-token' });
  api = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      notes.push({ url: request.url!, token: request.headers['private-token'], body });
      response.writeHead(201).end('{}');
    });
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  await http?.stop();
  api?.close();
  await shared?.remove();
  await registry?.stop();
});

/** What somebody does before CI starts: a branch with changed layers, and what they compile to. */
async function openRequest(branch: string, synth = true): Promise<void> {
  const author = await shared.clone(`author-of-${branch}`, shared.bare);
  await author.git('checkout', '--quiet', '-B', branch);
  await author.write('layers/pool-0.yaml', poolFile(registry, 'pool-0', `of ${branch}`));
  if (synth) expect((await author.layers('synth')).code).toBe(0);
  await author.git('add', '--all');
  await author.git('commit', '--quiet', '-m', `layers of ${branch}`);
  await author.git('push', '--quiet', 'origin', `HEAD:${branch}`);
}

/** A runner's checkout, in which `npm ci` was done. */
async function runner(name: string, branch: string, detached = false): Promise<Checkout> {
  const at = await shared.clone(name, shared.bare, '--branch', branch);
  if (detached) await at.git('checkout', '--quiet', '--detach');
  await mkdir(join(at.root, 'node_modules/.bin'), { recursive: true });
  await writeFile(join(at.root, '.git/info/exclude'), 'node_modules\n');
  await symlink(CLI, join(at.root, 'node_modules/.bin/layers'));
  return at;
}

/** A forge's CLI that only notes what it is asked. */
async function standIn(at: Checkout): Promise<{ path: string; asked: () => Promise<string> }> {
  const folder = join(at.root, '../gh', at.root.split('/').at(-1)!);
  await mkdir(folder, { recursive: true });
  const log = join(folder, 'asked');
  // There is no request to edit yet.
  await writeFile(join(folder, 'gh'), `#!/bin/sh\necho "$@" >> ${log}\n[ "$2" != edit ]\n`);
  await chmod(join(folder, 'gh'), 0o755);
  return { path: folder, asked: () => readFile(log, 'utf8') };
}

/** Runs shell lines as a service does: one shell, which ends at the first failure. */
async function perform(lines: string, at: Checkout, variables: NodeJS.ProcessEnv): Promise<Finished> {
  const script = lines
    .split('\n')
    .filter((line) => !ELSEWHERE.test(line))
    .map((line) =>
      HAS_DIFF ? line : line.replace(/^npx layers diff \S+ --output markdown >/, 'echo "no diff yet" >'),
    )
    .join('\n');
  const env = { ...shared.workspace.env, RUNNER_TEMP: join(at.root, '..'), ...variables };
  return tryRun('bash', ['-e', '-o', 'pipefail', '-c', script], { cwd: at.root, env });
}

/** The steps of a job for GitHub, until one fails. */
async function job(name: string, at: Checkout, variables: NodeJS.ProcessEnv): Promise<Finished> {
  const { jobs } = parse(fileOf('# .github/workflows'));
  let last: Finished | undefined;
  for (const { run: lines } of jobs[name].steps as { run?: string }[]) {
    if (lines === undefined) continue;
    // What GitHub puts in is in variables: no text of a stranger's branch becomes code.
    expect(lines).not.toContain('${{');
    last = await perform(lines, at, variables);
    if (last.code !== 0) return last;
  }
  return last!;
}

async function works(finished: Promise<Finished>): Promise<Finished> {
  const { code, stdout, stderr } = await finished;
  expect(code, `${stdout}${stderr}`).toBe(0);
  return finished;
}

describe('the workflow for GitHub', { timeout: 300_000 }, () => {
  it('builds and pins on the branch of the request, comments, and then only checks main', async () => {
    await openRequest('github');
    const at = await runner('github-runner', 'github');
    const gh = await standIn(at);
    const variables = {
      GITHUB_HEAD_REF: 'github',
      GITHUB_BASE_REF: 'main',
      NUMBER: '7',
      PATH: `${gh.path}:${process.env.PATH}`,
    };
    await works(job('pin', at, variables));
    expect(await commitsOn(shared, 'github')).toEqual([
      { subject: 'layers of github', parents: 1 },
      { subject: PIN, parents: 1 },
    ]);
    expect(await gh.asked()).toContain('pr comment 7 --edit-last --create-if-none --body-file');
    expect(await readFile(join(at.root, '../diff.md'), 'utf8')).not.toBe('');

    await shared.git('branch', '--force', 'main', 'github');
    await works(job('main', await runner('main-runner', 'main'), {}));
  });

  it('looks at forks without secrets, and opens a request with the pins after their merge', async () => {
    await openRequest('stale-fork', false);
    expect((await job('fork', await runner('stale-fork-runner', 'stale-fork'), {})).code).toBe(1);
    await openRequest('fork');
    await works(job('fork', await runner('fork-runner', 'fork'), {}));

    await shared.git('branch', '--force', 'merged', 'fork');
    const at = await runner('merged-runner', 'merged');
    const check = await job('main', at, {});
    expect(check.code).toBe(1);
    expect(check.stdout).toContain('pin-');
    const gh = await standIn(at);
    await works(job('follow-up', at, { GITHUB_REF_NAME: 'merged', PATH: `${gh.path}:${process.env.PATH}` }));
    expect(await pinsOn(shared, 'layers/pin-all')).toHaveProperty('pool-0');
    const temp = join(at.root, '..');
    expect((await gh.asked()).trim().split('\n')).toEqual([
      `pr edit layers/pin-all --title Pin pool-0 --body-file ${temp}/body.md`,
      `pr create --base merged --head layers/pin-all --title Pin pool-0 --body-file ${temp}/body.md`,
    ]);
    expect(await readFile(join(temp, 'body.md'), 'utf8')).toContain('`pool-0`');
  });
});

describe('the pipeline for GitLab', { timeout: 300_000 }, () => {
  it('builds and pins on the branch of the request, and comments', async () => {
    await openRequest('gitlab');
    const file = parse(fileOf('# .gitlab-ci'));
    const at = await runner('gitlab-runner', 'gitlab', true);
    const { port } = api.address() as AddressInfo;
    const url = 'https://gitlab.example.com/os-layers.git';
    const variables = {
      ...file['.layers'].variables,
      CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: 'gitlab',
      CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main',
      CI_MERGE_REQUEST_IID: '8',
      CI_SERVER_HOST: 'gitlab.example.com',
      CI_PROJECT_PATH: 'os-layers',
      CI_PROJECT_ID: '9',
      CI_API_V4_URL: `http://127.0.0.1:${port}/api/v4`,
      PUSH_TOKEN: 'push-token',
      // The URL of the job, on this machine.
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: `url.${http.url}/os-layers.git.insteadOf`,
      GIT_CONFIG_VALUE_0: url,
    };
    const lines = [...file['.layers'].before_script, ...file.pin.script].join('\n');
    await works(perform(lines, at, variables));
    expect((await commitsOn(shared, 'gitlab')).map(({ subject }) => subject)).toContain(PIN);
    expect(notes).toMatchObject([{ url: '/api/v4/projects/9/merge_requests/8/notes', token: 'push-token' }]);
    expect(notes[0]!.body).toMatch(/^body=./);
    await works(perform(file.check.script.join('\n'), at, variables));
  });
});

describe('the hook before commits', { timeout: 300_000 }, () => {
  it('refuses a commit without what layers/ compiles to, and lets those of pins pass', async () => {
    await openRequest('hook');
    const at = await runner('hook-runner', 'hook');
    await mkdir(join(at.root, '.githooks'));
    await writeFile(join(at.root, '.githooks/pre-commit'), fileOf('# .githooks/pre-commit'));
    await chmod(join(at.root, '.githooks/pre-commit'), 0o755);
    await at.git('config', 'core.hooksPath', '.githooks');
    await at.git('add', '--all');
    await works(
      tryRun('git', ['commit', '--quiet', '-m', 'a hook'], { cwd: at.root, env: shared.workspace.env }),
    );
    await at.write('layers/pool-0.yaml', poolFile(registry, 'pool-0', 'of the hook'));
    await expect(at.git('commit', '--quiet', '--all', '-m', 'no dist')).rejects.toThrow(
      'layers synth has changed dist/',
    );
    await at.git('add', '--all');
    await at.git('commit', '--quiet', '-m', 'with dist');
    await works(at.layers('build', '--pin', '--push-commit'));
    expect((await commitsOn(shared, 'hook')).map(({ subject }) => subject)).toContain(PIN);
  });
});

describe('docs/pull-request-flow.md', { timeout: 300_000 }, () => {
  it('has a command that publishes', async () => {
    await openRequest('published');
    const target = await bareRepository(join(shared.folder, 'gitops.git'), shared.workspace.env);
    const { text } = blocksOf('docs/pull-request-flow.md').find((block) => block.text.includes('--publish'))!;
    const at = await runner('publishing', 'published');
    await works(
      perform(text, at, {
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: `url.${target}.insteadOf`,
        GIT_CONFIG_VALUE_0: 'https://git.example.com/platform/gitops.git',
      }),
    );
    const { env } = shared.workspace;
    const listed = await run('git', ['ls-tree', '-r', '--name-only', 'main'], { cwd: target, env });
    expect(listed).toBe('clusters/prod/os-layers/pool-0.k8s.yaml\n');
  });
});
