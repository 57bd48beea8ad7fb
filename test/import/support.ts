import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { type ImportOptions, type ImportResult, importFiles } from '../../src/actions/import.ts';
import { type Diagnostic, LayersError } from '../../src/diagnostics.ts';
import { locate } from '../../src/spec/locate.ts';

export const DIGEST = `sha256:${'4'.repeat(64)}`;
export const BASE = `quay.io/example/os@${DIGEST}`;

const RELEASE = `kind: Release
name: "4.19.3"
amd64: { rhel-coreos: "${BASE}", el: "9.6" }
`;

export interface Imported {
  readonly steps: readonly Record<string, never>[];
  readonly pool: Record<string, unknown> | undefined;
  readonly text: string;
  readonly result: ImportResult;
  /** Codes of what is to be known of it. */
  readonly codes: readonly string[];
}

export interface Options extends Partial<Omit<ImportOptions, 'root' | 'files' | 'buildArgs'>> {
  /** Beside the Containerfile, by path. */
  readonly context?: never;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly buildArgs?: Readonly<Record<string, string>>;
  /** The name of what is imported. */
  readonly file?: string;
  /** More files to import with it. */
  readonly more?: readonly string[];
}

/** Imports a Containerfile in a repository of its own, which has one release. */
export function imported(
  text: string,
  { files = {}, buildArgs = {}, file = 'Containerfile', more = [], ...options }: Options = {},
): Imported {
  return inRepository(files, (root) => {
    writeFileSync(join(root, file), text);
    const result = importFiles({
      root,
      files: [file, ...more].map((name) => join(root, name)),
      name: 'sample',
      image: 'registry.example.com/os/sample',
      withPool: true,
      fetch: false,
      force: false,
      dryRun: false,
      buildArgs: new Map(Object.entries(buildArgs)),
      ...options,
    });
    const written = result.files[0]!.text!;
    const [layer, pool] = parseAllDocuments(written).map((document) => document.toJS());
    return {
      steps: layer.steps,
      pool,
      text: written,
      result,
      codes: result.diagnostics.map(({ code }) => code),
    };
  });
}

/** As `imported`, of a Containerfile that has these instructions after its FROM. */
export function instructions(text: string, options: Options = {}): Imported {
  return imported(`FROM ${BASE}\n${text}\n`, options);
}

/** The kinds of its steps. */
export function kindsOf({ steps }: Imported): string[] {
  return steps.map((step) => Object.keys(step)[0]!);
}

/** What is wrong with it, each as `line:column code`. */
export function refusals(text: string, options: Options = {}): string[] {
  const { file = 'Containerfile' } = options;
  return diagnosticsOf(text, options)
    .filter(({ severity }) => severity === 'error')
    .map(({ code, origin }) => {
      const place = origin?.file === file ? locate(text, origin) : undefined;
      return `${place === undefined ? (origin?.file ?? '') : `${place.line}:${place.column}`} ${code}`.trim();
    });
}

export function diagnosticsOf(text: string, options: Options = {}): readonly Diagnostic[] {
  try {
    return imported(text, options).result.diagnostics;
  } catch (error) {
    if (error instanceof LayersError) return error.diagnostics;
    throw error;
  }
}

export function inRepository<T>(
  files: Readonly<Record<string, string | Uint8Array>>,
  use: (root: string) => T,
): T {
  const root = mkdtempSync(join(tmpdir(), 'layers-import-'));
  try {
    for (const [path, content] of Object.entries({ 'layers/releases.yaml': RELEASE, ...files })) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
    return use(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
