import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { failure } from '../diagnostics.ts';
import { readManifest } from './manifest.ts';

/** How a new repository depends on this package. */
export interface Dependency {
  readonly spec: string;
  /** The package as a file of the new repository, where npm has to find it there. */
  readonly vendored?: { readonly path: string; pack(): Uint8Array };
}

/**
 * A range of versions where this is an installed package. From a checkout, the checkout packed into the new repository:
 * `file:` and the checkout's path would be a link, for which npm builds the checkout anew at each install, which has
 * another cdk8s than the repository's own, and which no other machine can follow.
 * `root` is this package's folder.
 */
export function dependencyOnUs(root: string): Dependency {
  const { name, version } = readManifest(root);
  if (basename(dirname(root)) === 'node_modules') return { spec: `^${version}` };
  const path = `vendor/${name}-${version}.tgz`;
  return { spec: `file:${path}`, vendored: { path, pack: () => pack(root) } };
}

function pack(root: string): Uint8Array {
  if (!existsSync(join(root, 'lib', 'layers.js'))) {
    throw failure('input', 'not-built', `${root} is not built`, {
      hint: 'Run `npm run build` there: the new repository gets a copy of what it makes.',
    });
  }
  const folder = mkdtempSync(join(tmpdir(), 'layers-init-'));
  try {
    // Without its scripts: what runs here is what is packed, and it is built.
    const args = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
    const { status, stdout, stderr, error } = spawnSync('npm', args, { cwd: root, encoding: 'utf8' });
    if (status !== 0) {
      throw failure('internal', 'npm-pack', `npm could not pack ${root}`, {
        detail: error?.message ?? stderr.trim(),
      });
    }
    return readFileSync(join(folder, stdout.trim().split('\n').at(-1)!));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
