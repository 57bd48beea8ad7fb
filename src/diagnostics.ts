/** Where something was written: a place in a file of `layers/`, or a construct. Line and column are looked up when it is printed. */
export interface Origin {
  /** Path of the file, relative to the repository's root. */
  readonly file?: string;
  /** Index of the YAML document within the file, from 0. */
  readonly document?: number;
  /** Path of the value within the document, or within the construct's props. */
  readonly path?: readonly (string | number)[];
  /** Line within a text of several lines that the path leads to, from 0. */
  readonly line?: number;
  /** Path of the construct, where it came from TypeScript. */
  readonly construct?: string;
  /** 0-based offset in the file, where the parser knew it (syntax errors). */
  readonly offset?: number;
}

/** `info` and `warning` never fail a command; `error` does. */
export type Severity = 'error' | 'warning' | 'info';

/** Who has to act: `input` the author, `finding` a reviewer, `build` and `remote` whoever runs the build, `internal` us. */
export type Source = 'input' | 'finding' | 'build' | 'remote' | 'internal';

export interface Related {
  readonly message: string;
  readonly origin: Origin;
}

/** Which instruction of which build failed, as data. */
export interface FailedStep {
  /** The build's hash. */
  readonly build: string;
  readonly pools: readonly string[];
  /** From 1, over all stages and with their FROMs, as progress counts them; none where it did not come to one. */
  readonly index?: number;
  readonly instruction?: string;
  /** The layer and the kind of its step; none for FROM and what ends a stage. */
  readonly layer?: string;
  readonly kind?: string;
  /** What of the step's own values it is about: a package, a URL, a unit. */
  readonly subject?: string;
  /** How often it was tried. */
  readonly attempts: number;
}

/** One thing that is wrong, where, and the way out. */
export interface Diagnostic {
  /** Stable, in kebab case: scripts may rely on it. */
  readonly code: string;
  readonly severity: Severity;
  readonly source: Source;
  readonly message: string;
  readonly hint?: string;
  readonly origin?: Origin;
  readonly related?: readonly Related[];
  /** More lines for people, such as the end of a log. Never a secret. */
  readonly detail?: string;
  readonly failed?: FailedStep;
}

/** The exit code of each source, the one that counts most first. */
const EXIT_CODES: readonly (readonly [Source, number])[] = [
  ['internal', 70],
  ['input', 2],
  ['build', 3],
  ['remote', 4],
  ['finding', 1],
];

/** 0 where nothing is an error; else the code of the gravest source among the errors. */
export function exitCodeOf(diagnostics: readonly Diagnostic[]): number {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  return EXIT_CODES.find(([source]) => errors.some((error) => error.source === source))?.[1] ?? 0;
}

/** What effects throw; caught in one place. Pure stages return diagnostics instead. */
export class LayersError extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(summarize).join('\n'));
    this.name = 'LayersError';
    this.diagnostics = diagnostics;
    // Where it was thrown helps nobody: the message says where the cause is. Node prints this when an app does not catch it.
    this.stack = `${this.name}: ${this.message}`;
  }
}

/** A LayersError of one diagnostic. */
export function failure(
  source: Source,
  code: string,
  message: string,
  more: Partial<Diagnostic> = {},
): LayersError {
  return new LayersError([{ code, severity: 'error', source, message, ...more }]);
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}

/** A place within what an origin is of. */
export function below(origin: Origin, path: readonly (string | number)[]): Origin {
  return { ...origin, path: [...(origin.path ?? []), ...path] };
}

/** `steps[0].hotfix.rpms`, as people write a path. */
export function formatPath(path: readonly (string | number)[] = []): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`))
    .join('');
}

/** One line without looking at any file: for logs, and for errors that reach users' own TypeScript. */
function summarize({ code, message, hint, origin }: Diagnostic): string {
  const place = [origin?.construct ?? origin?.file, formatPath(origin?.path)].filter(Boolean).join(': ');
  return `${place ? `${place}: ` : ''}${message} (${code})${hint ? `\n  ${hint}` : ''}`;
}
