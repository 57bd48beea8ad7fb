import { type Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Extract } from 'tar-stream';
import { failure, LayersError } from '../diagnostics.ts';

/** A file, folder, link or device that a layer has. */
export interface LayerEntry {
  /** Below the image's root, without a slash at either end. */
  readonly path: string;
  readonly type: string;
  /** Bytes of its content. */
  readonly size: number;
  /** Where a link leads. */
  readonly target: string | undefined;
  /** Its content, which is there until the visit ends. One that has more bytes is refused. */
  content(limit: number): Promise<Buffer>;
}

export interface LayerOptions {
  /** What an error calls the layer. */
  readonly name: string;
  /** The most bytes that it may have unpacked. */
  readonly limit: number;
}

/**
 * Shows each entry of a layer to `visit`, in the tar's order. How it is packed is seen from its first bytes: mirrors pack
 * anew, and keep the media type.
 */
export async function readLayer(
  bytes: AsyncIterable<Buffer>,
  { name, limit }: LayerOptions,
  visit: (entry: LayerEntry) => Promise<void> | void,
): Promise<void> {
  const { extract } = (await import('tar-stream')).default;
  const tar = extract();
  // Its types are those of streamx, which has none.
  const sink = tar as unknown as NodeJS.WritableStream;
  const flow = (async () => {
    const { start, all } = await startOf(bytes);
    const unpacked = (chunks: AsyncIterable<Buffer>) => atMost(chunks, limit, name);
    const unpack = await decompressor(start, name);
    await (unpack ? pipeline(all, unpack, unpacked, sink) : pipeline(all, unpacked, sink));
  })();
  // The pipeline ends the tar with its error; what fails before there is one has to do so itself.
  flow.catch((error) => tar.destroy(error));
  let visitors: unknown;
  try {
    for await (const entry of tar) {
      try {
        await visit(describe(entry, name));
      } catch (error) {
        visitors = error;
        throw error;
      }
      entry.resume();
    }
    await flow;
  } catch (error) {
    throw error === visitors ? error : problem(name, error as Error);
  }
}

/** What a library says is wrong with the bytes, as our error; ours stay as they are. */
function problem(name: string, error: Error): Error {
  if (error instanceof LayersError) return error;
  // As tar-stream says it of whatever it is given.
  const isNoTar = error.message.startsWith('Invalid tar header');
  return unreadable(
    name,
    isNoTar ? 'it is no tar, plain or packed with gzip or zstd' : `it cannot be unpacked (${error.message})`,
  );
}

type TarEntry = Extract extends AsyncIterable<infer Entry> ? Entry : never;

function describe(entry: TarEntry, name: string): LayerEntry {
  const { name: path, type, size = 0, linkname } = entry.header;
  return {
    path: path.replace(/^(?:\.?\/)+|\/+$/g, ''),
    type: type ?? 'file',
    size,
    target: linkname ?? undefined,
    async content(limit) {
      if (size > limit) throw unreadable(name, `${path} has ${size} bytes, and may have ${limit}`);
      const chunks: Buffer[] = [];
      try {
        for await (const chunk of entry) chunks.push(chunk as Buffer);
      } catch (error) {
        throw problem(name, error as Error);
      }
      return Buffer.concat(chunks);
    },
  };
}

/** The first four bytes, and all of them, those included. */
async function startOf(bytes: AsyncIterable<Buffer>): Promise<{ start: Buffer; all: Readable }> {
  const source = bytes[Symbol.asyncIterator]();
  let start = Buffer.alloc(0);
  while (start.length < 4) {
    const { done, value } = await source.next();
    if (done) break;
    start = Buffer.concat([start, value]);
  }
  async function* all(): AsyncGenerator<Buffer> {
    if (start.length > 0) yield start;
    yield* { [Symbol.asyncIterator]: () => source };
  }
  return { start, all: Readable.from(all()) };
}

/** Of what is unpacked at a time: with Node's own 16 KB, more time goes by between them than in them. */
const CHUNK = 1 << 20;

const GZIP = Buffer.from([0x1f, 0x8b]);
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** undefined for a plain tar. */
async function decompressor(start: Buffer, name: string): Promise<Duplex | undefined> {
  const zlib = await import('node:zlib');
  if (start.indexOf(GZIP) === 0) return zlib.createGunzip({ chunkSize: CHUNK });
  if (start.indexOf(ZSTD) !== 0) return undefined;
  if ('createZstdDecompress' in zlib) {
    return (zlib.createZstdDecompress as (options: object) => Duplex)({ chunkSize: CHUNK });
  }
  throw unreadable(
    name,
    `it is packed with zstd, which Node ${process.versions.node} cannot unpack`,
    'Run this with Node 22.15 or later.',
  );
}

/** A few bytes can unpack to any number. */
async function* atMost(chunks: AsyncIterable<Buffer>, limit: number, name: string): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > limit) throw unreadable(name, `it has more than ${limit} bytes unpacked`);
    yield chunk;
  }
}

function unreadable(name: string, why: string, hint?: string): LayersError {
  return failure('remote', 'layer-unreadable', `${name} cannot be read: ${why}`, hint ? { hint } : {});
}
