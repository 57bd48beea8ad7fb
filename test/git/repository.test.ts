import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exitCodeOf, type LayersError } from '../../src/diagnostics.ts';
import { type Git, openGit } from '../../src/git/repository.ts';
import { GIT_ENV, type WorkTree, workTree } from './work-tree.ts';

let tree: WorkTree;
let git: Git;

beforeEach(async () => {
  tree = workTree();
  tree.write({
    'README.md': 'one\n',
    'layers/a.yaml': 'a\n',
    'layers/b.yaml': 'b\n',
    '.gitignore': '*.log\n',
  });
  tree.git('add', '-A');
  tree.git('commit', '--quiet', '-m', 'first');
  git = await open();
});

afterEach(() => tree.remove());

async function open(directory = tree.path, env = GIT_ENV): Promise<Git> {
  return (await openGit(directory, { env }))!;
}

async function errorOf(work: Promise<unknown>) {
  const error = (await work.then(
    () => expect.fail('it worked'),
    (thrown) => thrown,
  )) as LayersError;
  return error.diagnostics[0]!;
}

describe('openGit', () => {
  it('finds the top level from a directory below it', async () => {
    expect((await open(join(tree.path, 'layers'))).root).toBe(tree.path);
  });

  it('is undefined outside of a work tree, and in a bare repository', async () => {
    const bare = workTree('--bare');
    expect(await openGit('/', { env: GIT_ENV })).toBeUndefined();
    expect(await openGit(bare.path, { env: GIT_ENV })).toBeUndefined();
    bare.remove();
  });

  it('says so where git cannot be started', async () => {
    const error = await errorOf(openGit(tree.path, { env: { PATH: '/nonexistent' } }));
    expect(error).toMatchObject({ code: 'git-missing', source: 'remote' });
  });

  it('does not take a repository that git distrusts for none', async () => {
    const env = { ...GIT_ENV, GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' };
    const error = await errorOf(openGit(tree.path, { env }));
    expect(error.code).toBe('git-failed');
    expect(error.detail).toContain('safe.directory');
  });
});

describe('uncommitted', () => {
  it('lists changed, staged, deleted and untracked files below the paths, and no others', async () => {
    tree.write({ 'layers/a.yaml': 'changed\n', 'layers/new/ü "x".yaml': 'n\n', 'README.md': 'changed\n' });
    tree.write({ 'layers/staged.yaml': 's\n' });
    tree.git('add', 'layers/staged.yaml');
    rmSync(join(tree.path, 'layers/b.yaml'));
    expect(await git.uncommitted(['layers'])).toEqual([
      'layers/a.yaml',
      'layers/b.yaml',
      'layers/new/ü "x".yaml',
      'layers/staged.yaml',
    ]);
  });

  it('names both ends of a rename', async () => {
    tree.git('mv', 'layers/a.yaml', 'layers/c.yaml');
    expect(await git.uncommitted(['layers'])).toEqual(['layers/a.yaml', 'layers/c.yaml']);
  });

  it('is empty for clean, absent and ignored paths, and for none', async () => {
    tree.write({ 'layers/build.log': 'x\n', 'README.md': 'changed\n' });
    expect(await git.uncommitted(['layers', 'absent', 'layers/build.log'])).toEqual([]);
    expect(await git.uncommitted([])).toEqual([]);
  });

  it('takes paths relative to its directory or absolute, and gives them relative to the root', async () => {
    tree.write({ 'layers/a.yaml': 'changed\n', 'README.md': 'changed\n' });
    const below = await open(join(tree.path, 'layers'));
    expect(await below.uncommitted(['.'])).toEqual(['layers/a.yaml']);
    expect(await below.uncommitted(['a.yaml', '../README.md'])).toEqual(['README.md', 'layers/a.yaml']);
    expect(await below.uncommitted([join(tree.path, 'layers')])).toEqual(['layers/a.yaml']);
    expect(await below.uncommitted(['..'])).toEqual(['README.md', 'layers/a.yaml']);
  });

  it('works through a symbolic link to the directory', async () => {
    const link = `${tree.path}-link`;
    symlinkSync(join(tree.path, 'layers'), link);
    tree.write({ 'layers/a.yaml': 'changed\n' });
    const linked = await open(link);
    expect(await linked.uncommitted(['a.yaml'])).toEqual(['layers/a.yaml']);
    expect(await linked.uncommitted([join(link, 'a.yaml')])).toEqual(['layers/a.yaml']);
    expect(await linked.uncommitted([join(tree.path, 'layers/a.yaml')])).toEqual(['layers/a.yaml']);
    rmSync(link);
  });

  it('takes no name for a pattern', async () => {
    tree.write({ 'layers/*.yaml': 'star\n', 'layers/a.yaml': 'changed\n' });
    expect(await git.uncommitted(['layers/*.yaml'])).toEqual(['layers/*.yaml']);
  });

  it('refuses a path outside of the work tree', async () => {
    expect(await errorOf(git.uncommitted(['../elsewhere']))).toMatchObject({
      code: 'git-outside',
      source: 'input',
    });
  });
});

describe('commit', () => {
  it('commits what was added, changed and deleted below the paths', async () => {
    tree.write({ 'layers/a.yaml': 'changed\n', 'layers/deep/er/new.yaml': 'n\n' });
    rmSync(join(tree.path, 'layers/b.yaml'));
    const id = await git.commit(['layers'], 'pin worker\n\nBuilt-from: 1234');
    expect(id).toBe(tree.git('rev-parse', 'HEAD').trim());
    expect(tree.lastCommit()).toEqual(['M layers/a.yaml', 'D layers/b.yaml', 'A layers/deep/er/new.yaml']);
    expect(tree.git('log', '-1', '--format=%B').trim()).toBe('pin worker\n\nBuilt-from: 1234');
    expect(tree.status()).toEqual([]);
  });

  it('leaves everything else as it was: staged stays staged, changed stays changed', async () => {
    tree.write({
      'README.md': 'staged\n',
      'staged-new.txt': 's\n',
      'untracked.txt': 'u\n',
      'layers/a.yaml': 'pin\n',
    });
    tree.git('add', 'README.md', 'staged-new.txt');
    tree.write({ 'README.md': 'staged, then changed again\n' });
    const before = tree.status();
    await git.commit(['layers/a.yaml'], 'pin');
    expect(tree.lastCommit()).toEqual(['M layers/a.yaml']);
    expect(tree.status()).toEqual(before.filter((line) => !line.includes('layers/')));
    expect(tree.git('show', ':README.md')).toBe('staged\n');
  });

  it('commits a file as it is now where another version of it is staged', async () => {
    tree.write({ 'layers/a.yaml': 'staged\n' });
    tree.git('add', '-A');
    tree.write({ 'layers/a.yaml': 'now\n' });
    await git.commit(['layers'], 'pin');
    expect(tree.git('show', 'HEAD:layers/a.yaml')).toBe('now\n');
    expect(tree.status()).toEqual([]);
  });

  it('makes no empty commit', async () => {
    const before = tree.git('rev-parse', 'HEAD');
    tree.write({ 'README.md': 'changed\n', 'layers/x.log': 'ignored\n' });
    expect(await git.commit(['layers', 'absent', 'layers/x.log'], 'pin')).toBeUndefined();
    expect(await git.commit([], 'pin')).toBeUndefined();
    expect(tree.git('rev-parse', 'HEAD')).toBe(before);
  });

  it('makes none of a change that was staged and taken back', async () => {
    tree.write({ 'layers/a.yaml': 'staged\n', 'layers/new.yaml': 'n\n' });
    tree.git('add', '-A');
    tree.write({ 'layers/a.yaml': 'a\n' });
    rmSync(join(tree.path, 'layers/new.yaml'));
    expect(await git.commit(['layers'], 'pin')).toBeUndefined();
  });

  it('takes present paths along with ignored and absent ones', async () => {
    tree.write({ 'layers/a.yaml': 'pin\n', 'layers/x.log': 'ignored\n' });
    await git.commit(['layers', 'layers/x.log', 'absent', 'layers/a.yaml'], 'pin');
    expect(tree.lastCommit()).toEqual(['M layers/a.yaml']);
  });

  it('commits what was staged as deleted or renamed', async () => {
    tree.git('mv', 'layers/a.yaml', 'layers/c.yaml');
    tree.git('rm', '--quiet', 'layers/b.yaml');
    await git.commit(['layers'], 'pin');
    expect(tree.lastCommit()).toEqual(['D layers/a.yaml', 'D layers/b.yaml', 'A layers/c.yaml']);
    expect(tree.status()).toEqual([]);
  });

  it('commits an empty file, and a name with odd characters', async () => {
    tree.write({ 'layers/empty': '', 'layers/ü "q"\n*.yaml': 'x\n', 'layers/:(top)': 'y\n' });
    await git.commit(['layers'], 'pin');
    expect(tree.git('show', '--format=', '--name-only', '-z').split('\0').filter(Boolean).sort()).toEqual([
      'layers/:(top)',
      'layers/empty',
      'layers/ü "q"\n*.yaml',
    ]);
  });

  it('turns a file into a directory, and back', async () => {
    rmSync(join(tree.path, 'layers/a.yaml'));
    tree.write({ 'layers/a.yaml/inner': 'x\n' });
    await git.commit(['layers'], 'pin');
    expect(tree.lastCommit()).toEqual(['D layers/a.yaml', 'A layers/a.yaml/inner']);
    expect(tree.status()).toEqual([]);
    rmSync(join(tree.path, 'layers/a.yaml'), { recursive: true });
    tree.write({ 'layers/a.yaml': 'a file again\n' });
    await git.commit(['layers'], 'pin');
    expect(tree.lastCommit()).toEqual(['A layers/a.yaml', 'D layers/a.yaml/inner']);
    expect(tree.status()).toEqual([]);
  });

  it.each([[[]], [['--object-format=sha256']]])('makes the first commit of a repository %j', async (init) => {
    const fresh = workTree(...init);
    fresh.write({ 'layers/a.yaml': 'a\n', other: 'o\n' });
    fresh.git('add', 'other');
    const id = await (await open(fresh.path)).commit(['layers'], 'pin');
    expect(id).toMatch(/^[0-9a-f]{40,64}$/);
    expect(fresh.lastCommit()).toEqual(['A layers/a.yaml']);
    expect(fresh.status()).toEqual(['A  other']);
    fresh.remove();
  });

  it('works in a linked work tree, on a detached head', async () => {
    const linked = `${tree.path}-linked`;
    tree.git('worktree', 'add', '--quiet', '--detach', linked);
    writeFileSync(join(linked, 'layers/a.yaml'), 'pin\n');
    expect(await (await open(linked)).commit(['layers'], 'pin')).toMatch(/^[0-9a-f]{40}$/);
    expect(tree.status()).toEqual([]);
    rmSync(linked, { recursive: true });
  });

  it('runs the hooks, shows what a failing one says, and leaves nothing half staged', async () => {
    hook('pre-commit', 'echo "policy 7 forbids it"; exit 1');
    tree.write({ 'layers/a.yaml': 'pin\n', 'layers/new.yaml': 'n\n', 'README.md': 'staged\n' });
    tree.git('add', 'README.md');
    const before = tree.status();
    const error = await errorOf(git.commit(['layers'], 'pin'));
    expect(error).toMatchObject({ code: 'git-failed', source: 'remote', detail: 'policy 7 forbids it' });
    expect(tree.status()).toEqual(before);
  });

  it('signs where the user has said so', async () => {
    const program = join(tree.path, '.git/fake-gpg');
    writeFileSync(program, '#!/bin/sh\necho "no secret key" >&2\nexit 2\n');
    chmodSync(program, 0o755);
    tree.git('config', 'commit.gpgSign', 'true');
    tree.git('config', 'gpg.program', program);
    tree.write({ 'layers/a.yaml': 'pin\n' });
    const error = await errorOf(git.commit(['layers'], 'pin'));
    expect(error.detail).toContain('gpg failed to sign the data');
  });

  it.each([
    ['merge', ['merge', 'side']],
    ['rebase', ['rebase', 'side']],
    ['cherry-pick', ['cherry-pick', 'side']],
  ])('refuses during a %s', async (verb, command) => {
    tree.git('checkout', '--quiet', '-b', 'side');
    tree.write({ 'README.md': 'side\n' });
    tree.git('commit', '--quiet', '-am', 'side');
    tree.git('checkout', '--quiet', 'main');
    tree.write({ 'README.md': 'main\n' });
    tree.git('commit', '--quiet', '-am', 'main');
    expect(() => tree.git(...command)).toThrow();
    tree.write({ 'layers/a.yaml': 'pin\n' });
    const before = tree.git('rev-parse', 'HEAD');
    const error = await errorOf(git.commit(['layers'], 'pin'));
    expect(error).toMatchObject({ code: 'git-busy', message: `a ${verb} is in progress in ${tree.path}` });
    expect(error.hint).toContain(`git ${verb} --abort`);
    expect(exitCodeOf([error])).toBe(4);
    expect(tree.git('rev-parse', 'HEAD')).toBe(before);
  });

  it('waits for another git that holds the index, and says so where it does not let go', async () => {
    const lock = join(tree.path, '.git/index.lock');
    tree.write({ 'layers/a.yaml': 'pin\n' });
    writeFileSync(lock, '');
    expect(await errorOf(git.commit(['layers'], 'pin'))).toMatchObject({
      code: 'git-busy',
      source: 'remote',
    });
    setTimeout(() => rmSync(lock), 300);
    expect(await git.commit(['layers'], 'pin')).toBeDefined();
    expect(existsSync(lock)).toBe(false);
  });

  it('says what to do where git has no identity', async () => {
    const env = { PATH: process.env.PATH, HOME: '/nonexistent', GIT_CONFIG_GLOBAL: '/dev/null', EMAIL: '' };
    tree.git('config', 'user.useConfigOnly', 'true');
    tree.write({ 'layers/a.yaml': 'pin\n', 'layers/new.yaml': 'n\n' });
    const error = await errorOf((await open(tree.path, env)).commit(['layers'], 'pin'));
    expect(error).toMatchObject({ code: 'git-identity', source: 'remote' });
    expect(error.hint).toContain('user.email');
    expect(tree.status()).toEqual([' M layers/a.yaml', '?? layers/new.yaml']);
  });

  it('takes more files than a command line holds', async () => {
    const name = (index: number) => `layers/${'x'.repeat(200)}-${index}`;
    tree.write(Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [name(index), `${index}\n`])));
    await git.commit(['layers'], 'pin');
    expect(tree.lastCommit()).toHaveLength(3000);
    expect(tree.status()).toEqual([]);
  });

  it('stops when it is told to', async () => {
    hook('pre-commit', 'sleep 30');
    tree.write({ 'layers/a.yaml': 'pin\n' });
    const controller = new AbortController();
    const stoppable = (await openGit(tree.path, { env: GIT_ENV, signal: controller.signal }))!;
    const work = stoppable.commit(['layers'], 'pin');
    setTimeout(() => controller.abort(new Error('enough')), 300);
    await expect(work).rejects.toThrow('enough');
  });
});

function hook(name: string, script: string): void {
  const directory = join(tree.path, '.git/hooks');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(directory, name), 0o755);
}
