import { type Diagnostic, LayersError } from '../../diagnostics.ts';
import type { PackagesDiff } from '../../diff/model.ts';
import { ELSEWHERE, openPlaces, type Places } from '../../registry/places.ts';
import { diffPackages } from '../../rpm/package-diff.ts';
import { parseImageRef } from '../../values/image-ref.ts';
import { rememberedPackages, rememberPackages } from './package-cache.ts';
import { openSource, type Reading, readBoth, type Source } from './package-reader.ts';

export interface PackagesOptions {
  readonly root: string;
  readonly authfile?: string | undefined;
  readonly onRead: (reading: Reading) => void;
  /** Where images were pushed to, by what nodes pull: there they are asked for first. */
  readonly pushed: ReadonlyMap<string, string>;
}

/** Fills in what changed between images, from their rpm databases. What cannot be read is said, and is no reason to stop. */
export async function readChanges(
  pairs: readonly PackagesDiff[],
  options: PackagesOptions,
): Promise<{ packages: PackagesDiff[]; notes: Diagnostic[] }> {
  const places = openPlaces({ authfile: options.authfile });
  const packages: PackagesDiff[] = [];
  const notes: Diagnostic[] = [];
  try {
    // One after the other: a database has tens of megabytes.
    for (const pair of pairs) {
      try {
        packages.push({ ...pair, ...(await changesOf(pair, places, options)), state: 'read' });
      } catch (error) {
        if (!(error instanceof LayersError)) throw error;
        const [first] = error.diagnostics;
        packages.push({ ...pair, state: 'unknown', why: first!.message });
        notes.push(unread(pair, first!));
      }
    }
  } finally {
    places.close();
  }
  return { packages, notes };
}

async function changesOf(
  { from, to, architecture }: PackagesDiff,
  places: Places,
  options: PackagesOptions,
): Promise<Pick<PackagesDiff, 'changes' | 'total'>> {
  const { root, onRead } = options;
  const known = await Promise.all([from, to].map((image) => rememberedPackages(root, image, architecture)));
  const [before, after] = known.every((list) => list !== undefined)
    ? known
    : ((await readBoth(...(await sourcesOf([from, to], architecture, places, options)), onRead)) ?? []);
  if (before === undefined || after === undefined) return { changes: [] };
  await Promise.all([
    rememberPackages(root, from, architecture, before),
    rememberPackages(root, to, architecture, after),
  ]);
  return { changes: diffPackages(before, after), total: after.length };
}

function sourcesOf(
  images: readonly [string, string],
  architecture: string,
  places: Places,
  options: PackagesOptions,
): Promise<[Source, Source]> {
  const [before, after] = images.map((image) => sourceOf(image, architecture, places, options));
  return Promise.all([before!, after!]);
}

/** Where an image was pushed to, or else where nodes pull it. */
async function sourceOf(
  image: string,
  architecture: string,
  places: Places,
  { pushed }: PackagesOptions,
): Promise<Source> {
  const own = pushed.get(image);
  if (own !== undefined) {
    const ref = parseImageRef(own);
    try {
      return await openSource(ref, { registry: await places.pushed(ref), ref }, architecture);
    } catch (error) {
      const isElsewhere =
        error instanceof LayersError && error.diagnostics.every(({ code }) => ELSEWHERE.has(code));
      if (!isElsewhere || own === image) throw error;
    }
  }
  const ref = parseImageRef(image);
  return places.pulled(ref, (place) => openSource(ref, place, architecture));
}

function unread({ from, to, pools }: PackagesDiff, { code, message, hint }: Diagnostic): Diagnostic {
  return {
    code: 'packages-unread',
    severity: 'warning',
    source: 'remote',
    message: `the packages of ${pools[0]}${pools.length > 1 ? ` and ${pools.length - 1} more` : ''} cannot be compared: ${message}`,
    ...(hint !== undefined && { hint }),
    detail: `${code}\nbefore: ${from}\nafter: ${to}`,
  };
}
