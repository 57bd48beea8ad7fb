import { createHash } from 'node:crypto';
import { type Digest, parseDigest } from '../values/digest.ts';
import { notFound, type Request, wrongDigest } from './errors.ts';
import type { Descriptor } from './manifest.ts';
import type { Session } from './session.ts';

/** Makes something of a blob's bytes, of which it need not read all. */
export type BlobReader<T> = (bytes: AsyncIterable<Buffer>) => Promise<T>;

/**
 * Reads a blob of any size as it comes. Nobody sees what `read` made of it, an error included, before the sum of all bytes
 * was checked. Where the connection breaks and is tried again, `read` is called again with the bytes from their start.
 */
export async function readBlob<T>(
  session: Session,
  request: Request,
  { digest, size }: Descriptor,
  read: BlobReader<T>,
): Promise<T> {
  const { repository } = request;
  let done: { readonly result: PromiseSettledResult<T>; readonly actual: Digest } | undefined;
  const answer = await session.ask({
    method: 'GET',
    repository,
    path: `blobs/${digest}`,
    limit: size,
    sink: async (body) => {
      const bytes = summed(body);
      const [result] = await Promise.allSettled([read(bytes.chunks)]);
      done = { result, actual: await bytes.sum() };
    },
  });
  const name = `blob ${repository}@${digest}`;
  if (answer.status === 404 || done === undefined) throw notFound(request, name);
  if (done.actual !== digest) throw wrongDigest(request, `the ${name}`, done.actual);
  if (done.result.status === 'rejected') throw done.result.reason;
  return done.result.value;
}

/** Bytes for a reader that may stop early, and their sum once all of them have come. */
function summed(body: AsyncIterable<Buffer>): { chunks: AsyncIterable<Buffer>; sum(): Promise<Digest> } {
  const hash = createHash('sha256');
  const source = body[Symbol.asyncIterator]();
  let fault: unknown;
  const pull = async (): Promise<Buffer | undefined> => {
    try {
      const { done, value } = await source.next();
      if (done) return undefined;
      hash.update(value);
      return value;
    } catch (error) {
      fault = error;
      throw error;
    }
  };
  // A reader that stops ends this iterator, and not the source: the rest is needed for the sum.
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let chunk = await pull(); chunk !== undefined; chunk = await pull()) yield chunk;
  }
  return {
    chunks: chunks(),
    async sum() {
      if (fault !== undefined) throw fault;
      while ((await pull()) !== undefined);
      return parseDigest(`sha256:${hash.digest('hex')}`);
    },
  };
}
