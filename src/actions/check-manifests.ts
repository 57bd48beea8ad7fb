import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Manifest } from '../checks/manifests/manifests.ts';
import { readManifests } from '../checks/manifests/read.ts';
import { rulesOf } from '../checks/manifests/releases.ts';
import { checkManifests as checkObjects, KINDS } from '../checks/manifests/run.ts';
import type { Silenced } from '../checks/silence.ts';
import { type Diagnostic, failure } from '../diagnostics.ts';
import type { ReleaseVersion } from '../values/release-version.ts';
import { asError } from './strict.ts';

export interface CheckManifestsOptions {
  /** The folder that paths are relative to. */
  readonly root: string;
  /** Files, folders, and `<stdin>` for what is piped in. */
  readonly paths: readonly string[];
  /** The release whose rules hold: `4.19` or `4.19.3`. Default: the newest that is known. */
  readonly release?: string;
  /** Make errors of warnings. */
  readonly strict?: boolean;
  /** What is piped in. */
  readonly stdin: () => string;
}

export interface CheckManifestsResult {
  readonly diagnostics: readonly Diagnostic[];
  /** What annotations silence, each with its reason. */
  readonly silenced: readonly Silenced[];
  readonly release: ReleaseVersion;
  /** How many objects there are rules for, of all that were read. */
  readonly checked: number;
  /** Every text that was read, by the name that its diagnostics have. */
  readonly texts: ReadonlyMap<string, string>;
}

const STDIN = '<stdin>';

/** Checks objects that somebody else wrote. No `layers/` is needed. */
export function checkManifests({
  root,
  paths,
  release: wanted,
  strict = false,
  stdin,
}: CheckManifestsOptions): CheckManifestsResult {
  const release = rulesOf(wanted);
  const texts = new Map(
    paths.flatMap((path): [string, string][] => {
      if (path === STDIN) return [[path, stdin()]];
      const files = filesOf(root, path);
      if (files === undefined) return [[path, read(root, path)]];
      return files
        .map((file): [string, string] => [file, read(root, file)])
        .filter(([, text]) => isOfUs(text));
    }),
  );
  const diagnostics: Diagnostic[] = [];
  const objects: Manifest[] = [];
  for (const [file, text] of texts) {
    const parsed = readManifests(text, file);
    objects.push(...parsed.objects);
    diagnostics.push(...parsed.diagnostics);
  }
  const found = checkObjects({ release, objects });
  diagnostics.push(...found.diagnostics);
  diagnostics.sort(byPlace([...texts.keys()]));
  const checked = objects.filter(({ kind }) => (KINDS as readonly string[]).includes(kind)).length;
  return {
    diagnostics: strict ? diagnostics.map(asError) : diagnostics,
    silenced: found.silenced,
    release,
    checked,
    texts,
  };
}

/** Object by object, in the order of the files. Those of one object stay as they were found. */
function byPlace(files: readonly string[]) {
  const key = ({ origin }: Diagnostic): number[] => {
    const [first, index] = origin?.path ?? [];
    const item = first === 'items' ? Number(index) : 0;
    return [files.indexOf(origin?.file ?? ''), origin?.document ?? 0, item];
  };
  return (a: Diagnostic, b: Diagnostic): number => {
    const [left, right] = [key(a), key(b)];
    return left.map((value, index) => value - right[index]!).find((difference) => difference !== 0) ?? 0;
  };
}

/** Every manifest below a folder; undefined where it is none. What git and npm keep there is not looked at. */
function filesOf(root: string, path: string): string[] | undefined {
  if (statSync(resolve(root, path), { throwIfNoEntry: false })?.isDirectory() !== true) return undefined;
  return readdirSync(resolve(root, path), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const inner = join(path, entry.name);
      if (entry.isDirectory()) {
        return entry.name === 'node_modules' || entry.name.startsWith('.') ? [] : filesOf(root, inner)!;
      }
      return entry.isFile() && /\.(ya?ml|json)$/.test(entry.name) ? [inner] : [];
    });
}

/** Whether a text may have anything that the rules are about: a folder has charts and much else, which is not even parsed. */
function isOfUs(text: string): boolean {
  return /machineconfiguration\.openshift\.io\/|\bkind["']?:\s*["']?(Secret|Image\w+MirrorSet|ImageContentSourcePolicy)\b/.test(
    text,
  );
}

function read(root: string, file: string): string {
  try {
    return readFileSync(resolve(root, file), 'utf8');
  } catch (error) {
    throw failure('input', 'no-manifests', `${file} cannot be read: ${(error as Error).message}`, {
      hint: 'Name files or folders of manifests, or - for what is piped in.',
    });
  }
}
