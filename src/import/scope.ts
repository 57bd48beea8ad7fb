import { posix } from 'node:path';
import type { StepProps } from '../spec/layer.ts';
import type { FileEntry, KnownFile, Piece } from './piece.ts';
import type { Arg } from './shell/literal.ts';
import type { ShellCommand } from './shell/script.ts';

/** What is known at a place of a stage. */
export interface Scope {
  /** The working directory. */
  cwd: string;
  /** The values of variables; undefined where one was declared and given none. */
  readonly variables: Map<string, string | undefined>;
  readonly pieces: Piece[];
  /** Files that were put somewhere, by path. */
  readonly files: Map<string, KnownFile>;
  /** Downloads of commands that save only some of them: files if all of them are meant. */
  readonly unsaved: Map<string, KnownFile>;
  /** epel-release, once it is installed: first as an RPM, then as the step that installs from it. */
  epel?: { readonly piece: Piece; readonly el?: string; readonly url: string; step?: EpelProps };
  /** The sum of what is at a URL; none where it is not to be fetched. */
  sumOf?(url: string): string;
  /** Whether rpm-ostree needs its wrappers to replace a kernel, as before 4.19. */
  readonly needsWrappers: boolean;
  report(problem: Remark): void;
}

export type EpelProps = Extract<StepProps, { epel?: unknown }>['epel'] & object;

/** Something to know of what was imported, at a piece. */
export interface Remark {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly severity?: 'error' | 'warning' | 'info';
  readonly lines: readonly [number, number];
}

/** A command that an idiom may know. */
export interface Found {
  /** Of a pipeline, in order. */
  readonly commands: readonly ShellCommand[];
  readonly comments: readonly string[];
  readonly lines: readonly [number, number];
}

/** What an idiom makes of a command. */
export interface Recognized {
  /** The steps that say it; without any it is left out, unless it `waits`. */
  readonly steps?: readonly StepProps[];
  /** Files that its steps take from where they come from. */
  readonly takes?: readonly KnownFile[];
  /** Pieces before it that its steps say as well. */
  readonly absorbs?: readonly Piece[];
  /** The piece before it whose steps say it. */
  readonly into?: Piece;
  /** Left to run, unless what comes after it says it. */
  readonly waits?: boolean;
  readonly makes?: readonly string[];
  readonly removes?: readonly string[];
  /** With its piece, once there is one. */
  placed?(piece: Piece): void;
}

/** A way of writing something for which there is a step: one file that holds all there is to know of it. */
export interface Idiom {
  readonly name: string;
  /** As people write it, and what becomes of that: for the docs, and their tests. */
  readonly examples: readonly { readonly code: string; readonly becomes: string }[];
  recognize(found: Found, scope: Scope): Recognized | undefined;
}

/** The arguments of the only command, where there is one and nothing else about it. */
export function argsOf({ commands: [command, ...others] }: Found): readonly Arg[] | undefined {
  if (command === undefined || others.length > 0 || command.assignments.length > 0) return undefined;
  const isQuiet = command.redirects.every(({ to }) => to === '/dev/null' || /^[12]$/.test(to));
  return command.input === undefined && isQuiet ? command.args : undefined;
}

/** As `argsOf`, where none of them is a pattern. */
export function wordsOf(found: Found): readonly string[] | undefined {
  const args = argsOf(found);
  return args?.every(({ isGlob }) => !isGlob) ? args.map(({ text }) => text) : undefined;
}

/** A path as it is from the working directory. */
export function resolvePath(path: string, scope: Scope): string {
  return posix.resolve(scope.cwd, path);
}

export function addFile(
  scope: Scope,
  path: string,
  piece: Piece,
  more: { readonly rpm?: KnownFile['rpm']; readonly entry?: FileEntry },
): void {
  scope.files.set(path, { path, piece, isTouched: false, isRemoved: false, ...more });
}

/** A known file that nothing of what is left to run has to do with. */
export function untouched(scope: Scope, path: string): KnownFile | undefined {
  const file = scope.files.get(path);
  return file === undefined || file.isTouched || file.isRemoved ? undefined : file;
}

/** Code that is left to run may change or need whatever it names, and whatever is in its working directory. */
export function touch(scope: Scope, code: string): void {
  for (const file of [...scope.files.values(), ...scope.unsaved.values()]) {
    const parts = file.path.split('/').slice(1);
    const names = [
      parts.at(-1)!,
      ...parts.slice(1).map((_, index) => `/${parts.slice(0, index + 2).join('/')}`),
    ];
    const isNear = scope.cwd !== '/' && file.path.startsWith(`${scope.cwd}/`);
    if (isNear || names.some((name) => code.includes(name))) file.isTouched = true;
  }
}
