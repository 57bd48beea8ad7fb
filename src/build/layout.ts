import { copyFile, link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { IndexEntry } from '../registry/manifest.ts';
import { type Digest, parseDigest } from '../values/digest.ts';
import { LOCAL } from './journal.ts';

/** The OCI layout of a build that was not pushed, in which its name is the build's hash. */
export function layoutFolder(root: string, hash: string): string {
  return join(root, LOCAL, 'images', hash);
}

/** The digest of the image that a layout has; undefined where there is none, or not a whole one. */
export async function readLayout(folder: string): Promise<Digest | undefined> {
  try {
    const { manifests } = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8')) as {
      manifests: { digest: string }[];
    };
    return manifests.length === 1 ? parseDigest(manifests[0]!.digest) : undefined;
  } catch {
    return undefined;
  }
}

/** Puts a finished layout in its place. The one before it stays until then. */
export async function keepLayout(made: string, folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  await rm(folder, { recursive: true, force: true });
  await rename(made, folder);
}

/** What an index says of the image that a layout has. */
export async function entryOf(folder: string, digest: Digest): Promise<IndexEntry> {
  const bytes = await readFile(blobFile(folder, digest));
  const { mediaType } = JSON.parse(bytes.toString('utf8')) as { mediaType?: string };
  return {
    mediaType: mediaType ?? 'application/vnd.oci.image.manifest.v1+json',
    digest,
    size: bytes.length,
  };
}

/** Makes a layout of an index, called `name` in it, and all that the layouts of its images have. */
export async function makeIndexLayout(
  folder: string,
  name: string,
  { mediaType, digest, text }: { readonly mediaType: string; readonly digest: Digest; readonly text: string },
  images: readonly string[],
): Promise<void> {
  const blobs = join(folder, 'blobs', 'sha256');
  await mkdir(blobs, { recursive: true });
  for (const from of images.map((image) => join(image, 'blobs', 'sha256'))) {
    for (const blob of await readdir(from)) await share(join(from, blob), join(blobs, blob));
  }
  await writeFile(blobFile(folder, digest), text);
  await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const annotations = { 'org.opencontainers.image.ref.name': name };
  const manifests = [{ mediaType, digest, size: Buffer.byteLength(text), annotations }];
  await writeFile(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
}

function blobFile(folder: string, digest: Digest): string {
  return join(folder, 'blobs', ...digest.split(':'));
}

/** A blob is gigabytes, and never changed: it is there twice only where the file system has no links. */
async function share(from: string, to: string): Promise<void> {
  await link(from, to).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') await copyFile(from, to);
  });
}
