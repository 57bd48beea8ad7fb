import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from '../../fixtures/process.ts';
import { pushIndex } from './push-index.ts';

export interface ImageOptions {
  /** Files by path, a layer each time; the last one is the newest. */
  readonly layers: readonly Readonly<Record<string, string>>[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly arch?: string;
}

/** Images made by buildah, in a folder of their own. */
export interface ImageMaker {
  /** Makes an image, and gives its name for `push`. */
  make(name: string, options: ImageOptions): Promise<void>;
  /** Pushes with skopeo, and gives the digest. */
  push(name: string, to: string, ...options: string[]): Promise<string>;
  /** Pushes an index over images of registries, and gives its name by digest. */
  index(to: string, images: readonly string[]): Promise<string>;
  remove(): Promise<void>;
}

export async function imageMaker(): Promise<ImageMaker> {
  const scratch = await mkdtemp(join(tmpdir(), 'layers-payload-'));
  const storage = [
    ...['--root', join(scratch, 'root'), '--runroot', join(scratch, 'run')],
    ...['--storage-driver', 'vfs'],
  ];
  const buildah = async (...args: string[]) => (await run('buildah', [...storage, ...args])).trim();
  return {
    async make(name, { layers, labels = {}, arch = 'amd64' }) {
      let from = 'scratch';
      for (const [index, files] of layers.entries()) {
        const container = await buildah('from', '--pull-never', from);
        const folder = join(scratch, `${name}-${index}`);
        for (const [path, content] of Object.entries(files)) {
          await mkdir(dirname(join(folder, path)), { recursive: true });
          await writeFile(join(folder, path), content);
        }
        await buildah('copy', container, folder, '/');
        const marks = Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]);
        await buildah('config', '--arch', arch, ...marks, container);
        from = `localhost/${name}:${index}`;
        await buildah('commit', '--quiet', '--rm', container, from);
      }
      await buildah('push', '--quiet', from, `oci:${join(scratch, 'images')}:${name}`);
    },
    async push(name, to, ...options) {
      const file = join(scratch, 'digest');
      const source = `oci:${join(scratch, 'images')}:${name}`;
      await run('skopeo', ['copy', '--quiet', '--digestfile', file, ...options, source, `docker://${to}`]);
      return (await readFile(file, 'utf8')).trim();
    },
    index: (to, images) => pushIndex(buildah, to, images),
    remove: () => rm(scratch, { recursive: true, force: true }),
  };
}

/** A payload's image-references, as `oc adm release new` writes them. */
export function imageReferences(
  version: string,
  images: Readonly<Record<string, string>>,
  machineOs?: string,
): string {
  const tags = Object.entries(images).map(([name, from]) => ({
    name,
    annotations:
      name === 'rhel-coreos' && machineOs ? { 'io.openshift.build.versions': `machine-os=${machineOs}` } : {},
    from: { kind: 'DockerImage', name: from },
  }));
  return JSON.stringify({
    kind: 'ImageStream',
    apiVersion: 'image.openshift.io/v1',
    metadata: { name: version },
    spec: { lookupPolicy: { local: false }, tags },
  });
}

/** The layers of a payload: the operator's, and the newest, with what the release is made of. */
export function payloadOf(version: string, references: string): ImageOptions {
  return {
    layers: [
      { 'usr/bin/cluster-version-operator': 'a program\n', 'etc/os-release': 'NAME="a base"\n' },
      { 'manifests/0000_00_namespace.yaml': 'kind: Namespace\n' },
      {
        'release-manifests/0000_50_config.yaml': 'kind: Config\n',
        'release-manifests/image-references': references,
        'release-manifests/release-metadata': JSON.stringify({ kind: 'cincinnati-metadata-v0', version }),
      },
    ],
    labels: { 'io.openshift.release': version },
  };
}
