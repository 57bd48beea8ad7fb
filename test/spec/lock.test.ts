import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { locate } from '../../src/spec/locate.ts';
import {
  EMPTY_LOCK,
  FORMAT,
  type Lock,
  lockFile,
  type PinnedPool,
  parsePoolLock,
  printPoolLock,
  REPAIR,
} from '../../src/spec/lock.ts';
import { version } from '../../src/version.ts';

const hash = (text: string) => text.repeat(32).slice(0, 32);
const digest = (text: string) => `sha256:${text.repeat(64).slice(0, 64)}`;

const made = (text: string) => ({
  build: hash(text),
  digest: digest(text),
  base: `quay.io/base@${digest('0')}`,
  release: '4.19.3',
});

const pin = (text: string, more: Partial<PinnedPool> = {}): PinnedPool => ({
  image: 'registry.example.com/os/worker',
  ...made(text),
  origin: 'built',
  ...more,
});

const SAMPLE: Lock = {
  pools: {
    'prod/worker': pin('b', {
      packages: '1'.repeat(64),
      origin: 'adopted',
      hold: { digest: digest('b'), reason: 'OPS-1: "wait"', until: '2026-12-31' },
    }),
  },
  unpushed: { 'prod/worker': made('c') },
};

const TEXT = `# Which image this pool runs. Written by \`layers build --pin\`; do not edit it by hand.
format: 1
minimumVersion: 0.1.0
pin:
  image: registry.example.com/os/worker
  build: "${hash('b')}"
  digest: ${digest('b')}
  packages: "${'1'.repeat(64)}"
  origin: adopted
  base: quay.io/base@${digest('0')}
  release: "4.19.3"
hold:
  digest: ${digest('b')}
  reason: "OPS-1: \\"wait\\""
  until: "2026-12-31"
unpushed:
  build: "${hash('c')}"
  digest: ${digest('c')}
  base: quay.io/base@${digest('0')}
  release: "4.19.3"
`;

/** What is wrong with a pool's file, where, and the way out. */
function errorOf(text: string) {
  const { lock, diagnostics } = parsePoolLock(text, 'prod/worker');
  const [first, ...more] = diagnostics;
  const place = first!.origin && locate(text, first!.origin);
  expect(first).toMatchObject({
    severity: 'error',
    source: 'input',
    origin: { file: 'layers/lock/prod/worker.lock' },
  });
  return {
    error: `${place?.line ?? '?'}:${place?.column ?? '?'} ${first!.message}`,
    hint: first!.hint,
    more: more.length,
    lock,
  };
}

describe("a pool's file of the lock", () => {
  it('is at its identity', () => {
    expect([lockFile('worker'), lockFile('prod/worker')]).toEqual([
      'layers/lock/worker.lock',
      'layers/lock/prod/worker.lock',
    ]);
  });

  it('has its keys in one order, quoted where YAML would read something else', () => {
    expect(printPoolLock(SAMPLE, 'prod/worker')).toBe(TEXT);
  });

  it('reads back as it was', () => {
    expect(parsePoolLock(TEXT, 'prod/worker')).toEqual({ lock: SAMPLE, diagnostics: [] });
  });

  it('is not there for a pool that has nothing', () => {
    expect(printPoolLock(SAMPLE, 'prod/infra')).toBeUndefined();
    expect(printPoolLock(EMPTY_LOCK, 'prod/worker')).toBeUndefined();
  });

  it("may be of an operator's build, which says less of itself", () => {
    const { build, base, release, ...rest } = pin('d', { origin: 'operator' });
    const machineOSBuild = `infra-${hash('e')}`;
    for (const pool of [rest, { ...rest, base: base!, release: release!, machineOSBuild }]) {
      const lock: Lock = { ...EMPTY_LOCK, pools: { worker: pool } };
      const text = printPoolLock(lock, 'worker')!;
      expect(parsePoolLock(text, 'worker')).toEqual({ lock, diagnostics: [] });
    }
  });

  it('may have nothing but a build that was not pushed', () => {
    const lock = { ...EMPTY_LOCK, unpushed: { worker: made('a') } };
    expect(parsePoolLock(printPoolLock(lock, 'worker')!, 'worker')).toEqual({ lock, diagnostics: [] });
  });

  it('is the same text whatever it was made from, and reads back', () => {
    const hex = (length: number) =>
      fc.oneof(
        fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`)),
        // Of digits only, or of digits and one e, YAML would read a number.
        fc.stringMatching(new RegExp(`^[0-9]{${length - 12}}e[0-9]{11}$`)),
      );
    const build = fc.record({
      build: hex(32),
      digest: hex(64).map((text) => `sha256:${text}`),
      base: hex(64).map((text) => `q.io/x@sha256:${text}`),
      release: fc.constantFrom('4.19.3', '4.20.0'),
    });
    const pinned = fc.record(
      {
        image: fc.constantFrom('q.io/x', '127.0.0.1:5000/os/infra'),
        packages: hex(64),
        origin: fc.constantFrom('built' as const, 'adopted' as const, 'promoted' as const),
        hold: fc.record(
          {
            reason: fc
              .string({ minLength: 1, unit: 'grapheme' })
              .filter((text) => /^[^\p{Cc}]*$/u.test(text) && /\S/.test(text)),
            until: fc.constantFrom('2026-01-31', '2028-02-29'),
          },
          { requiredKeys: ['reason'] },
        ),
      },
      { requiredKeys: ['image', 'origin'] },
    );
    fc.assert(
      fc.property(build, pinned, fc.option(build), (built, more, kept) => {
        const { hold, ...pinned } = { ...more, ...built };
        const entry = { ...pinned, ...(hold && { hold: { digest: pinned.digest, ...hold } }) };
        const lock: Lock = { pools: { worker: entry }, unpushed: kept === null ? {} : { worker: kept } };
        const text = printPoolLock(lock, 'worker')!;
        const reversed = Object.fromEntries(Object.entries(entry).reverse()) as unknown as PinnedPool;
        expect(printPoolLock({ ...lock, pools: { worker: reversed } }, 'worker')).toBe(text);
        expect(parsePoolLock(text, 'worker')).toEqual({ lock, diagnostics: [] });
      }),
      { seed: 14, numRuns: 300 },
    );
  });
});

describe('a file of the lock that is not right', () => {
  it('of a newer format needs a newer version, whatever else is in it', () => {
    expect(errorOf(TEXT.replace('format: 1', 'format: 2').replace('pin:', 'pins:'))).toMatchObject({
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
    const { diagnostics } = parsePoolLock(text.replace('pin:', errors ? 'pins:' : 'pin:'), 'prod/worker');
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
    ['two documents', `${TEXT}---\n${TEXT}`, '23:1 the lock has two documents'],
    ['a format in quotes', TEXT.replace('format: 1', 'format: "1"'), '2:9 this must be 1'],
    ['no format', TEXT.replace('format: 1\n', ''), '2:1 format is missing'],
    ['a key of its own', `${TEXT}extra: 1\n`, '21:8 extra is not known here'],
    [
      'a key of its own in the pin',
      TEXT.replace('  origin', '  by: me\n  origin'),
      '9:7 by is not known here',
    ],
    [
      'a hash that is none',
      TEXT.replace(`build: "${hash('b')}"`, 'build: worker'),
      '6:10 "worker" is not a build\'s hash',
    ],
    ['a tag for a digest', TEXT.replace(digest('b'), 'latest'), '7:11 "latest" is not a digest'],
    ['an alias', TEXT.replace('origin: adopted', 'origin: *x'), '9:11 aliases have no place here'],
    [
      'a merge conflict',
      TEXT.replace('  base', '<<<<<<< HEAD\n  base').replace('unpushed', '=======\n>>>>>>> main\nunpushed'),
      '10:1 this file has a merge conflict',
    ],
    ['cut off', TEXT.slice(0, TEXT.indexOf('  release')), '4:1 release is missing'],
    [
      'the build of an operator, and one of ours',
      TEXT.replace('origin: adopted', 'origin: operator'),
      "6:10 an image of the operator's is of no build of this repository",
    ],
    [
      "an operator's build where there was none",
      TEXT.replace('  digest', '  machineOSBuild: infra-1\n  digest'),
      "7:19 this is for images of the operator's: origin is adopted",
    ],
    ['no build, though no operator made it', TEXT.replace(/ {2}build: .*\n/, ''), '4:1 build is missing'],
    ['nothing pinned', TEXT.slice(0, TEXT.indexOf('pin:')), '2:1 this pins nothing'],
    ['a hold of nothing', TEXT.replace(/pin:\n(?: {2}.*\n)+/, ''), '4:1 this holds a pin, and there is none'],
    [
      'a hold of another image than the pin, as merges may make it',
      TEXT.replace(`hold:\n  digest: ${digest('b')}`, `hold:\n  digest: ${digest('a')}`),
      '13:11 this holds another image than the one that is pinned',
    ],
    [
      'a hold without a reason',
      TEXT.replace(/reason: .*/, 'reason: ""'),
      '14:11 "" is not a reason on one line',
    ],
    ['a day that is none', TEXT.replace('2026-12-31', '2026-02-30'), '15:10 "2026-02-30" is not a date'],
  ])('%s is a located error, with a way out, and pins nothing', (_, text, error) => {
    const found = errorOf(text);
    expect(found.error).toBe(error);
    expect(found.hint).toBe(REPAIR);
    expect(found.lock).toEqual(EMPTY_LOCK);
  });
});
