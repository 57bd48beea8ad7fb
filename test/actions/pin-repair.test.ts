import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryFrom, type TemporaryRepository } from '../synth/temporary-repository.ts';

const FILE = 'layers/lock/worker.lock';
const OTHER = `sha256:${'e'.repeat(64)}`;

/** A repository whose lock and `dist/` are committed. */
function committed(): TemporaryRepository {
  const repository = repositoryFrom('test/scenarios/three-targets/input');
  expect(repository.layers('synth').status).toBe(0);
  repository.git('init', '--quiet');
  repository.git('add', '--all');
  repository.git('commit', '--quiet', '--message', 'all');
  return repository;
}

function repair(repository: TemporaryRepository, ...args: string[]) {
  const { status, stdout, stderr } = repository.layers('pin', 'repair', '--output', 'json', ...args);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const codes = lines.flatMap(({ diagnostics = [] }) =>
    diagnostics.map(({ code }: { code: string }) => code),
  );
  return { status, stderr, codes, ...lines.find(({ type }) => type === 'result') };
}

/** A file as git leaves it, with a conflict over its digest. */
function conflict(
  text: string,
  { ours = text, theirs = text }: { readonly ours?: string; readonly theirs?: string },
): string {
  const pin = (side: string) => side.slice(side.indexOf('pin:'));
  return `${text.slice(0, text.indexOf('pin:'))}<<<<<<< HEAD\n${pin(ours)}=======\n${pin(theirs)}>>>>>>> main\n`;
}

describe('layers pin repair', () => {
  it('leaves a lock alone that is as it should be', () => {
    const repository = committed();
    expect(repair(repository)).toMatchObject({ status: 0, repairs: [], changed: false });
    expect(repository.layers('pin', 'repair').stderr).toContain('the lock is as it should be');
  });

  it.each([
    ['a key too many', (text: string) => `${text}extra: 1\n`],
    ['half of it', (text: string) => text.slice(0, 150)],
    ['nothing in it', () => ''],
    ['marks of a merge, and nothing else of it', () => '<<<<<<< HEAD\n=======\n>>>>>>> main\n'],
  ])('gives a file with %s back as git has it', (_, breakIt) => {
    const repository = committed();
    const text = repository.read(FILE);
    repository.write({ [FILE]: breakIt(text) });
    expect(repository.layers('synth').status).toBe(2);
    expect(repair(repository)).toMatchObject({
      status: 0,
      changed: true,
      repairs: [{ file: FILE, from: 'history', digest: /digest: (\S+)/.exec(text)![1] }],
    });
    expect(repository.git('status', '--porcelain')).toBe('');
  });

  it('takes of a conflict the side that is of what layers/ says, whichever that is', () => {
    for (const [ours, theirs, from] of [
      ['f', '', 'theirs'],
      ['', 'f', 'ours'],
    ] as const) {
      const repository = committed();
      const text = repository.read(FILE);
      const other = text
        .replace(/build: "\w+"/, `build: "${'f'.repeat(32)}"`)
        .replace(/digest: \S+/, `digest: ${OTHER}`);
      repository.write({ [FILE]: conflict(text, { [ours === 'f' ? 'ours' : 'theirs']: other }) });
      expect([ours, theirs]).toContain('f');
      expect(repair(repository).repairs).toMatchObject([{ file: FILE, from, other: OTHER }]);
      expect(repository.read(FILE)).toBe(text);
    }
  });

  it('takes of a conflict what was built here, and not what an operator built', () => {
    const repository = committed();
    const text = repository.read(FILE);
    const foreign = text
      .replace(/ {2}build: "\w+"\n/, '')
      .replace(/digest: \S+/, `digest: ${OTHER}`)
      .replace('origin: built', 'origin: operator');
    repository.write({ [FILE]: conflict(text, { ours: foreign }) });
    expect(repair(repository).repairs).toMatchObject([{ file: FILE, from: 'theirs', other: OTHER }]);
    expect(repository.read(FILE)).toBe(text);
    // Two of them: what layers/ says cannot tell, and ours stays.
    const other = foreign.replace(OTHER, `sha256:${'9'.repeat(64)}`);
    repository.write({ [FILE]: conflict(text, { ours: foreign, theirs: other }) });
    expect(repair(repository).repairs).toMatchObject([{ from: 'ours', digest: OTHER }]);
  });

  it('takes of a conflict the side that is held, before any other', () => {
    const repository = committed();
    const text = repository.read(FILE);
    const held = text
      .replace(/build: "\w+"/, `build: "${'f'.repeat(32)}"`)
      .replace(/digest: \S+/, `digest: ${OTHER}`)
      .concat(`hold:\n  digest: ${OTHER}\n  reason: "OPS-1"\n`);
    repository.write({ [FILE]: conflict(text, { theirs: held }) });
    expect(repair(repository).repairs).toMatchObject([{ from: 'theirs', digest: OTHER }]);
    expect(repository.read(FILE)).toBe(held);
    expect(repository.read('dist/worker.k8s.yaml')).toContain('cdk8s-os-layers/held: OPS-1');
  });

  it('removes what is of no pool, and dist/ is what it was', () => {
    const repository = committed();
    repository.write({ 'layers/lock/gone.lock': repository.read(FILE) });
    const check = repository.layers('check');
    expect(check.stderr).toContain('error the lock pins gone, and there is no such pool (lock-orphan)');
    expect(repair(repository).repairs).toEqual([{ file: 'layers/lock/gone.lock', from: 'removed' }]);
    expect(repository.git('status', '--porcelain')).toBe('');
  });

  it('says REVERTS NODES still, where a pool goes that was pinned', () => {
    const repository = committed();
    const text = repository.read('layers/pools.yaml');
    const pools = text.split('---\n').filter((document) => !/^name: storage$/m.test(document));
    repository.write({ 'layers/pools.yaml': pools.join('---\n') });
    const { stderr } = repository.layers('synth');
    expect(stderr).toContain('REVERTS NODES: dist/storage.k8s.yaml no longer has the MachineConfig');
    expect(stderr).toContain('(lock-orphan)');
    expect(repair(repository).repairs).toEqual([{ file: 'layers/lock/storage.lock', from: 'removed' }]);
    expect(repository.layers('synth').stderr).not.toContain('lock-orphan');
  });

  it('takes over the pins of a lock of one file, but for pools that have a file', () => {
    const repository = committed();
    const text = repository.read(FILE);
    const [, digest] = /digest: (\S+)/.exec(text)!;
    const value = (key: string) => new RegExp(`${key}: (\\S+)`).exec(text)![1];
    const build = value('build');
    const old = `format: 1
builds:
  ${build}: { digest: "${digest}", base: "${value('base')}", release: ${value('release')}, origin: built, pushed: true }
pools:
  worker: { build: ${build}, image: ${value('image')} }
  edge: { build: ${build}, image: q.io/other }
`;
    const edge = repository.read('layers/lock/edge.lock');
    repository.git('rm', '--quiet', FILE);
    repository.write({ 'layers/layers.lock': old });
    const { status, stderr } = repository.layers('synth');
    expect({ status, stderr }).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('`layers pin repair`'),
    });
    expect(repair(repository).repairs).toMatchObject([
      { file: FILE, from: 'old lock', digest },
      { file: 'layers/layers.lock', from: 'removed' },
    ]);
    expect(repository.read(FILE)).toBe(text);
    expect(repository.read('layers/lock/edge.lock')).toBe(edge);
    expect(existsSync(join(repository.root, 'layers/layers.lock'))).toBe(false);
  });

  it.each([
    ['of a newer version', FILE, (text: string) => text.replace('format: 1', 'format: 2'), 'lock-newer'],
    ['with the name of no pool', 'layers/lock/No Pool.lock', (text: string) => text, 'lock-name'],
  ])('says what it cannot mend: a file %s', (_, file, edit, code) => {
    const repository = committed();
    repository.write({ [file]: edit(repository.read(FILE)) });
    const before = repository.git('status', '--porcelain');
    expect(repair(repository)).toMatchObject({ status: 2, codes: [code] });
    expect(repository.git('status', '--porcelain')).toBe(before);
  });

  it('mends the lock, though something else in layers/ is wrong: that is for synth to tell', () => {
    const repository = committed();
    const text = repository.read(FILE);
    repository.write({ [FILE]: '', 'layers/more.yaml': 'kind: Nothing\n' });
    expect(repair(repository)).toMatchObject({ status: 0, repairs: [{ file: FILE }] });
    expect(repository.read(FILE)).toBe(text);
  });

  it('commits where that is asked for', () => {
    const repository = committed();
    repository.write({ [FILE]: '' });
    repository.git('commit', '--quiet', '--all', '--message', 'broken');
    expect(repair(repository, '--commit').commit).toMatch(/^[0-9a-f]{40}$/);
    expect(repository.git('log', '-1', '--format=%s')).toBe('chore(layers): repair worker\n');
  });
});
