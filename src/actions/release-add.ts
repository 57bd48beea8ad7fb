import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import yaml from 'js-yaml';
import { atomicWrite } from '../build/atomic-write.ts';
import { type Diagnostic, failure, hasErrors, LayersError } from '../diagnostics.ts';
import type { Located } from '../spec/library.ts';
import { LAYERS, loadLibrary } from '../spec/load.ts';
import { parseSpec } from '../spec/parse.ts';
import {
  type Release,
  type ReleaseImages,
  type ReleaseProps,
  release as releaseSchema,
} from '../spec/release.ts';
import type { OneRelease } from '../spec/release-info.ts';
import type { Architecture } from '../values/architecture.ts';
import { withBlock } from './release-block.ts';
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
  /** False where a document of the release has the architecture already. */
  readonly added: boolean;
  /** The payload by digest, where it was read in its registry. */
  readonly payload?: string;
  readonly notes: readonly Diagnostic[];
}

/** Adds a z-stream to `layers/releases.yaml`, or one more architecture to the Release document that it has. */
export async function addRelease(options: ReleaseAddOptions): Promise<ReleaseAddResult> {
  const { root, version, from, architecture } = options;
  const asked = parseSpec(releaseSchema.shape.name, version, {});
  if (asked.value === undefined) throw new LayersError(asked.diagnostics);
  const { library, diagnostics } = loadLibrary(root);
  if (hasErrors(diagnostics)) throw new LayersError(diagnostics);
  const known = library.releases.get(asked.value);
  const found = from === undefined ? await online(options) : fromFile(from, options);
  const { image, notes } = found;
  const release = { name: found.release.name, [architecture]: found.release.images };
  const parsed = parseSpec(releaseSchema, release, { file: from ?? image });
  if (parsed.value === undefined) throw new LayersError(parsed.diagnostics);
  const more = { ...(image !== undefined && { payload: image }) };
  const there = known?.value[architecture];
  if (known !== undefined && there !== undefined) {
    const lacking = compare(known, there, parsed.value[architecture]!, found.release);
    // Whoever wrote the kernel there knows that the image does not say it.
    const open = there.kernel === undefined ? notes : [];
    return { release, file: known.origin.file!, added: false, ...more, notes: [...open, ...lacking] };
  }
  const file = known?.origin.file ?? `${LAYERS}/releases.yaml`;
  const path = join(root, file);
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const after =
    known === undefined
      ? `${before === '' ? '' : `${before.replace(/\n*$/, '\n')}---\n`}${print({ kind: 'Release', ...release })}`
      : withBlock(before, known.origin, architecture, print({ [architecture]: found.release.images }));
  await atomicWrite(path, after);
  return { release, file, added: true, ...more, notes };
}

/** Loaded only here: who has a file needs no registry. */
async function online(options: PayloadOptions): Promise<Payload> {
  const { readPayload } = await import('./release-payload.ts');
  return readPayload(options);
}

function fromFile(
  from: string,
  { version, architecture }: PayloadOptions,
): Partial<Payload> & Pick<Payload, 'release' | 'notes'> {
  let text: string;
  try {
    text = readFileSync(from, 'utf8');
  } catch (error) {
    throw failure('input', 'no-release-file', `${from} cannot be read: ${(error as Error).message}`, {
      hint: 'Without --from, the release is read from its payload in the registry.',
    });
  }
  return { release: releaseIn(text, version, architecture, from), notes: [] };
}

/** A document that says less stays as people have it; one that says something else is an error. */
function compare(
  { origin }: Located<Release>,
  known: ReleaseImages,
  found: ReleaseImages,
  { name, architecture, images }: OneRelease,
): Diagnostic[] {
  const keys = Object.keys(found) as (keyof ReleaseImages)[];
  const differing = keys.filter(
    (key) => known[key] !== undefined && JSON.stringify(known[key]) !== JSON.stringify(found[key]),
  );
  if (differing.length > 0) {
    throw failure('input', 'release-differs', `there is another Release document for ${name}`, {
      hint: 'A release never changes: find out which of the two is right, and remove the other.',
      detail: differing.map((key) => `${key}: ${images[key]}`).join('\n'),
      origin: at(origin, architecture, differing[0]!),
    });
  }
  const missing = keys.filter((key) => known[key] === undefined);
  if (missing.length === 0) return [];
  return [
    {
      code: 'release-lacks',
      severity: 'warning',
      source: 'input',
      message: `the Release document of ${name} says less than its payload`,
      hint: [`Add to its ${architecture}:`, ...missing.map((key) => `${key}: "${images[key]}"`)].join('\n'),
      origin: at(origin, architecture),
    },
  ];
}

function at(origin: Located<Release>['origin'], architecture: Architecture, ...more: string[]) {
  return { ...origin, path: [architecture, ...more] };
}

/** Strings in quotes: a version must not be read as a number. */
function print(content: object): string {
  return yaml.dump(content, { lineWidth: -1, quotingType: '"' });
}
