import { Readable } from 'node:stream';
import { pack } from 'tar-stream';

/** A plain tar of files by path. A content of undefined is a folder. */
export async function tarball(files: Readonly<Record<string, string | undefined>>): Promise<Buffer> {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) {
    if (content === undefined) tar.entry({ name, type: 'directory' });
    else tar.entry({ name }, content);
  }
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar as unknown as Readable) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Bytes in pieces of a size, as a slow line brings them. */
export function pieces(bytes: Buffer, size: number): AsyncIterable<Buffer> {
  const count = Math.ceil(bytes.length / size);
  return Readable.from(
    Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size)),
  );
}
