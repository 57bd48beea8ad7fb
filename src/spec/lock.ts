import { z } from 'zod';
import { type Diagnostic, failure, type Origin } from '../diagnostics.ts';
import { digest } from '../values/digest.ts';
import { imageRepository, pinnedImage } from '../values/image-ref.ts';
import { releaseVersion } from '../values/release-version.ts';
import { pattern } from '../values/value.ts';
import { version } from '../version.ts';
import { parseSpec } from './parse.ts';
import { parseYaml } from './yaml.ts';

/**
 * The lock: which build each pool has, and which image each build is. Written by `layers build --pin`, read by synth.
 * Every cluster has its own, so that its owners can be asked for a review of its pins; `layers.lock` is the unnamed one's.
 */
export function lockFile(cluster?: string): string {
  return `layers/${cluster ?? 'layers'}.lock`;
}

/** The render format of `dist/`. Within one, no byte of a pool changes by an upgrade of the tool. */
export const FORMAT = 1;

const hash = pattern(/^[0-9a-f]{32}$/, "a build's hash");

export const lock = z.strictObject({
  format: z
    .literal(FORMAT)
    .describe(
      'The render format of `dist/`: within one, no byte of a pool changes by an upgrade of the tool.',
    ),
  minimumVersion: pattern(/^[0-9]+\.[0-9]+\.[0-9]+$/, 'a version').describe(
    'The oldest version of the tool that understands this lock.',
  ),
  builds: z
    .record(
      hash,
      z.strictObject({
        digest: digest.describe("The image's digest, as the registry gave it back."),
        base: pinnedImage.describe('The base that it was built from.'),
        release: releaseVersion.describe('The release that it was built for.'),
        origin: z
          .enum(['built', 'adopted', 'promoted'])
          .describe(
            '`built` by `layers build`; `adopted`: found in the registry under its content tag; or `promoted`: taken from a pool that one of this lock follows.',
          ),
        pushed: z
          .boolean()
          .describe('False where no registry has the image: no `osImageURL` may come of it.'),
      }),
    )
    .describe('Every build that a pool has, by its hash.'),
  pools: z
    .record(
      z.string(),
      z.strictObject({
        build: hash.describe('The hash of its build.'),
        image: imageRepository.describe('The repository that it was pushed to.'),
      }),
    )
    .describe('The pin of each pool, by its identity.'),
});

/** The lock as it stands in its file. */
export type LockText = z.input<typeof lock>;

export const EMPTY_LOCK: LockText = { format: FORMAT, minimumVersion: '0.1.0', builds: {}, pools: {} };

/** Reads the lock's text; no text is an empty lock. */
export function parseLock(
  text: string | undefined,
  file: string = lockFile(),
): { lock: LockText; diagnostics: Diagnostic[] } {
  if (text === undefined) return { lock: EMPTY_LOCK, diagnostics: [] };
  const { documents, diagnostics } = parseYaml(text, file);
  if (diagnostics.length > 0)
    return {
      lock: EMPTY_LOCK,
      diagnostics: diagnostics.map((found) => ({ ...found, hint: hintFor(text, file) })),
    };
  const [document, another] = documents;
  if (another !== undefined)
    return {
      lock: EMPTY_LOCK,
      diagnostics: failure('input', 'lock-twice', 'the lock has two documents', {
        origin: another.origin,
      }).diagnostics.map(withHint(file)),
    };
  const origin = { file, document: 0 };
  if (document === undefined)
    return {
      lock: EMPTY_LOCK,
      diagnostics: failure('input', 'lock-empty', 'the lock is empty', { origin }).diagnostics.map(
        withHint(file),
      ),
    };
  const newer = newerThanThis(document.data as Partial<LockText>, origin);
  if (newer !== undefined) return { lock: EMPTY_LOCK, diagnostics: [newer] };
  const parsed = parseSpec(lock, document.data, origin);
  if (parsed.value === undefined)
    return { lock: EMPTY_LOCK, diagnostics: parsed.diagnostics.map(withHint(file)) };
  const data = document.data as LockText;
  const dangling = Object.entries(data.pools).filter(([, { build }]) => data.builds[build] === undefined);
  return {
    lock: data,
    diagnostics: dangling.flatMap(([pool, { build }]) =>
      failure('input', 'lock-dangling', `the lock pins ${pool} to a build that it does not have: ${build}`, {
        origin: { ...origin, path: ['pools', pool, 'build'] },
      }).diagnostics.map(withHint(file)),
    ),
  };
}

/** A lock that a later version wrote. It may have keys that this one does not know: those are not what is wrong. */
function newerThanThis(
  { format, minimumVersion }: Partial<LockText>,
  origin: Origin,
): Diagnostic | undefined {
  const report = (key: string, message: string): Diagnostic => ({
    code: 'lock-newer',
    severity: 'error',
    source: 'input',
    message,
    hint: 'Upgrade cdk8s-os-layers.',
    origin: { ...origin, path: [key] },
  });
  if (typeof format === 'number' && format > FORMAT) {
    return report('format', `this lock has format ${format}, and this version of layers knows ${FORMAT}`);
  }
  if (typeof minimumVersion === 'string' && isLater(minimumVersion, version)) {
    return report(
      'minimumVersion',
      `this lock is for version ${minimumVersion} or later, and this is ${version}`,
    );
  }
  return undefined;
}

function isLater(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => text.split('.').map(Number)) as [number[], number[]];
  const at = left.findIndex((number, index) => number !== right[index]);
  return at >= 0 && left[at]! > right[at]!;
}

function restore(file: string): string {
  return `Restore the lock from git: \`git checkout -- ${file}\`.`;
}

function withHint(file: string) {
  return (diagnostic: Diagnostic): Diagnostic => ({ hint: restore(file), ...diagnostic });
}

/** During a merge git has no one lock to restore. */
function hintFor(text: string, file: string): string {
  if (!/^<{7} /m.test(text)) return restore(file);
  return `Take one side, \`git checkout --ours ${file}\`, then \`layers synth\` and \`layers build --pin\`.`;
}

const HEADER = '# Which image each pool runs. Written by `layers build --pin`; do not edit it by hand.\n';

/** The lock's canonical text: sorted, without anything that differs between two runs. */
export function printLock({ format, minimumVersion, builds, pools }: LockText): string {
  const lines = [`format: ${format}`, `minimumVersion: ${minimumVersion}`, 'builds:'];
  const used = new Set(Object.values(pools).map(({ build }) => build));
  for (const [hash, build] of sorted(builds)) {
    if (build.pushed && !used.has(hash)) continue;
    lines.push(
      `  ${JSON.stringify(hash)}:`,
      `    digest: ${build.digest}`,
      `    base: ${build.base}`,
      `    release: ${JSON.stringify(build.release)}`,
      `    origin: ${build.origin}`,
      `    pushed: ${build.pushed}`,
    );
  }
  lines.push('pools:');
  for (const [pool, { build, image }] of sorted(pools)) {
    lines.push(`  ${JSON.stringify(pool)}:`, `    build: ${JSON.stringify(build)}`, `    image: ${image}`);
  }
  return `${HEADER}${lines.join('\n').replace(/^(builds|pools):$(?!\n {2})/gm, '$1: {}')}\n`;
}

function sorted<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
