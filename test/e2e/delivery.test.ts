import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bareRepository, type GitServer, serveGitHttp, startGitDaemon } from '../fixtures/git-server.ts';
import { type Finished, run } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import {
  type Checkout,
  checkout,
  commitsOn,
  imageOf,
  pinsOn,
  poolFile,
  type Shared,
  sharedRepository,
} from './support/pushing.ts';

let registry: Registry;
let shared: Shared;
let daemon: GitServer;
let count = 0;

beforeAll(async () => {
  registry = await startRegistry();
  shared = await sharedRepository('delivery', registry, 2);
  daemon = await startGitDaemon(shared.folder);
});

afterAll(async () => {
  await daemon?.stop();
  await shared?.remove();
  await registry?.stop();
});

/** A checkout of a branch that nobody else has. */
async function own(...options: string[]): Promise<Checkout & { branch: string }> {
  count += 1;
  const branch = `test-${count}`;
  await shared.branch(branch);
  const url = `${daemon.url}/os-layers.git`;
  return { ...(await shared.clone(branch, url, '--branch', branch, ...options)), branch };
}

const BUILD = ['build', '--pin', '--adopt'];

async function works(at: Checkout, ...args: string[]): Promise<Finished> {
  const finished = await at.layers(...args);
  expect(finished.code, finished.stderr).toBe(0);
  await isClean(at);
  return finished;
}

async function refused(at: Checkout, code: number, ...args: string[]): Promise<string> {
  const before = await at.git('rev-parse', 'HEAD');
  const finished = await at.layers(...args);
  expect(finished.code, finished.stderr).toBe(code);
  expect(await at.git('rev-parse', 'HEAD')).toBe(before);
  await isClean(at);
  return finished.stderr;
}

/** Nothing of ours is left: no work tree, no lock of git's. */
async function isClean(at: Checkout): Promise<void> {
  expect(await readdir(join(at.root, '.layers/trees')).catch(() => [])).toEqual([]);
  expect(await at.git('worktree', 'list', '--porcelain')).not.toContain('.layers/trees');
}

/** Somebody else's commit on a branch. */
async function elsewhere(branch: string, path: string, text: string): Promise<string> {
  count += 1;
  const other = await shared.clone(`other-${count}`, shared.bare, '--branch', branch);
  await other.write(path, text);
  if (path.startsWith('layers/')) expect((await other.layers('synth')).code).toBe(0);
  await other.git('add', '--all');
  await other.git('commit', '--quiet', '-m', 'from elsewhere');
  await other.git('push', '--quiet', 'origin', `HEAD:${branch}`);
  return other.git('rev-parse', 'HEAD');
}

const head = (branch: string) => shared.git('rev-parse', branch);
const subjects = async (branch: string) => (await commitsOn(shared, branch)).map(({ subject }) => subject);
const PIN = 'chore(layers): pin pool-0, pool-1';

describe('--push-commit', { timeout: 300_000 }, () => {
  it('puts one commit of the lock and dist/ on the upstream, and the checkout follows', async () => {
    const at = await own();
    const { stderr } = await works(at, ...BUILD, '--push-commit');
    const commit = (await head(at.branch)).trim();
    expect(stderr).toContain(`pushed ${commit.slice(0, 12)} to origin#${at.branch}`);
    expect(await subjects(at.branch)).toEqual([PIN]);
    expect((await shared.git('show', '--format=', '--name-only', at.branch)).trim().split('\n')).toEqual([
      'dist/pool-0.k8s.yaml',
      'dist/pool-1.k8s.yaml',
      'layers/lock/pool-0.lock',
      'layers/lock/pool-1.lock',
    ]);
    expect((await at.git('rev-parse', 'HEAD')).trim()).toBe(commit);
    expect(await at.git('status', '--porcelain')).toBe('');
    expect((await at.layers('check')).code).toBe(0);
    const again = await works(at, ...BUILD, '--push-commit');
    expect(again.stderr).toContain('nothing to commit');
    expect((await head(at.branch)).trim()).toBe(commit);
  });

  it('goes on top of what others have pushed, and takes the checkout along', async () => {
    const at = await own();
    await elsewhere(at.branch, 'README.md', 'from elsewhere\n');
    await works(at, ...BUILD, '--push-commit');
    expect(await subjects(at.branch)).toEqual(['from elsewhere', PIN]);
    expect(await at.read('README.md')).toBe('from elsewhere\n');
  });

  it('takes the commits of the checkout along', async () => {
    const at = await own();
    await at.write('README.md', 'mine\n');
    await at.git('commit', '--quiet', '--all', '-m', 'mine');
    await works(at, ...BUILD, '--push-commit');
    expect(await subjects(at.branch)).toEqual(['mine', PIN]);
  });

  it('leaves a checkout as it is whose changes are in the way, and says so', async () => {
    const at = await own();
    await elsewhere(at.branch, 'README.md', 'from elsewhere\n');
    await at.write('README.md', 'not committed\n');
    const before = await at.git('rev-parse', 'HEAD');
    const { stderr } = await works(at, ...BUILD, '--push-commit');
    expect(stderr).toContain('the checkout is as it was');
    expect(await at.git('rev-parse', 'HEAD')).toBe(before);
    expect(await at.git('status', '--porcelain')).toBe(' M README.md\n');
    expect(await subjects(at.branch)).toEqual(['from elsewhere', PIN]);
  });

  it('is not kept from following by the same pins, not committed, of a run before', async () => {
    const at = await own();
    await works(at, ...BUILD);
    expect(await at.git('status', '--porcelain')).not.toBe('');
    const { stderr } = await works(at, ...BUILD, '--push-commit');
    expect(stderr).not.toContain('the checkout is as it was');
    expect(await at.git('status', '--porcelain')).toBe('');
    expect(await subjects(at.branch)).toEqual([PIN]);
  });

  it('refuses layers/ with changes before it builds, and a rebase in progress', async () => {
    const at = await own();
    await at.write('layers/pool-0.yaml', poolFile(registry, 'pool-0', 'not committed'));
    expect(await refused(at, 2, ...BUILD, '--push-commit')).toContain('(layers-uncommitted)');
    await at.git('checkout', '--quiet', '.');
    // What it has changed is not to be committed as if it were theirs, so that it is the first to be said.
    await elsewhere(at.branch, 'layers/pool-0.yaml', poolFile(registry, 'pool-0', 'from elsewhere'));
    await at.write('layers/pool-0.yaml', poolFile(registry, 'pool-0', 'mine'));
    await at.git('commit', '--quiet', '--all', '-m', 'mine');
    await expect(at.git('pull', '--quiet', '--rebase')).rejects.toThrow('conflict');
    expect(await refused(at, 4, ...BUILD, '--push-commit')).toContain('a rebase is in progress');
  });

  it('refuses a remote that is not there, and a git that knows no author, before it builds', async () => {
    const at = await own();
    const requests = (await registry.requests()).length;
    for (const args of [
      ['--onto', 'nowhere#main'],
      ['--push-commit', '--publish', '/nowhere#main:a'],
    ])
      expect(await refused(at, 4, ...BUILD, ...args)).toContain('(git-unreachable)');
    await at.git('config', 'user.useConfigOnly', 'true');
    const nobody = { ...shared.workspace.env, GIT_COMMITTER_NAME: undefined, GIT_COMMITTER_EMAIL: undefined };
    const build = await checkout(at.root, nobody).layers(...BUILD, '--push-commit');
    expect(build.code, build.stderr).toBe(4);
    expect(build.stderr).toContain('(git-identity)');
    expect(await registry.requests()).toHaveLength(requests);
  });

  it('refuses a checkout and an upstream that have both moved on', async () => {
    const at = await own();
    await elsewhere(at.branch, 'README.md', 'from elsewhere\n');
    await at.write('other.txt', 'mine\n');
    await at.git('add', 'other.txt');
    await at.git('commit', '--quiet', '-m', 'mine');
    const says = await refused(at, 4, ...BUILD, '--push-commit');
    expect(says).toContain('(git-diverged)');
    expect(says).toContain('git pull --rebase');
    expect(await subjects(at.branch)).toEqual(['from elsewhere']);
  });

  it('refuses a branch without an upstream, and a detached head; --onto says where to', async () => {
    const at = await own();
    await at.git('checkout', '--quiet', '--no-track', '-b', 'lonely');
    expect(await refused(at, 2, ...BUILD, '--push-commit')).toContain('--onto origin#lonely');
    await at.git('checkout', '--quiet', '--detach');
    expect(await refused(at, 2, ...BUILD, '--push-commit')).toContain('(git-detached)');
    await works(at, ...BUILD, '--onto', `origin#${at.branch}`);
    expect(await subjects(at.branch)).toEqual([PIN]);
    // As CI checks out: what comes after sees the pins.
    expect((await at.layers('check')).code).toBe(0);
  });

  it('does not push the merge that a forge has CI check out', async () => {
    const at = await own();
    await elsewhere(at.branch, 'README.md', 'from elsewhere\n');
    await at.git('checkout', '--quiet', '--detach');
    await at.git('merge', '--quiet', '--no-ff', '-m', 'a merge', await emptyCommit(at));
    await works(at, ...BUILD, '--onto', `origin#${at.branch}`);
    expect(await commitsOn(shared, at.branch)).toEqual([
      { subject: 'from elsewhere', parents: 1 },
      { subject: PIN, parents: 1 },
    ]);
  });

  it('works from a shallow clone', async () => {
    const at = await own('--depth', '1');
    await elsewhere(at.branch, 'README.md', 'from elsewhere\n');
    await works(at, ...BUILD, '--push-commit');
    expect(await subjects(at.branch)).toEqual(['from elsewhere', PIN]);
    expect((await at.git('rev-parse', '--is-shallow-repository')).trim()).toBe('true');
  });

  it('works in a linked work tree, and in a folder below the top level', async () => {
    const at = await own();
    const linked = join(at.root, '../linked');
    await at.git('worktree', 'add', '--quiet', '-b', 'linked', linked, `origin/${at.branch}`);
    await works(checkout(linked, shared.workspace.env), ...BUILD, '--push-commit');
    expect(await subjects(at.branch)).toEqual([PIN]);

    const below = await own();
    await mkdir(join(below.root, 'os/pools'), { recursive: true });
    await below.git('mv', 'layers', 'dist', '.gitignore', 'os/pools/');
    await below.git('commit', '--quiet', '-m', 'further down');
    const inner = checkout(join(below.root, 'os/pools'), shared.workspace.env);
    await works(inner, ...BUILD, '--push-commit');
    expect(await subjects(below.branch)).toEqual(['further down', PIN]);
    expect(await below.git('status', '--porcelain')).toBe('');
  });

  it('works in a submodule, and refuses one in layers/', async () => {
    const at = await own();
    const outer = join(at.root, '../outer');
    const { env } = shared.workspace;
    await run('git', ['init', '--quiet', outer], { env });
    const add = [
      '-c',
      'protocol.file.allow=always',
      'submodule',
      '--quiet',
      'add',
      '-b',
      at.branch,
      shared.bare,
      'os',
    ];
    await run('git', add, { cwd: outer, env });
    await works(checkout(join(outer, 'os'), env), ...BUILD, '--push-commit');
    expect(await subjects(at.branch)).toEqual([PIN]);

    await at.git(
      '-c',
      'protocol.file.allow=always',
      'submodule',
      '--quiet',
      'add',
      shared.bare,
      'layers/files',
    );
    await at.git('commit', '--quiet', '-m', 'a submodule');
    const says = await refused(at, 2, ...BUILD, '--push-commit');
    expect(says).toContain('layers/files is a git submodule');
  });

  it('tells what was superseded from the rest, by its input, its pool or its pin', async () => {
    const at = await own();
    await elsewhere(at.branch, 'layers/pool-0.yaml', poolFile(registry, 'pool-0', 'another text'));
    const { code, stdout, stderr } = await at.layers(...BUILD, '--push-commit');
    expect(code).toBe(1);
    expect(stdout).toContain('pool-1');
    expect(stderr).toContain(`the pin of pool-0 is superseded: at origin#${at.branch} (`);
    expect(Object.keys(await pinsOn(shared, at.branch))).toEqual(['pool-1']);
    await isClean(at);
  });

  it('gives up where the other side goes on to reject, and says what it said', async () => {
    const at = await own();
    await shared.hook('pre-receive', 'echo "policy 7 forbids it" >&2; exit 1');
    const says = await refused(at, 4, ...BUILD, '--push-commit');
    await shared.hook('pre-receive', 'exit 0');
    expect(says).toContain('(git-rejected)');
    expect(says).toContain('It was tried 6 times');
    expect(says).toContain('policy 7 forbids it');
    expect(await subjects(at.branch)).toEqual([]);
    await works(at, ...BUILD, '--push-commit');
    expect(await subjects(at.branch)).toEqual([PIN]);
  });

  it("runs the user's hooks, and leaves all as it was where one of them fails", async () => {
    const at = await own();
    const hook = join(at.root, '.git/hooks/pre-commit');
    await writeFile(hook, '#!/bin/sh\necho "policy 8 forbids it"\nexit 1\n');
    await chmod(hook, 0o755);
    expect(await refused(at, 4, ...BUILD, '--push-commit')).toContain('policy 8 forbids it');
    expect(await at.git('status', '--porcelain')).toBe('');
  });

  it('renders with the app of the repository and the packages that are installed', async () => {
    const at = await own();
    await at.write('cdk8s.yaml', 'app: node app.mjs\n');
    await at.write(
      'app.mjs',
      "import { LayeredPool, LayersApp } from 'cdk8s-os-layers';\nconst app = new LayersApp();\nfor (const props of app.pools) new LayeredPool(app, props.name, props);\napp.synth();\n",
    );
    await writeFile(join(at.root, '.gitignore'), '.layers/\nnode_modules/\n');
    await mkdir(join(at.root, 'node_modules'));
    await symlink(join(import.meta.dirname, '../..'), join(at.root, 'node_modules/cdk8s-os-layers'));
    await at.git('add', 'app.mjs', 'cdk8s.yaml', '.gitignore');
    await at.git('commit', '--quiet', '-m', 'an app');
    await works(at, ...BUILD, '--push-commit');
    expect(await subjects(at.branch)).toEqual(['an app', PIN]);
    expect(await at.git('status', '--porcelain')).toBe('');
  });
});

/** A commit beside the one that is checked out. */
async function emptyCommit(at: Checkout): Promise<string> {
  const commit = await at.git('commit-tree', 'HEAD^{tree}', '-p', 'HEAD', '-m', 'another');
  return commit.trim();
}

describe('the verbs that change pins by hand', { timeout: 300_000 }, () => {
  it('deliver as builds do: on top of others, and not where the pin there is another one', async () => {
    const at = await own();
    await works(at, ...BUILD, '--push-commit');
    await elsewhere(at.branch, 'README.md', 'from elsewhere\n');
    const hold = ['pin', 'hold', 'pool-0', '--reason', 'RHEL-1, it loops', '--push-commit'];
    await works(at, ...hold, '--trailer', 'Change=CHG-1');
    expect(await subjects(at.branch)).toEqual([PIN, 'from elsewhere', 'chore(layers): hold pool-0']);
    expect(await shared.git('log', '-1', '--format=%b', at.branch)).toMatch(
      /^Layers-Hold: pool-0 .*\nChange: CHG-1\n/,
    );
    const other = await shared.clone(`${at.branch}-other`, shared.bare, '--branch', at.branch);
    await works(other, 'pin', 'release', 'pool-0', '--push-commit');
    // What is held here was let go there, and this checkout has not seen it until then.
    const late = await at.layers(...hold.slice(0, 4), 'another reason', '--push-commit');
    expect(late.code, late.stderr).toBe(1);
    expect(late.stderr).toContain('the pin of pool-0 is superseded');
    expect(await subjects(at.branch)).toHaveLength(4);
    expect((await at.git('rev-parse', 'HEAD')).trim()).toBe((await head(at.branch)).trim());
  });

  it('have a hold there beat what was built here', async () => {
    const at = await own();
    await works(at, ...BUILD, '--push-commit');
    await at.write('layers/pool-0.yaml', poolFile(registry, 'pool-0', `held ${at.branch}`));
    expect((await at.layers('synth')).code).toBe(0);
    await at.git('add', '--all');
    await at.git('commit', '--quiet', '-m', 'another layer');
    await at.git('push', '--quiet');
    const other = await shared.clone(`${at.branch}-holder`, shared.bare, '--branch', at.branch);
    await works(other, 'pin', 'hold', 'pool-0', '--reason', 'RHEL-2', '--push-commit');
    const { code, stderr } = await at.layers(...BUILD, '--push-commit');
    expect(code, stderr).toBe(1);
    expect(stderr).toContain('it is held: RHEL-2');
    expect(await subjects(at.branch)).toEqual([PIN, 'another layer', 'chore(layers): hold pool-0']);
  });
});

describe('--branch', { timeout: 300_000 }, () => {
  const names = async () =>
    (await shared.git('for-each-ref', '--format=%(refname:short)', 'refs/heads/layers')).trim();
  const auto = (at: { branch: string }, ...more: string[]) => [
    ...BUILD,
    '--onto',
    `origin#${at.branch}`,
    '--branch',
    'auto',
    ...more,
  ];

  it('puts the pins on a branch of their own, and leaves the checkout and the other branch alone', async () => {
    const at = await own();
    const before = [await head(at.branch), await at.git('rev-parse', 'HEAD')];
    const { stderr } = await works(at, ...auto(at));
    expect(await names()).toBe('layers/pin-all');
    expect(stderr).toContain('to origin#layers/pin-all');
    expect([await head(at.branch), await at.git('rev-parse', 'HEAD')]).toEqual(before);
    expect(await at.git('status', '--porcelain')).toBe('');
    expect(await subjects('layers/pin-all')).toEqual([PIN]);
    // The same again is no other commit, also where the branch below has moved on.
    const commit = await head('layers/pin-all');
    await works(at, ...auto(at));
    await elsewhere(at.branch, 'README.md', 'from elsewhere\n');
    await works(at, ...auto(at));
    expect(await head('layers/pin-all')).toBe(commit);
  });

  it('has its name of the pools, and is made anew where these have changed', async () => {
    const at = await own();
    await works(at, 'build', 'pool-1', ...auto(at).slice(1));
    const [, name] = (await names()).split('\n');
    expect(name).toMatch(/^layers\/pin-pool-1-[0-9a-f]{8}$/);
    const commit = await head(name!);
    await at.write('layers/pool-1.yaml', poolFile(registry, 'pool-1', 'another one'));
    await works(at, 'synth');
    await at.git('add', '--all');
    await at.git('commit', '--quiet', '-m', 'another layer');
    expect(await refused(at, 2, 'build', 'pool-1', ...auto(at).slice(1))).toContain('(git-unpushed)');
    await at.git('push', '--quiet');
    await works(at, 'build', 'pool-1', ...auto(at).slice(1));
    expect(await head(name!)).not.toBe(commit);
    expect(await subjects(name!)).toEqual(['another layer', 'chore(layers): pin pool-1']);
  });

  it('stops where somebody else has committed to it', async () => {
    const at = await own();
    await works(at, ...BUILD, '--onto', `origin#${at.branch}`, '--branch', 'pins');
    const theirs = await elsewhere('pins', 'README.md', 'a review\n');
    const says = await refused(at, 4, ...BUILD, '--onto', `origin#${at.branch}`, '--branch', 'pins');
    expect(says).toContain('(branch-not-ours)');
    expect(says).toContain('from elsewhere');
    expect(await head('pins')).toBe(theirs);
    // Also where their change is in our commit.
    const other = await shared.clone(`amended`, shared.bare, '--branch', 'pins');
    await other.git('reset', '--quiet', '--hard', 'HEAD^');
    await other.write('README.md', 'amended\n');
    await other.git('commit', '--quiet', '--all', '--amend', '--no-edit');
    await other.git('push', '--quiet', '--force');
    expect(await refused(at, 4, ...BUILD, '--onto', `origin#${at.branch}`, '--branch', 'pins')).toContain(
      '(branch-not-ours)',
    );
    // Or below it.
    await other.git('fetch', '--quiet', 'origin', at.branch);
    const pins = await other.git('rev-parse', theirs.trim().concat('^'));
    await other.git('checkout', '--quiet', '--detach', 'FETCH_HEAD');
    await other.write('README.md', 'below\n');
    await other.git('commit', '--quiet', '--all', '-m', 'below');
    await other.git('cherry-pick', pins.trim());
    await other.git('push', '--quiet', '--force', 'origin', 'HEAD:pins');
    const below = await head('pins');
    expect(await refused(at, 4, ...BUILD, '--onto', `origin#${at.branch}`, '--branch', 'pins')).toContain(
      '(branch-not-ours)',
    );
    expect(await head('pins')).toBe(below);
  });

  it('goes on where a forge has put its commit on what the other branch has since', async () => {
    const at = await own();
    const toBranch = ['--onto', `origin#${at.branch}`, '--branch', 'moved'];
    await works(at, ...BUILD, ...toBranch);
    await elsewhere(at.branch, 'README.md', 'since\n');
    const other = await shared.clone('rebases', shared.bare, '--branch', 'moved');
    await other.git('rebase', '--quiet', `origin/${at.branch}`);
    await other.git('push', '--quiet', '--force');
    const rebased = await head('moved');
    await elsewhere(at.branch, 'layers/pool-1.yaml', poolFile(registry, 'pool-1', 'has changed'));
    await at.git('pull', '--quiet');
    await works(at, ...BUILD, ...toBranch);
    expect(await head('moved')).not.toBe(rebased);
    expect((await subjects('moved')).at(-1)).toBe(PIN);
  });

  it('is one for each branch that pins are for', async () => {
    const [at, other] = [await own(), await own()];
    await works(at, ...BUILD, '--onto', `origin#${at.branch}`, '--branch', 'both');
    const before = await head('both');
    const says = await refused(other, 4, ...BUILD, '--onto', `origin#${other.branch}`, '--branch', 'both');
    expect(says).toContain(`origin#both has pins for ${at.branch}, and not for ${other.branch}`);
    expect(await head('both')).toBe(before);
  });
});

describe('a commit', { timeout: 300_000 }, () => {
  it('has the message and trailers that were asked for, and is signed as git is told to', async () => {
    const at = await own();
    const key = join(at.root, '../signing');
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    await writeFile(`${key}.allowed`, `test@example.com ${await readFile(`${key}.pub`, 'utf8')}`);
    const settings = {
      'gpg.format': 'ssh',
      'user.signingkey': `${key}.pub`,
      'commit.gpgsign': 'true',
      'gpg.ssh.allowedSignersFile': `${key}.allowed`,
    };
    for (const [name, value] of Object.entries(settings)) await at.git('config', name, value);
    const said = [
      '--message',
      'Roll out the agent',
      '--trailer',
      'Change=CHG-1234',
      '--trailer',
      'Reviewed-by=A',
    ];
    await works(at, ...BUILD, '--push-commit', ...said);
    const body = await shared.git('log', '-1', '--format=%B', at.branch);
    expect(body).toMatch(
      /^Roll out the agent\n\nLayers-Pin: pool-0 .*\nLayers-Pin: pool-1 .*\nChange: CHG-1234\nReviewed-by: A\n/,
    );
    expect(
      (await shared.git('log', '-1', '--format=%(trailers:key=Change,valueonly)', at.branch)).trim(),
    ).toBe('CHG-1234');
    expect((await at.git('log', '-1', '--format=%G? %ae')).trim()).toBe('G test@example.com');
  });

  it('has a title and a text for a pull request', async () => {
    const at = await own();
    const files = ['title', 'body'].map((name) => join(at.root, '..', `${at.branch}-${name}`));
    await works(at, ...BUILD, '--push-commit', '--pr-title', files[0]!, '--pr-body', files[1]!);
    expect(await readFile(files[0]!, 'utf8')).toBe('Pin pool-0, pool-1\n');
    const [image] = Object.values(await pinsOn(shared, at.branch));
    const body = await readFile(files[1]!, 'utf8');
    expect(body).toContain('Pool | From | To | Release | Base | Image\n---|---|---|---|---|---\n');
    expect(body).toContain(`\`pool-0\` | none | \`${/sha256:(.{12})/.exec(image!)![1]}\` | 4.18.3 | `);
    expect(body).toContain(`\`${image}\``);
    expect(body).toContain('reboot');
    // And all that is said of it elsewhere.
    const id = (await at.git('rev-parse', 'HEAD')).slice(0, 12);
    const { stdout } = await at.layers('diff', `${id}^..${id}`, '--output', 'markdown');
    expect(stdout).toContain('2 pools are affected');
    expect(body).toContain(stdout);
  });

  it.each([
    [['--trailer', 'no value'], 'trailer-form'],
    [['--onto', 'origin'], 'onto-form'],
    [['--publish', 'somewhere'], 'publish-form'],
    [['--publish', '/x#main:../up'], 'publish-path'],
    [['--publish', 'https://me:hunter2@git.example.com/x#main:a'], 'url-password'],
    [['--publish', '/x#main:a', '--branch', 'auto'], 'publish-with-branch'],
    [['--branch', 'a..b'], 'branch-name'],
    [['--pr-body', '/nowhere/body.md'], 'out-unwritable'],
  ])('is refused before anything is built with %j', async (args, code) => {
    const { workspace } = shared;
    const finished = await workspace.layers(...BUILD, '--commit', ...args);
    expect(finished.code, finished.stderr).toBe(2);
    expect(finished.stderr).toContain(`(${code})`);
    expect(finished.stderr).not.toContain('hunter2');
  });

  it('is what the options of commits are of, and a pin is what it is of', async () => {
    const { workspace } = shared;
    expect((await workspace.layers('build', '--pin', '--message', 'x')).stderr).toContain(
      '(delivery-without-commit)',
    );
    expect((await workspace.layers('build', '--push-commit')).stderr).toContain('(commit-without-pin)');
  });
});

describe('a remote with a password in its URL', { timeout: 300_000 }, () => {
  it('is reached, and the password is in no output and on no command line', async () => {
    const at = await own();
    const http = await serveGitHttp(shared.folder, { user: 'robot', password: 's3cr%t/marker' });
    try {
      const url = `${http.url.replace('http://', 'http://robot:s3cr%25t%2Fmarker@')}/os-layers.git`;
      await at.git('remote', 'set-url', 'origin', url);
      // Git writes there what it runs, with all arguments.
      const trace = join(at.root, '../trace');
      const env = { ...shared.workspace.env, GIT_TRACE: trace };
      const build = await checkout(at.root, env).layers(...BUILD, '--push-commit');
      expect(build.code, build.stderr).toBe(0);
      const commands = await readFile(trace, 'utf8');
      expect(commands).toContain(`git-remote-http origin ${http.url}/os-layers.git`);
      for (const text of [build.stdout, build.stderr, commands]) expect(text).not.toMatch(/s3cr|marker/);
      await http.stop();
      const gone = await at.layers(...BUILD, '--push-commit');
      expect(gone.code).toBe(4);
      expect(gone.stderr).not.toMatch(/s3cr|marker/);
    } finally {
      await http.stop().catch(() => {});
    }
  });
});

describe('--publish', { timeout: 300_000 }, () => {
  let target: string;

  beforeAll(async () => {
    const { env } = shared.workspace;
    target = await bareRepository(join(shared.folder, 'gitops.git'), env);
    const seed = await shared.clone('gitops-seed', target);
    await mkdir(join(seed.root, 'clusters/prod'), { recursive: true });
    await seed.write('README.md', 'gitops\n');
    await seed.write('clusters/prod/kustomization.yaml', 'theirs\n');
    await seed.write('clusters/prod/gone.k8s.yaml', 'of a pool that is gone\n');
    await seed.git('add', '--all');
    await seed.git('commit', '--quiet', '-m', 'seed');
    await seed.git('push', '--quiet', 'origin', 'HEAD:main');
  });

  const inTarget = (...args: string[]) => run('git', args, { cwd: target, env: shared.workspace.env });
  const to = (branch = 'main', path = 'clusters/prod') => [
    '--publish',
    `${daemon.url}/gitops.git#${branch}:${path}`,
  ];

  it('commits the manifests, and nothing else, below the path; those that are gone go', async () => {
    const at = await own();
    const { stderr } = await works(at, ...BUILD, '--push-commit', ...to());
    expect(stderr).toContain(`gitops.git#main:clusters/prod`);
    expect((await inTarget('show', '--format=%s', '--name-status', 'main')).trim().split('\n')).toEqual([
      'chore(layers): manifests for clusters/prod',
      '',
      'D\tclusters/prod/gone.k8s.yaml',
      'A\tclusters/prod/pool-0.k8s.yaml',
      'A\tclusters/prod/pool-1.k8s.yaml',
    ]);
    expect(await inTarget('show', 'main:clusters/prod/pool-0.k8s.yaml')).toBe(
      await at.read('dist/pool-0.k8s.yaml'),
    );
    expect(await inTarget('show', 'main:clusters/prod/kustomization.yaml')).toBe('theirs\n');
    const source = (
      await inTarget('log', '-1', '--format=%(trailers:key=Layers-Source,valueonly)', 'main')
    ).trim();
    expect(source).toBe((await head(at.branch)).trim());
    const before = await inTarget('rev-parse', 'main');
    expect((await works(at, ...BUILD, '--push-commit', ...to())).stderr).toContain(
      'has the manifests already',
    );
    expect(await inTarget('rev-parse', 'main')).toBe(before);
  });

  it('goes on top of what others push there meanwhile', async () => {
    const at = await own();
    const once = join(shared.folder, 'once');
    const hook = `[ -e ${once} ] && exit 0; touch ${once}
git update-ref refs/heads/raced $(git commit-tree -p raced -m 'from elsewhere' raced^{tree})`;
    await inTarget('branch', 'raced', 'main~0');
    await writeFile(join(target, 'hooks/pre-receive'), `#!/bin/sh\nunset GIT_QUARANTINE_PATH\n${hook}\n`);
    await chmod(join(target, 'hooks/pre-receive'), 0o755);
    const { stderr } = await works(at, ...BUILD, '--push-commit', ...to('raced', 'clusters/new'));
    await writeFile(join(target, 'hooks/pre-receive'), '#!/bin/sh\nexit 0\n');
    expect(stderr).toContain('rejected the push');
    expect((await inTarget('log', '-2', '--format=%s', 'raced')).trim().split('\n')).toEqual([
      'chore(layers): manifests for clusters/new',
      'from elsewhere',
    ]);
  });

  it('starts a branch that is not there, in a folder as a URL', async () => {
    const at = await own();
    await works(at, ...BUILD, '--commit', '--publish', `${target}#fresh:os`);
    expect((await inTarget('ls-tree', '-r', '--name-only', 'fresh')).trim().split('\n')).toEqual([
      'os/pool-0.k8s.yaml',
      'os/pool-1.k8s.yaml',
    ]);
  });

  it('does not put back what a later commit has published', async () => {
    const older = await own();
    await works(older, ...BUILD, '--push-commit');
    const later = await shared.clone('later', shared.bare, '--branch', older.branch);
    await later.write('layers/pool-0.yaml', poolFile(registry, 'pool-0', 'later'));
    expect((await later.layers('synth')).code).toBe(0);
    await later.git('add', '--all');
    await later.git('commit', '--quiet', '-m', 'later');
    await works(later, ...BUILD, '--push-commit', ...to('main', 'clusters/two'));
    const before = await inTarget('rev-parse', 'main');
    expect(await refused(older, 1, ...BUILD, '--commit', ...to('main', 'clusters/two'))).toContain(
      '(publish-newer)',
    );
    // With a push, it is the newest that is published, whoever does it.
    await works(older, ...BUILD, 'pool-1', '--push-commit', ...to('main', 'clusters/two'));
    expect(await inTarget('rev-parse', 'main')).toBe(before);
  });

  it('does not follow a link in the other repository', async () => {
    const at = await own();
    const seed = await shared.clone('gitops-link', target, '--branch', 'main');
    await symlink('/tmp', join(seed.root, 'linked'));
    await seed.git('add', '--all');
    await seed.git('commit', '--quiet', '-m', 'a link');
    await seed.git('push', '--quiet', 'origin', 'HEAD:links');
    const finished = await at.layers(...BUILD, '--commit', ...to('links', 'linked/os'));
    expect(finished.code).toBe(2);
    expect(finished.stderr).toContain('linked in the repository to publish to is not a folder');
  });
});

it('images and commits are pushed by options of their own', async () => {
  const { stdout } = await shared.workspace.layers('build', '--help');
  expect(stdout).toMatch(/--push +Push; --no-push keeps images/);
  expect(stdout).toMatch(/--push-commit +Commit, and push the commit/);
  expect(imageOf(registry, 'pool-0')).toContain('/os/pool-0');
});
