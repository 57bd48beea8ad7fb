import * as z from 'zod';
import { type Diagnostic, failure, type Origin } from '../diagnostics.ts';
import { digest, sha256 } from '../values/digest.ts';
import { imageRepository, pinnedImage } from '../values/image-ref.ts';
import { releaseVersion } from '../values/release-version.ts';
import { pattern, show, ValueError, value } from '../values/value.ts';
import { version } from '../version.ts';
import { parseSpec } from './parse.ts';
import { parseYaml } from './yaml.ts';

/**
 * The lock: which image each pool runs. Written by `layers build --pin`, read by synth. A file a pool, so that branches
 * which pin different pools merge, and owners can be asked for a review of theirs.
 */
export const LOCK = 'layers/lock';

/** The file of a pool, by its identity. */
export function lockFile(pool: string): string {
  return `${LOCK}/${pool}.lock`;
}

/** The render format of `dist/`. Within one, no byte of a pool changes by an upgrade of the tool. */
export const FORMAT = 1;

/** The oldest version that understands what this one writes. */
const MINIMUM_VERSION = '0.1.0';

const hash = pattern(/^[0-9a-f]{32}$/, "a build's hash");

const made = {
  build: hash.describe("The hash of what was built: of the pool's input then."),
  digest: digest.describe("The image's digest, as the registry gave it back."),
  base: pinnedImage.describe('The base that it was built from.'),
  release: releaseVersion.describe('The release that it was built for.'),
};

const pin = z.strictObject({
  image: imageRepository.describe('The repository that it was pushed to.'),
  build: made.build.optional().describe(`${made.build.description} None for an image of the operator's.`),
  machineOSBuild: pattern(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, "a MachineOSBuild's name")
    .optional()
    .describe("The MachineOSBuild that it is of, where that is known: for an image of the operator's only."),
  digest: made.digest,
  // What changes with the digest stands beside it, so that no merge takes one from here and the other from there.
  packages: sha256
    .optional()
    .describe(
      'The sum of the list of its packages, a line each, sorted: `name-epoch:version-release.arch`; of an index, those of all its images. Not there where its layers leave the packages of the base as they are, nor for an image of the operator.',
    ),
  origin: z
    .enum(['built', 'adopted', 'promoted', 'operator'])
    .describe(
      '`built` by `layers build`; `adopted`: found in the registry, and checked; `promoted`: taken from the pool that this one follows; or `operator`: built by the Machine Config Operator of a cluster, and copied.',
    ),
  base: made.base
    .optional()
    .describe(`${made.base.description} Not there where the operator's image does not say.`),
  release: made.release
    .optional()
    .describe(`${made.release.description} Not there where the operator's image does not say.`),
});

/** What every pin has whose image was built from this repository. */
const OF_BUILDS = ['build', 'base', 'release'] as const;

const day = value(
  (text) => {
    const time = new Date(`${text}T00:00:00Z`);
    if (
      /^\d{4}-\d{2}-\d{2}$/.test(text) &&
      !Number.isNaN(time.valueOf()) &&
      time.toISOString().startsWith(text)
    )
      return text;
    throw new ValueError(`${show(text)} is not a date`, 'Write it as year, month and day: 2026-01-31.');
  },
  { pattern: /^\d{4}-\d{2}-\d{2}$/ },
);

/** What a person says of a hold. */
const said = {
  reason: pattern(/^[^\p{Cc}]*[^\p{Cc}\s][^\p{Cc}]*$/u, 'a reason on one line').describe('Why.'),
  until: day
    .optional()
    .describe('The last day that it is meant for. It holds on after that, and `layers check` asks about it.'),
};
export const holdReason = z.strictObject(said);
const hold = z.strictObject({
  // A merge of a hold and of a new pin is seen by it.
  digest: digest.describe('The image that is held: that of the pin.'),
  ...said,
});

export const poolLock = z
  .strictObject({
    format: z
      .literal(FORMAT)
      .describe(
        'The render format of `dist/`: within one, no byte of a pool changes by an upgrade of the tool.',
      ),
    minimumVersion: pattern(/^[0-9]+\.[0-9]+\.[0-9]+$/, 'a version').describe(
      'The oldest version of the tool that understands this file.',
    ),
    pin: pin.optional().describe('The image that the pool runs.'),
    hold: hold
      .optional()
      .describe('Keeps the pin as it is, whatever is built or promoted: `layers pin hold`.'),
    unpushed: z
      .strictObject(made)
      .optional()
      .describe('What was built with --no-push. No registry has it, so that no `osImageURL` comes of it.'),
  })
  .superRefine(({ pin, hold, unpushed }, context) => {
    const report = (path: string[], message: string, code?: string) =>
      context.addIssue({ code: 'custom', path, message, ...(code && { params: { code } }) });
    if (pin?.origin === 'operator' && pin.build !== undefined)
      report(['pin', 'build'], "an image of the operator's is of no build of this repository");
    if (pin !== undefined && pin.origin !== 'operator') {
      for (const key of OF_BUILDS)
        if (pin[key] === undefined) report(['pin', key], `${key} is missing`, 'missing-key');
      if (pin.machineOSBuild !== undefined)
        report(['pin', 'machineOSBuild'], `this is for images of the operator's: origin is ${pin.origin}`);
    }
    if (pin === undefined && unpushed === undefined) report([], 'this pins nothing');
    else if (pin === undefined && hold !== undefined) report(['hold'], 'this holds a pin, and there is none');
    else if (hold !== undefined && hold.digest !== pin?.digest)
      report(['hold', 'digest'], 'this holds another image than the one that is pinned');
  });

/** What was built for a pool, and pushed. */
export type Pinned = z.input<typeof pin>;
export type Unpushed = { readonly [Key in keyof typeof made]: string };
/** Why a pin stays. */
export type Hold = z.input<typeof hold>;

/** `OPS-17 (until 2026-12-31)` */
export function describeHold({ reason, until }: Pick<Hold, 'reason' | 'until'>): string {
  return until === undefined ? reason : `${reason} (until ${until})`;
}

/** A pool's pin, and what holds it. */
export interface PinnedPool extends Pinned {
  readonly hold?: Hold | undefined;
}

/** What is locked, by the pools' identities. */
export interface Lock {
  readonly pools: Readonly<Record<string, PinnedPool>>;
  /** Builds that only the machine that made them has. */
  readonly unpushed: Readonly<Record<string, Unpushed>>;
}

export const EMPTY_LOCK: Lock = { pools: {}, unpushed: {} };

/** What a pool's file says; nothing where something is wrong with it. */
export function parsePoolLock(text: string, pool: string): { lock: Lock; diagnostics: Diagnostic[] } {
  const file = lockFile(pool);
  const refused = (diagnostics: readonly Diagnostic[]) => ({
    lock: EMPTY_LOCK,
    diagnostics: diagnostics.map((found) => ({ ...found, hint: REPAIR })),
  });
  const { documents, diagnostics } = parseYaml(text, file);
  if (diagnostics.length > 0) return refused(diagnostics);
  const [document, another] = documents;
  const origin = { file, document: 0 };
  if (document === undefined)
    return refused(failure('input', 'lock-empty', 'the lock is empty', { origin }).diagnostics);
  if (another !== undefined) {
    const { origin } = another;
    return refused(failure('input', 'lock-twice', 'the lock has two documents', { origin }).diagnostics);
  }
  const newer = newerThanThis(document.data, origin);
  if (newer !== undefined) return { lock: EMPTY_LOCK, diagnostics: [newer] };
  const parsed = parseSpec(poolLock, document.data, origin);
  if (parsed.value === undefined) return refused(parsed.diagnostics);
  const { pin, hold, unpushed } = document.data as z.input<typeof poolLock>;
  return {
    lock: {
      pools: pin === undefined ? {} : { [pool]: { ...pin, ...(hold && { hold }) } },
      unpushed: unpushed === undefined ? {} : { [pool]: unpushed },
    },
    diagnostics: [],
  };
}

/** The way out of a file that a merge or a hand has broken. */
export const REPAIR =
  "`layers pin repair` mends the lock, from what it says, git's history and the registry.";

/** A lock that a later version wrote. It may have keys that this one does not know: those are not what is wrong. */
function newerThanThis(data: unknown, origin: Origin): Diagnostic | undefined {
  const { format, minimumVersion } = data as { format?: unknown; minimumVersion?: unknown };
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

const HEADER = '# Which image this pool runs. Written by `layers build --pin`; do not edit it by hand.\n';

/** The canonical text of a pool's file, without anything that differs between two runs; undefined where it has none. */
export function printPoolLock({ pools, unpushed }: Lock, pool: string): string | undefined {
  const { hold, ...pin } = pools[pool] ?? {};
  const kept = unpushed[pool];
  if (pools[pool] === undefined && kept === undefined) return undefined;
  const sections: readonly [string, object | undefined, readonly string[]][] = [
    [
      'pin',
      pools[pool] && pin,
      ['image', 'build', 'machineOSBuild', 'digest', 'packages', 'origin', 'base', 'release'],
    ],
    ['hold', hold, ['digest', 'reason', 'until']],
    ['unpushed', kept, ['build', 'digest', 'base', 'release']],
  ];
  const lines = sections.flatMap(([name, values, keys]) =>
    values === undefined ? [] : [`${name}:`, ...keys.flatMap((key) => line(key, values))],
  );
  return [`${HEADER}format: ${FORMAT}`, `minimumVersion: ${MINIMUM_VERSION}`, ...lines, ''].join('\n');
}

/** Texts that YAML could read as something else. */
const QUOTED = new Set(['build', 'release', 'packages', 'reason', 'until']);

function line(key: string, values: object): string[] {
  const text = (values as Record<string, string | undefined>)[key];
  return text === undefined ? [] : [`  ${key}: ${QUOTED.has(key) ? JSON.stringify(text) : text}`];
}
