import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { diff } from '../../src/actions/diff.ts';
import type { Diff } from '../../src/diff/model.ts';
import { out, RELEASES } from '../diff/states.ts';
import { errorsOf, type TemporaryRepository, temporaryRepository } from '../synth/temporary-repository.ts';

const documents = (packages: string) =>
  `${RELEASES}---\nkind: Layer\nname: tools\nsteps: [{ packages: { install: [${packages}] } }]\n---\nkind: Pool\nname: worker\nrelease: "4.19.3"\nlayers: [tools]\ntarget: ${out('worker')}\n`;

/** A repository with a commit of its layers and of what they compile to. */
function repository(files: Readonly<Record<string, string>> = {}): TemporaryRepository {
  const made = temporaryRepository({
    '.gitignore': '.layers/\n',
    'layers/all.yaml': documents('vim'),
    ...files,
  });
  made.git('init', '--quiet', '--initial-branch=main');
  made.layers('synth');
  return made;
}

function commit({ git }: TemporaryRepository, message = 'a commit'): void {
  git('add', '--all');
  git('commit', '--quiet', '--message', message);
}

function edit(made: TemporaryRepository, packages: string): void {
  made.write({ 'layers/all.yaml': documents(packages) });
  made.layers('synth');
}

const compare = (root: string, revision = 'HEAD'): Promise<Diff> =>
  diff({ root, revision, packages: 'off', onRead: () => {} });

const codeOf = async (work: Promise<unknown>): Promise<string[]> => {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  return errorsOf(() => {
    throw error;
  });
};

const edits = ({ pools }: Diff) => pools.flatMap(({ reasons }) => reasons.flatMap(({ edits = [] }) => edits));

describe('what is compared', () => {
  it('is the work tree and the last commit', async () => {
    const made = repository();
    commit(made);
    expect((await compare(made.root)).pools).toEqual([]);
    edit(made, 'vim, htop');
    const found = await compare(made.root);
    expect(edits(found)).toEqual([{ path: 'steps[0].packages.install[1]', to: 'htop' }]);
    expect(found.from).toEqual({ name: 'HEAD', commit: made.git('rev-parse', 'HEAD').trim() });
    expect(found.to).toEqual({ name: 'work tree' });
  });

  it('is everything before the first commit', async () => {
    expect((await compare(repository().root)).pools).toMatchObject([{ pool: 'worker', change: 'added' }]);
  });

  it('is a commit and the work tree, or two commits, as they are in git', async () => {
    const made = repository();
    commit(made);
    made.git('tag', 'v1');
    edit(made, 'vim, htop');
    commit(made);
    edit(made, 'vim, htop, tmux');
    const status = made.git('status', '--porcelain');
    const values = async (revision: string) => edits(await compare(made.root, revision)).map(({ to }) => to);
    expect(await values('v1')).toEqual(['htop', 'tmux']);
    expect(await values('v1..HEAD')).toEqual(['htop']);
    expect(await values('v1..')).toEqual(['htop']);
    expect(await values('HEAD..v1')).toEqual([undefined]);
    expect(await values('HEAD~1...')).toEqual(['htop']);
    expect(made.git('status', '--porcelain')).toBe(status);
  });

  it('is what a branch changed since it left, by three dots', async () => {
    const made = repository();
    commit(made);
    made.git('checkout', '--quiet', '-b', 'branch');
    edit(made, 'vim, htop');
    commit(made);
    made.git('checkout', '--quiet', 'main');
    edit(made, 'vim, tmux');
    commit(made);
    expect(edits(await compare(made.root, 'main...branch'))).toMatchObject([{ to: 'htop' }]);
    expect(edits(await compare(made.root, 'main..branch'))).toMatchObject([{ from: 'tmux', to: 'htop' }]);
  });

  it('is a folder of a larger repository, and no other', async () => {
    const outer = repository();
    const inner = join(outer.root, 'clusters/os');
    mkdirSync(inner, { recursive: true });
    execFileSync('cp', ['-r', 'layers', 'dist', inner], { cwd: outer.root });
    commit(outer);
    outer.write({ 'clusters/os/layers/all.yaml': documents('tmux') });
    outer.layers('synth', '-C', 'clusters/os');
    expect(edits(await compare(inner))).toMatchObject([{ from: 'vim', to: 'tmux' }]);
    expect((await compare(outer.root)).pools).toEqual([]);
  });

  it('is dist/ as it is, and not what layers/ would be, which is said', async () => {
    const made = repository();
    commit(made);
    made.write({ 'layers/all.yaml': documents('vim, htop') });
    const { pools, notes } = await compare(made.root);
    expect(pools).toEqual([]);
    expect(notes).toMatchObject([{ code: 'diff-of-stale-dist', severity: 'warning' }]);
    made.write({ 'layers/all.yaml': 'kind: Layer\n' });
    expect((await compare(made.root)).notes[0]!.message).toContain('layers/ cannot be compiled');
  });

  it('is what layers/ compile to, where dist/ is not committed', async () => {
    const made = repository({ '.gitignore': '.layers/\ndist/\n' });
    commit(made);
    edit(made, 'vim, htop');
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('layers-diff-'));
    expect(edits(await compare(made.root))).toMatchObject([{ to: 'htop' }]);
    rmSync(join(made.root, 'dist'), { recursive: true });
    expect(edits(await compare(made.root))).toMatchObject([{ to: 'htop' }]);
    expect(readdirSync(made.root)).not.toContain('dist');
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('layers-diff-'))).toEqual(before);
  });

  it('is not what a program of that time would make', async () => {
    const made = repository({
      '.gitignore': '.layers/\ndist/\n',
      'cdk8s.yaml': 'language: typescript\napp: touch ran\noutput: dist\n',
    });
    commit(made);
    rmSync(join(made.root, 'ran'), { force: true });
    expect(await codeOf(compare(made.root, 'HEAD..HEAD'))).toEqual(['dist-not-committed']);
    expect(readdirSync(made.root)).not.toContain('ran');
  });

  it('follows no link out of a commit', async () => {
    const made = repository();
    symlinkSync('/etc/passwd', join(made.root, 'dist/passwd.build'));
    commit(made);
    expect((await compare(made.root, 'HEAD..HEAD')).pools).toEqual([]);
  });

  it('has any bytes that are committed, whatever git would do with their line ends', async () => {
    const made = repository({ '.gitattributes': '* text eol=crlf\n' });
    commit(made);
    expect((await compare(made.root)).pools).toEqual([]);
  });
});

describe('what cannot be compared', () => {
  it.each(['nowhere', '--all', 'main..nowhere', 'HEAD:layers'])('is %s', async (revision) => {
    const made = repository();
    commit(made);
    expect(await codeOf(compare(made.root, revision))).toEqual(['unknown-revision']);
  });

  it('is a folder that is not in git', async () => {
    const { root } = temporaryRepository({ 'layers/all.yaml': documents('vim') });
    expect(await codeOf(compare(root))).toEqual(['no-git']);
  });

  it('is what a shallow clone does not have, and it is said how to get it', async () => {
    const made = repository();
    commit(made);
    made.git('checkout', '--quiet', '-b', 'branch');
    edit(made, 'vim, htop');
    commit(made);
    made.git('checkout', '--quiet', 'main');
    edit(made, 'vim, tmux');
    commit(made);
    const clone = join(made.root, '../clone');
    made.git('clone', '--quiet', '--depth=1', '--no-single-branch', `file://${made.root}`, clone);
    onTestFinished(() => rmSync(clone, { recursive: true, force: true }));
    const failed = compare(clone, 'origin/main...origin/branch');
    await expect(failed).rejects.toMatchObject({
      diagnostics: [{ code: 'no-common-commit', hint: expect.stringContaining('git fetch --unshallow') }],
    });
  });

  it('is a dist/ that synth did not write', async () => {
    const made = repository();
    commit(made);
    made.write({ 'dist/worker.build': '{' });
    expect(await codeOf(compare(made.root))).toEqual(['dist-broken']);
  });
});

describe('the command', () => {
  it('prints what it was asked for, to stdout or into a file', () => {
    const made = repository();
    commit(made);
    edit(made, 'vim, htop');
    const text = made.layers('diff');
    expect(text).toMatchObject({ status: 0, stderr: '' });
    expect(text.stdout).toContain('worker  no reboot yet: the new image is not pinned\n');
    expect(JSON.parse(made.layers('diff', '--output', 'json').stdout)).toMatchObject({
      pools: [{ pool: 'worker' }],
    });
    expect(made.layers('diff', '--output', 'markdown').stdout).toMatch(
      /^<!-- layers diff -->\n## OS layers: /,
    );
    const html = made.layers('diff', '--output', 'html', '--out', 'page.html');
    expect(html).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(made.read('page.html')).toMatch(/^<!doctype html>/);
  });

  it.each([
    [['diff', '--out', 'no/such/folder'], 'out-unwritable'],
    [['diff', '--output', 'sarif'], '--output sarif is for `layers check`'],
    [['check', '--output', 'html'], '--output html is for `layers diff`'],
    [['diff', '--packages', 'maybe'], 'Choices: "auto", "require", "off"'],
    [['diff', 'a', 'b'], 'Unknown argument: b'],
  ])('%j is refused', (args, said) => {
    const made = repository();
    commit(made);
    const { status, stdout, stderr } = made.layers(...args);
    expect(`${stdout}${stderr}`).toContain(said);
    expect(status).toBe(2);
  });
});
