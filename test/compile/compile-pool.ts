import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { compilePool } from '../../src/compile/compile.ts';
import { openSources } from '../../src/compile/sources.ts';
import type { Diagnostic } from '../../src/diagnostics.ts';
import { formatPath } from '../../src/diagnostics.ts';
import { loadLibrary } from '../../src/spec/load.ts';

export const DIGEST = `sha256:${'a1'.repeat(32)}`;
export const OTHER = `sha256:${'b2'.repeat(32)}`;

export interface PoolInput {
  readonly pool?: object;
  readonly layers?: readonly { readonly name: string; readonly steps: readonly object[] }[];
  readonly images?: object;
  /** More of its Release documents, as other architectures are. */
  readonly releases?: object;
  /** Below `layers/`. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
}

const LAYERS = [{ name: 'tools', steps: [{ packages: { install: ['a'] } }] }];

export const MACHINE_OS_CONFIG = {
  machineOSConfig: { renderedImagePushSpec: 'q.io/os/worker:1', renderedImagePushSecret: { name: 'push' } },
};

/** A repository in a folder of its own, until the test ends. */
export function repository({
  pool = {},
  layers = LAYERS,
  images = {},
  releases = {},
  files = {},
}: PoolInput): string {
  const root = mkdtempSync(join(tmpdir(), 'layers-compile-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const release = '4.19.3';
  const documents = [
    ...layers.map((layer) => ({ kind: 'Layer', ...layer })),
    ...[release, '4.22.1', '4.18.21', '4.17.2'].map((name) => ({
      kind: 'Release',
      name,
      amd64: { 'rhel-coreos': `q.io/base@${DIGEST}`, el: '9.6', ...images },
      ...releases,
    })),
    {
      kind: 'Pool',
      name: 'worker',
      release,
      layers: layers.map(({ name }) => name),
      target: { machineConfig: { image: 'q.io/os/worker' } },
      ...pool,
    },
  ];
  const all = { 'all.yaml': documents.map((document) => stringify(document)).join('---\n'), ...files };
  for (const [path, content] of Object.entries(all)) {
    mkdirSync(dirname(join(root, 'layers', path)), { recursive: true });
    writeFileSync(join(root, 'layers', path), content);
  }
  return root;
}

/** The only pool of a repository, through the same door as `layers synth`. */
export function compileIn(root: string) {
  const { library, diagnostics } = loadLibrary(root);
  if (diagnostics.length > 0) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  const [pool] = library.pools;
  return compilePool({ pool: pool!, library, sources: openSources(root) });
}

export function compile(input: PoolInput) {
  const { compiled, diagnostics } = compileIn(repository(input));
  if (compiled === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return compiled;
}

/** What is wrong, each as `code path: message`. */
export function errorsOf(input: PoolInput | string): string[] {
  const { diagnostics } = compileIn(typeof input === 'string' ? input : repository(input));
  return diagnostics.filter(({ severity }) => severity === 'error').map(line);
}

const line = ({ code, origin, message }: Diagnostic) => `${code} ${formatPath(origin?.path)}: ${message}`;
