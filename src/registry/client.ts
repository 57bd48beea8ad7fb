import { type Digest, parseDigest } from '../values/digest.ts';
import { formatImageRef, type ImageRef } from '../values/image-ref.ts';
import { type BlobReader, readBlob } from './blob.ts';
import { malformed, notFound, type Request, wrongDigest } from './errors.ts';
import type { Answer } from './http.ts';
import { type Descriptor, digestOf, type ImageConfig, MANIFEST_TYPES, parseObject } from './manifest.ts';
import type { Scheme } from './scheme.ts';
import { openSession, type Session, type SessionOptions } from './session.ts';
import { deleteManifest, listTags } from './tags.ts';

/** What a registry says that it has under a name. Nothing of it is verified. */
export interface ManifestHead {
  readonly digest: Digest;
  readonly mediaType: string;
}

/** A manifest whose bytes have this sum. */
export interface Manifest extends ManifestHead {
  readonly bytes: Buffer;
  readonly content: Readonly<Record<string, unknown>>;
}

/** One registry. Every question throws a LayersError of the source `remote` where it gets no answer. */
export interface Registry {
  readonly host: string;
  scheme(): Promise<Scheme>;
  /** What a tag points at, or whether a digest is there; undefined where it is not. */
  headManifest(ref: ImageRef): Promise<ManifestHead | undefined>;
  getManifest(ref: ImageRef): Promise<Manifest>;
  /** Puts a manifest under a tag, and gives its digest. What it lists has to be there. */
  putManifest(ref: ImageRef, mediaType: string, text: string): Promise<Digest>;
  getConfig(repository: string, digest: Digest): Promise<ImageConfig>;
  /** What `read` makes of a blob's bytes; see blob.ts. */
  readBlob<T>(repository: string, blob: Descriptor, read: BlobReader<T>): Promise<T>;
  /** All tags of a repository; none where there is no such repository. */
  listTags(repository: string): Promise<string[]>;
  /** Deletes a manifest, and with it every tag that points at it. False where it is gone already. */
  deleteManifest(repository: string, digest: Digest): Promise<boolean>;
  /** Ends idle connections, which otherwise end by themselves and keep no process alive. */
  close(): void;
}

export type RegistryOptions = SessionOptions;

// The limits of containers/image.
const LIMIT = 4 << 20;

export function openRegistry(host: string, options: RegistryOptions = {}): Registry {
  const session = openSession(host, options);
  return {
    host,
    scheme: () => session.scheme(),
    headManifest: (ref) => headManifest(session, ref),
    getManifest: (ref) => getManifest(session, ref),
    putManifest: (ref, mediaType, text) => putManifest(session, ref, mediaType, text),
    getConfig: (repository, digest) => getConfig(session, { host, repository }, digest),
    readBlob: (repository, blob, read) => readBlob(session, { host, repository }, blob, read),
    listTags: (repository) => listTags(session, { host, repository }),
    deleteManifest: (repository, digest) => deleteManifest(session, { host, repository }, digest),
    close: () => session.close(),
  };
}

async function headManifest(session: Session, ref: ImageRef): Promise<ManifestHead | undefined> {
  const answer = await askManifest(session, ref, 'HEAD');
  if (answer.status === 404) return undefined;
  const said = answer.headers['docker-content-digest'];
  // The header is optional; where it is missing, the sum of the manifest itself tells.
  if (said === undefined) return headOf(await getManifest(session, ref));
  const digest = digestIn(said);
  if (digest === undefined) throw malformed(ref.registry, `gives ${nameOf(ref)} a digest that is none`);
  if (ref.digest !== undefined && digest !== ref.digest)
    throw wrongDigest(requestOf(ref), nameOf(ref), digest);
  return { digest, mediaType: mediaTypeOf(answer) };
}

async function getManifest(session: Session, ref: ImageRef): Promise<Manifest> {
  const answer = await askManifest(session, ref, 'GET');
  if (answer.status === 404) throw notFound(requestOf(ref), nameOf(ref));
  const bytes = answer.body;
  const digest = digestOf(bytes);
  // By tag, what the registry says of it has to be true: else a later question by digest is about something else.
  const expected = ref.digest ?? digestIn(answer.headers['docker-content-digest']) ?? digest;
  if (digest !== expected) throw wrongDigest(requestOf(ref), nameOf({ ...ref, digest: expected }), digest);
  const content = parseObject(bytes);
  if (content === undefined) throw malformed(ref.registry, `has no JSON in the manifest of ${nameOf(ref)}`);
  const { mediaType } = content;
  return {
    digest,
    // The manifest's own word is covered by its sum; the header is not.
    mediaType: typeof mediaType === 'string' ? mediaType : mediaTypeOf(answer),
    bytes,
    content,
  };
}

async function putManifest(session: Session, ref: ImageRef, type: string, text: string): Promise<Digest> {
  const { repository, tag } = ref;
  const digest = digestOf(Buffer.from(text));
  const path = `manifests/${tag ?? digest}`;
  const answer = await session.ask({
    method: 'PUT',
    repository,
    path,
    body: { type, text },
    answers: [200, 201],
    limit: LIMIT,
  });
  const said = digestIn(answer.headers['docker-content-digest']);
  if (said !== undefined && said !== digest)
    throw wrongDigest(requestOf(ref), nameOf({ ...ref, digest }), said);
  return digest;
}

async function getConfig(session: Session, request: Request, digest: Digest): Promise<ImageConfig> {
  const { host, repository } = request;
  const name = `${repository}@${digest}`;
  const answer = await session.ask({ method: 'GET', repository, path: `blobs/${digest}`, limit: LIMIT });
  if (answer.status === 404) throw notFound(request, `configuration ${name}`);
  const actual = digestOf(answer.body);
  if (actual !== digest) throw wrongDigest(request, `the configuration ${name}`, actual);
  const config = parseObject(answer.body);
  if (config === undefined) throw malformed(host, `has no JSON in the configuration ${name}`);
  return config as ImageConfig;
}

function askManifest(session: Session, { repository, digest, tag }: ImageRef, method: 'GET' | 'HEAD') {
  const path = `manifests/${digest ?? tag ?? 'latest'}`;
  return session.ask({ method, repository, path, accept: MANIFEST_TYPES.join(', '), limit: LIMIT });
}

function headOf({ digest, mediaType }: Manifest): ManifestHead {
  return { digest, mediaType };
}

function mediaTypeOf({ headers }: Answer): string {
  return (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
}

function digestIn(header: string | string[] | undefined): Digest | undefined {
  return typeof header === 'string' && /^sha256:[0-9a-f]{64}$/.test(header) ? parseDigest(header) : undefined;
}

function requestOf({ registry, repository }: ImageRef): Request {
  return { host: registry, repository };
}

function nameOf(ref: ImageRef): string {
  return formatImageRef(ref).slice(ref.registry.length + 1);
}
