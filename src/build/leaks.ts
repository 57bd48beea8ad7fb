import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import { failure } from '../diagnostics.ts';
import type { StagedSecret } from './secrets.ts';

/** What of a secret must be in no file. */
interface Trace {
  readonly secret: string;
  readonly bytes: Buffer;
}

/** Shorter passwords occur by chance. */
const SHORTEST = 8;

/** Characters of a line of PEM that another one follows. */
const FULL = 64;

/** Folders that hold nothing but certificates and keys of a subscription. */
const CERTIFICATES = /^(?:\.?\/)?(?:etc\/pki\/entitlement(?:-host)?|run\/secrets\/etc-pki-entitlement)\/.+/;

/**
 * Reads every file of every layer of an image, and throws where one has a secret: what is in any layer is in the
 * registry, whatever a later layer removes. Returns whether the archive was whole: its manifest comes after the layers.
 */
export async function assertNoSecrets(
  archive: Readable,
  secrets: readonly StagedSecret[],
  pools: string,
): Promise<boolean> {
  const traces = secrets.flatMap(tracesOf);
  const isEntitled = secrets.some(({ secret }) => secret.type === 'entitlement');
  const layers = extract();
  // What breaks the pipe breaks the loop as well, which tells it.
  pipeline(archive, layers).catch(() => {});
  let isWhole = false;
  for await (const entry of layers) {
    const { name, type } = entry.header;
    if (name === 'manifest.json') isWhole = true;
    if (type === 'file' && name.endsWith('.tar')) await readLayer(entry, traces, isEntitled, pools);
    else entry.resume();
  }
  return isWhole;
}

async function readLayer(
  layer: AsyncIterable<unknown>,
  traces: readonly Trace[],
  isEntitled: boolean,
  pools: string,
): Promise<void> {
  const files = extract();
  pipeline(layer, files).catch(() => {});
  for await (const file of files) {
    const { name, type, size = 0 } = file.header;
    if (isEntitled && type === 'file' && size > 0 && CERTIFICATES.test(name)) throw leaked(name, pools);
    const found = await search(file, traces);
    if (found !== undefined) throw leaked(name, pools, found.secret);
  }
}

/** Of a password all of it; of each key and certificate one line. Whom a certificate is shown to knows it: not a client's. */
function tracesOf({ secret, files }: StagedSecret): Trace[] {
  const lines = [...files].flatMap(([name, bytes]) => {
    const text = bytes.toString('latin1');
    if (name === 'username' || name === 'tls.crt') return [];
    return name === 'password' ? [text.replace(/\r?\n.*$/s, '')] : tellingLines(text);
  });
  return lines
    .filter((line) => line.length >= SHORTEST)
    .map((line) => ({ secret: secret.name, bytes: Buffer.from(line, 'latin1') }));
}

/**
 * Of each block the last line that is full, or the only one: in a certificate that is of the signature, in a key of the
 * key. The first ones say what it is and who issued it, which others share.
 */
function tellingLines(pem: string): string[] {
  const blocks = pem.matchAll(/-----BEGIN (?:[A-Z ]*PRIVATE KEY|CERTIFICATE)-----([^-]*)-----END/g);
  return [...blocks].flatMap(([, body = '']) => {
    const lines = body.split(/\r?\n/).filter((line) => /^[A-Za-z0-9+/]+=*$/.test(line));
    return lines.findLast((line) => line.length === FULL) ?? lines[0] ?? [];
  });
}

/** The first trace that a stream has, also across its chunks. */
async function search(stream: AsyncIterable<unknown>, traces: readonly Trace[]): Promise<Trace | undefined> {
  const overlap = Math.max(0, ...traces.map(({ bytes }) => bytes.length - 1));
  let rest: Buffer = Buffer.alloc(0);
  let found: Trace | undefined;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (found !== undefined) continue;
    const window = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    found = traces.find(({ bytes }) => window.includes(bytes));
    rest = overlap === 0 ? Buffer.alloc(0) : window.subarray(-overlap);
  }
  return found;
}

function leaked(path: string, pools: string, secret?: string) {
  const file = `/${path.replace(/^(?:\.?\/)+/, '')}`;
  return failure(
    'build',
    'secret-in-layer',
    secret === undefined
      ? `a layer of ${pools} has a subscription's certificate or key: ${file}`
      : `a layer of ${pools} has the secret ${secret}: in ${file}`,
    {
      hint: 'Nothing was pushed. Find the step that copies it; a later step cannot remove it from the layer. The secret is only mounted while the build runs.',
    },
  );
}
