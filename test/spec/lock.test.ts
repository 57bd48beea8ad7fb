import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { locate } from '../../src/spec/locate.ts';
import { EMPTY_LOCK, FORMAT, type LockText, lockFile, parseLock, printLock } from '../../src/spec/lock.ts';
import { version } from '../../src/version.ts';

const hash = (text: string) => text.repeat(32).slice(0, 32);
const digest = (text: string) => `sha256:${text.repeat(64).slice(0, 64)}`;

const build = (text: string, more: object = {}): LockText['builds'][string] => ({
  digest: digest(text),
  base: `quay.io/base@${digest('0')}`,
  release: '4.19.3',
  origin: 'built',
  pushed: true,
  ...more,
});

const SAMPLE: LockText = {
  ...EMPTY_LOCK,
  builds: { [hash('b')]: build('b'), [hash('a')]: build('a', { origin: 'adopted' }) },
  pools: {
    worker: { build: hash('b'), image: 'registry.example.com/os/worker' },
    'prod-eu-1/infra': { build: hash('a'), image: '127.0.0.1:5000/os/infra' },
  },
};

const TEXT = `# Which image each pool runs. Written by \`layers build --pin\`; do not edit it by hand.
format: 1
minimumVersion: 0.1.0
builds:
  "${hash('a')}":
    digest: ${digest('a')}
    base: quay.io/base@${digest('0')}
    release: "4.19.3"
    origin: adopted
    pushed: true
  "${hash('b')}":
    digest: ${digest('b')}
    base: quay.io/base@${digest('0')}
    release: "4.19.3"
    origin: built
    pushed: true
pools:
  "prod-eu-1/infra":
    build: "${hash('a')}"
    image: 127.0.0.1:5000/os/infra
  "worker":
    build: "${hash('b')}"
    image: registry.example.com/os/worker
`;

const RESTORE = 'Restore the lock from git: `git checkout -- layers/layers.lock`.';

/** What is wrong with a lock, where, and the way out. */
function errorOf(text: string) {
  const { lock, diagnostics } = parseLock(text);
  const [first, ...more] = diagnostics;
  const place = first!.origin && locate(text, first!.origin);
  expect(first).toMatchObject({ severity: 'error', source: 'input', origin: { file: lockFile() } });
  return {
    error: `${place?.line ?? '?'}:${place?.column ?? '?'} ${first!.message}`,
    hint: first!.hint,
    more: more.length,
    lock,
  };
}

describe('the lock', () => {
  it('is printed sorted, and quoted where YAML would read a number', () => {
    expect(printLock(SAMPLE)).toBe(TEXT);
  });

  it('reads back as it was', () => {
    expect(parseLock(TEXT)).toEqual({ lock: SAMPLE, diagnostics: [] });
    expect(printLock(parseLock(TEXT).lock)).toBe(TEXT);
  });

  it('is empty where there is none yet, and says so in one way', () => {
    expect(parseLock(undefined)).toEqual({ lock: EMPTY_LOCK, diagnostics: [] });
    expect(printLock(EMPTY_LOCK)).toMatch(
      /\nformat: 1\nminimumVersion: 0\.1\.0\nbuilds: \{\}\npools: \{\}\n$/,
    );
    expect(parseLock(printLock(EMPTY_LOCK))).toEqual({ lock: EMPTY_LOCK, diagnostics: [] });
  });

  it('forgets a pushed build that no pool has, and keeps one that is only on this machine', () => {
    const lock = {
      ...SAMPLE,
      builds: { ...SAMPLE.builds, [hash('c')]: build('c'), [hash('d')]: build('d', { pushed: false }) },
    };
    expect(Object.keys(parseLock(printLock(lock)).lock.builds)).toEqual([hash('a'), hash('b'), hash('d')]);
  });

  it('is the same text in whatever order it was made, and reads back', () => {
    const hex = fc.stringMatching(/^[0-9a-f]{32}$/);
    // Of digits only, or of digits and one e, YAML would read a number.
    const hashes = fc.oneof(
      hex,
      fc.stringMatching(/^[0-9]{32}$/),
      fc.stringMatching(/^[0-9]{20}e[0-9]{11}$/),
    );
    const names = fc.oneof(
      fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,19}[a-z0-9])?$/),
      fc.constantFrom('yes', 'null', '1', '1e3'),
    );
    const pools = fc.uniqueArray(fc.tuple(names, hashes, fc.boolean()), {
      selector: ([name]) => name,
      maxLength: 8,
    });
    fc.assert(
      fc.property(pools, (list) => {
        const make = (order: typeof list): LockText => ({
          ...EMPTY_LOCK,
          builds: Object.fromEntries(order.map(([, key]) => [key, build(key.slice(0, 1))])),
          pools: Object.fromEntries(
            order.map(([name, key, named]) => [
              named ? `prod/${name}` : name,
              { build: key, image: 'q.io/x' },
            ]),
          ),
        });
        const text = printLock(make(list));
        expect(printLock(make(list.toReversed()))).toBe(text);
        expect(parseLock(text)).toEqual({ lock: make(list), diagnostics: [] });
      }),
      { seed: 14, numRuns: 300 },
    );
  });
});

describe('a lock that is not right', () => {
  it('of a newer format needs a newer version, whatever else is in it', () => {
    expect(errorOf(TEXT.replace('format: 1', 'format: 2').replace('pools:', 'nodes:'))).toMatchObject({
      error: `2:9 this lock has format 2, and this version of layers knows ${FORMAT}`,
      hint: 'Upgrade cdk8s-os-layers.',
      more: 0,
    });
  });

  it.each([
    ['99.0.0', 1],
    [version.replace(/\d+$/, (patch) => `${Number(patch) + 1}`), 1],
    [version, 0],
    ['0.0.99', 0],
  ])('of version %s or later is read by those', (minimumVersion, errors) => {
    const text = TEXT.replace('minimumVersion: 0.1.0', `minimumVersion: ${minimumVersion}`);
    const { diagnostics } = parseLock(text.replace('pools:', errors ? 'nodes:' : 'pools:'));
    expect(diagnostics).toHaveLength(errors);
    if (errors) {
      expect(errorOf(text)).toMatchObject({
        error: `3:17 this lock is for version ${minimumVersion} or later, and this is ${version}`,
        hint: 'Upgrade cdk8s-os-layers.',
      });
    }
  });

  it.each([
    ['empty', '', '?:? the lock is empty'],
    ['only comments', '# gone\n', '?:? the lock is empty'],
    ['text', 'hello\n', '1:1 this is text, where a mapping belongs'],
    ['a list', '[]\n', '1:1 this is a list, where a mapping belongs'],
    ['two documents', `${TEXT}---\n${TEXT}`, '26:1 the lock has two documents'],
    ['a format in quotes', TEXT.replace('format: 1', 'format: "1"'), '2:9 this must be 1'],
    ['no format', TEXT.replace('format: 1\n', ''), '2:1 format is missing'],
    ['a key of its own', `${TEXT}extra: 1\n`, '24:8 extra is not known here'],
    [
      'a hash that is none',
      TEXT.replace(`  "${hash('a')}":`, '  worker:'),
      '5:3 "worker" is not a build\'s hash',
    ],
    [
      'a tag for a digest',
      TEXT.replace(`digest: ${digest('a')}`, 'digest: latest'),
      '6:13 "latest" is not a digest',
    ],
    ['an alias', TEXT.replace('origin: adopted', 'origin: *x'), '9:13 aliases have no place here'],
    [
      'a merge conflict',
      TEXT.replace('pools:\n', '<<<<<<< HEAD\npools:\n=======\npools: {}\n>>>>>>> main\n'),
      '17:1 this file has a merge conflict',
    ],
    ['cut off', TEXT.slice(0, TEXT.indexOf('    origin')), '5:3 origin is missing'],
  ])('%s is a located error, and pins nothing', (_, text, error) => {
    const found = errorOf(text);
    expect(found.hint).toBeTruthy();
    expect(found.lock).toEqual(EMPTY_LOCK);
    expect(found.error).toBe(error);
  });

  it('says how to get the right one back', () => {
    for (const text of ['', 'hello\n', TEXT.replace('pools:\n', '=======\n')]) {
      expect(errorOf(text).hint).toBe(RESTORE);
    }
    expect(errorOf(`<<<<<<< HEAD\n${TEXT}`).hint).toMatch(/^Take one side/);
  });

  it('that pins a pool to a build that it does not have is found', () => {
    const text = TEXT.replace(`build: "${hash('b')}"`, `build: "${hash('c')}"`);
    expect(errorOf(text)).toMatchObject({
      error: `22:12 the lock pins worker to a build that it does not have: ${hash('c')}`,
      hint: RESTORE,
    });
  });
});
