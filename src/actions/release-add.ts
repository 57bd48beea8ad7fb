import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import yaml from 'js-yaml';
import { atomicWrite } from '../build/atomic-write.ts';
import { failure, hasErrors, LayersError } from '../diagnostics.ts';
import { LAYERS, loadLibrary } from '../spec/load.ts';
import { parseSpec } from '../spec/parse.ts';
import { type ReleaseProps, release as releaseSchema } from '../spec/release.ts';
import { parseReleaseInfo, toRelease } from '../spec/release-info.ts';

export interface ReleaseAddOptions {
  readonly root: string;
  /** The z-stream that is meant. The file has to be of this one. */
  readonly version: string;
  /** What `oc adm release info` printed, or a payload's image-references. */
  readonly from: string;
}

export interface ReleaseAddResult {
  readonly release: ReleaseProps;
  readonly file: string;
  /** False where the same document was there already. */
  readonly added: boolean;
}

/** Adds the Release document of a z-stream to `layers/releases.yaml`. */
export async function addRelease({ root, version, from }: ReleaseAddOptions): Promise<ReleaseAddResult> {
  const release = read(version, from);
  const { library, diagnostics } = loadLibrary(root);
  if (hasErrors(diagnostics)) throw new LayersError(diagnostics);
  const known = [...library.releases.values()].find(({ value }) => value.name === version);
  const parsed = parseSpec(releaseSchema, release, { file: from });
  if (parsed.value === undefined) throw new LayersError(parsed.diagnostics);
  if (known !== undefined) {
    if (JSON.stringify(known.value) === JSON.stringify(parsed.value)) {
      return { release, file: known.origin.file!, added: false };
    }
    throw failure('input', 'release-differs', `there is another Release document for ${version}`, {
      hint: 'A release never changes: find out which of the two is right, and remove the other.',
      origin: { ...known.origin, path: ['name'] },
    });
  }
  const file = `${LAYERS}/releases.yaml`;
  const path = join(root, file);
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  await atomicWrite(path, `${before === '' ? '' : `${before.replace(/\n*$/, '\n')}---\n`}${print(release)}`);
  return { release, file, added: true };
}

function read(version: string, from: string): ReleaseProps {
  let text: string;
  try {
    text = readFileSync(from, 'utf8');
  } catch (error) {
    throw failure('input', 'no-release-file', `${from} cannot be read: ${(error as Error).message}`);
  }
  const info = parseReleaseInfo(text);
  const release = typeof info === 'string' ? info : toRelease(info);
  if (typeof release === 'string') {
    throw failure('input', 'not-a-release', `${from} is no release: ${release}`, {
      hint: `\`oc adm release info --pullspecs ${version} > release.txt\` makes one that is.`,
    });
  }
  if (release.name === version) return release;
  throw failure('input', 'another-release', `${from} is of ${release.name}, not of ${version}`);
}

/** Strings in quotes: a version must not be read as a number. */
function print({ name, amd64 }: ReleaseProps): string {
  return yaml.dump({ kind: 'Release', name, amd64 }, { lineWidth: -1, quotingType: '"' });
}
