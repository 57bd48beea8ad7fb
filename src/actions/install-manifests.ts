import { mkdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { atomicWrite } from '../build/atomic-write.ts';
import { DIST } from '../build/dist.ts';
import { type Manifest, readManifests } from '../build/manifests.ts';
import { effectivePool } from '../compile/effective.ts';
import type { PoolInstance } from '../compile/instances.ts';
import { printManifests } from '../constructs/manifests.ts';
import { below, type Diagnostic, failure, hasErrors, LayersError } from '../diagnostics.ts';
import type { Library } from '../spec/library.ts';
import { LAYERS } from '../spec/load.ts';
import { parseSpec } from '../spec/parse.ts';
import { formatImageRef, type PinnedImage } from '../values/image-ref.ts';
import { parsePoolId } from '../values/pool-id.ts';
import { preBuiltImage } from '../values/pre-built-image.ts';
import { isAtLeast } from '../values/release-version.ts';
import { findPool } from './pools.ts';

const PRE_BUILT_IMAGE = 'machineconfiguration.openshift.io/pre-built-image';

export interface InstallManifestsOptions {
  readonly root: string;
  readonly pool: string;
  /** What the nodes are installed with: an image by digest. */
  readonly image: string;
  /** The folder for the manifests, relative to the working directory. */
  readonly to: string;
}

export interface InstallManifestsResult {
  readonly pool: string;
  /** What has these bytes now. */
  readonly files: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** A pool's manifests for the installation of its cluster: its first image is built before there is a cluster to build it. */
export async function installManifests(options: InstallManifestsOptions): Promise<InstallManifestsResult> {
  const { root, to } = options;
  const image = imageOf(options.image);
  const { instance, library } = findPool(root, options.pool);
  const id = parsePoolId(options.pool);
  assertPossible(instance, library);
  const manifests = readManifests(root, id).map((manifest) =>
    manifest.kind === 'MachineOSConfig' ? preBuilt(manifest, image) : manifest,
  );
  const files = manifests.map((manifest) => ({
    path: join(to, `${manifest.kind.toLowerCase()}-${manifest.metadata.name}.yaml`),
    text: printManifests([manifest]),
  }));
  await makeFolder(root, to);
  for (const { path, text } of files) await atomicWrite(path, text).catch((error) => notAFolder(to, error));
  return {
    pool: options.pool,
    files: files.map(({ path }) => path),
    diagnostics: [leftBehind(id.pool)],
  };
}

function imageOf(text: string): PinnedImage {
  const { value, diagnostics } = parseSpec(preBuiltImage, text, { construct: '--image' });
  if (value === undefined) throw new LayersError(diagnostics);
  return value;
}

/** Argo CD applies what is in dist/, and `layers` reads what is in layers/: neither is a place for what is applied once. */
async function makeFolder(root: string, to: string): Promise<void> {
  const real = await realpathOfNearest(resolve(to));
  for (const own of [DIST, LAYERS]) {
    const taken = await realpathOfNearest(join(root, own));
    if (real !== taken && !real.startsWith(`${taken}${sep}`)) continue;
    throw failure('input', 'not-for-install-manifests', `${to} is ${own}/ of this repository, or in it`, {
      hint: 'These manifests are for the installation only, and must not reach a live cluster: take the manifests/ folder of the installer.',
    });
  }
  await makeFolders(real).catch((error) => notAFolder(to, error));
}

/** Node's own recursive mkdir tries forever where a folder takes no new ones, as /proc does: it says ENOENT. */
async function makeFolders(folder: string): Promise<void> {
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder) return;
  if (dirname(folder) !== folder) await makeFolders(dirname(folder));
  await mkdir(folder);
}

function notAFolder(to: string, { message }: Error): never {
  throw failure('input', 'not-a-folder', `${to} is not a folder that can be written to`, {
    hint: 'Name another one: --to <folder>.',
    detail: message,
  });
}

/** Where a path leads, though its last parts may not be there yet. */
async function realpathOfNearest(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(await realpathOfNearest(parent), path.slice(parent.length));
  }
}

/** Whether its cluster builds the pool, and knows the annotation. */
function assertPossible({ pool, cluster }: PoolInstance, library: Library): void {
  const { effective, diagnostics } = effectivePool(pool, library, cluster);
  if (effective === undefined || hasErrors(diagnostics)) throw new LayersError(diagnostics);
  const { release, target, origins } = effective;
  const at = (key: string) => ({ origin: origins.get(key) ?? below(pool.origin, ['name']) });
  if (target.machineOSConfig === undefined) {
    throw failure('input', 'not-built-by-cluster', `${pool.value.name} is not built by its cluster`, {
      hint: 'A MachineConfig has its image by digest from the start: give the installer what is in dist/.',
      ...at('target'),
    });
  }
  if (!isAtLeast(release, '4.21')) {
    throw failure('input', 'release-too-old', `OpenShift ${release} does not know pre-built images`, {
      hint: 'They came with 4.21. Before, a cluster builds its first image after it was installed.',
      ...at('release'),
    });
  }
}

function preBuilt(manifest: Manifest, image: PinnedImage): Manifest {
  const { metadata } = manifest;
  const annotations = { ...metadata.annotations, [PRE_BUILT_IMAGE]: formatImageRef(image) };
  return { ...manifest, metadata: { ...metadata, annotations } };
}

function leftBehind(pool: string): Diagnostic {
  return {
    code: 'for-installation-only',
    severity: 'warning',
    source: 'finding',
    message: `the annotation makes a MachineConfig 10-prebuiltimage-osimageurl-${pool}, which nothing removes`,
    hint: 'On a live cluster it stays behind, and from 4.22 on it keeps the base of the pool as it is: give these files to the installer only.',
  };
}
