import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import yaml from 'js-yaml';
import { atomicWrite } from '../build/atomic-write.ts';
import { type Diagnostic, failure, hasErrors, LayersError } from '../diagnostics.ts';
import type { Located } from '../spec/library.ts';
import { LAYERS, loadLibrary } from '../spec/load.ts';
import { parseSpec } from '../spec/parse.ts';
import { type Release, type ReleaseProps, release as releaseSchema } from '../spec/release.ts';
import { releaseIn } from './release-document.ts';
import type { Payload, PayloadOptions } from './release-payload.ts';

export interface ReleaseAddOptions extends PayloadOptions {
  readonly root: string;
  /** What `oc adm release info` printed, or a payload's image-references; undefined to read the payload in its registry. */
  readonly from?: string | undefined;
}

export interface ReleaseAddResult {
  readonly release: ReleaseProps;
  readonly file: string;
  /** False where a document of the release was there already. */
  readonly added: boolean;
  /** The payload by digest, where it was read in its registry. */
  readonly payload?: string;
  readonly notes: readonly Diagnostic[];
}

/** Adds the Release document of a z-stream to `layers/releases.yaml`. */
export async function addRelease(options: ReleaseAddOptions): Promise<ReleaseAddResult> {
  const { root, version, from } = options;
  const asked = parseSpec(releaseSchema.shape.name, version, {});
  if (asked.value === undefined) throw new LayersError(asked.diagnostics);
  const { library, diagnostics } = loadLibrary(root);
  if (hasErrors(diagnostics)) throw new LayersError(diagnostics);
  const known = library.releases.get(asked.value);
  const { release, image, notes } = from === undefined ? await online(options) : fromFile(from, version);
  const parsed = parseSpec(releaseSchema, release, { file: from ?? image });
  if (parsed.value === undefined) throw new LayersError(parsed.diagnostics);
  const more = { ...(image !== undefined && { payload: image }) };
  if (known !== undefined) {
    const lacking = compare(known, parsed.value, release);
    // Whoever wrote the kernel there knows that the image does not say it.
    const open = known.value.amd64.kernel === undefined ? notes : [];
    return { release, file: known.origin.file!, added: false, ...more, notes: [...open, ...lacking] };
  }
  const file = `${LAYERS}/releases.yaml`;
  const path = join(root, file);
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  await atomicWrite(path, `${before === '' ? '' : `${before.replace(/\n*$/, '\n')}---\n`}${print(release)}`);
  return { release, file, added: true, ...more, notes };
}

/** Loaded only here: who has a file needs no registry. */
async function online(options: PayloadOptions): Promise<Payload> {
  const { readPayload } = await import('./release-payload.ts');
  return readPayload(options);
}

function fromFile(from: string, version: string): Partial<Payload> & Pick<Payload, 'release' | 'notes'> {
  let text: string;
  try {
    text = readFileSync(from, 'utf8');
  } catch (error) {
    throw failure('input', 'no-release-file', `${from} cannot be read: ${(error as Error).message}`, {
      hint: 'Without --from, the release is read from its payload in the registry.',
    });
  }
  return { release: releaseIn(text, version, from), notes: [] };
}

/** A document that says less stays as people have it; one that says something else is an error. */
function compare(known: Located<Release>, found: Release, release: ReleaseProps): Diagnostic[] {
  const keys = Object.keys(found.amd64) as (keyof Release['amd64'])[];
  const differing = keys.filter((key) => {
    const there = known.value.amd64[key];
    return there !== undefined && JSON.stringify(there) !== JSON.stringify(found.amd64[key]);
  });
  const { name } = found;
  if (differing.length > 0) {
    throw failure('input', 'release-differs', `there is another Release document for ${name}`, {
      hint: 'A release never changes: find out which of the two is right, and remove the other.',
      detail: differing.map((key) => `${key}: ${release.amd64[key]}`).join('\n'),
      origin: { ...known.origin, path: ['amd64', differing[0]!] },
    });
  }
  const missing = keys.filter((key) => known.value.amd64[key] === undefined);
  if (missing.length === 0) return [];
  return [
    {
      code: 'release-lacks',
      severity: 'warning',
      source: 'input',
      message: `the Release document of ${name} says less than its payload`,
      hint: ['Add to its amd64:', ...missing.map((key) => `${key}: "${release.amd64[key]}"`)].join('\n'),
      origin: { ...known.origin, path: ['amd64'] },
    },
  ];
}

/** Strings in quotes: a version must not be read as a number. */
function print({ name, amd64 }: ReleaseProps): string {
  return yaml.dump({ kind: 'Release', name, amd64 }, { lineWidth: -1, quotingType: '"' });
}
