import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFiles } from '../../constructs/write-files.ts';
import { type Diagnostic, failure, LayersError } from '../../diagnostics.ts';
import type { Side } from '../../diff/compare.ts';
import type { SideName } from '../../diff/model.ts';
import type { History } from '../../git/history.ts';
import { LAYERS } from '../../spec/load.ts';
import { CONFIG, readConfig } from '../../synth/config.ts';
import { type Files, readFiles } from '../../synth/dist.ts';
import { drift, render } from '../../synth/synth.ts';

export interface Read {
  readonly side: Side;
  readonly notes: readonly Diagnostic[];
}

export interface Range {
  readonly from: string;
  /** None is the work tree. */
  readonly to?: string;
  readonly fromMergeBase: boolean;
}

/** `A`, `A..B` or `A...B`, as git has them: what is left out is HEAD. */
export function parseRange(text: string): Range {
  const [, from, dots, to] = /^(.*?)(\.{2,3})(.*)$/.exec(text) ?? [];
  if (dots === undefined) return { from: text, fromMergeBase: false };
  return { from: from || 'HEAD', to: to || 'HEAD', fromMergeBase: dots === '...' };
}

/** A commit as it is in git: nothing is checked out. Where `dist/` is not committed, it is what `layers/` compile to. */
export async function committedSide(
  history: History,
  { name, commit }: { readonly name: string; readonly commit: string | undefined },
): Promise<Read> {
  // Before the first commit there is nothing.
  if (commit === undefined) return { side: { name: { name }, dist: new Map(), texts: new Map() }, notes: [] };
  const files = await history.files(commit, ['dist', LAYERS, CONFIG]);
  const dist = below(files, 'dist/');
  const texts = textsOf(files);
  const side = { name: { name, commit }, dist, texts };
  if (dist.size > 0 || texts.size === 0) return { side, notes: [] };
  return { side: { ...side, dist: await rendered(files, side.name) }, notes: [] };
}

/** The files as they are. Where `dist/` was never written, it is what `layers/` compile to. */
export function workTreeSide(root: string): Read {
  const name = { name: 'work tree' };
  const files = onlyFiles(readFiles(join(root, LAYERS)), `${LAYERS}/`);
  const texts = textsOf(files);
  const dist = onlyFiles(readFiles(join(root, 'dist')));
  if (dist.size === 0) return { side: { name, dist: render(root).files, texts }, notes: [] };
  return { side: { name, dist, texts }, notes: staleness(root) };
}

/** Documents by their paths below the root: those in folders are none. */
function textsOf(files: Files): Map<string, string> {
  return new Map(
    [...files]
      .filter(([path]) => /^layers\/[^./][^/]*\.ya?ml$/.test(path))
      .map(([path, content]) => [path, Buffer.from(content).toString('utf8')]),
  );
}

function below(files: Files, folder: string): Files {
  return new Map(
    [...files].flatMap(([path, content]) =>
      path.startsWith(folder) ? [[path.slice(folder.length), content] as const] : [],
    ),
  );
}

function onlyFiles(files: ReadonlyMap<string, Uint8Array | undefined>, prefix = ''): Files {
  return new Map(
    [...files].flatMap(([path, content]) =>
      content === undefined ? [] : [[`${prefix}${path}`, content] as const],
    ),
  );
}

/** What a commit's `layers/` compile to, in a folder of our own. A program would need its modules, and is not run. */
async function rendered(files: Files, { name }: SideName): Promise<Files> {
  const folder = await mkdtemp(join(tmpdir(), 'layers-diff-'));
  try {
    writeFiles(folder, files);
    if (readConfig(folder).foreignApp !== undefined)
      throw failure(
        'input',
        'dist-not-committed',
        `${name} has no dist/, and its pools are made by a program`,
        {
          hint: 'Commit dist/: it is what is reviewed and deployed, and what is compared here.',
        },
      );
    return render(folder).files;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Said where `dist/` is not what `layers/` say: what is shown is what would be applied now. */
function staleness(root: string): Diagnostic[] {
  try {
    const changes = drift(root, render(root).files);
    if (changes.length === 0) return [];
    return [stale(`${changes.length} file${changes.length > 1 ? 's' : ''} of dist/ would be another`)];
  } catch (error) {
    if (!(error instanceof LayersError)) throw error;
    return [stale(`layers/ cannot be compiled: ${error.diagnostics[0]!.message}`)];
  }
}

function stale(why: string): Diagnostic {
  return {
    code: 'diff-of-stale-dist',
    severity: 'warning',
    source: 'finding',
    message: `dist/ is compared as it is, and not what layers/ say now: ${why}`,
    hint: '`layers synth` writes it anew.',
  };
}
