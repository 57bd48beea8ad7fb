import { gunzipSync } from 'node:zlib';
import type { Config } from '../ignition/merge.ts';
import { parseIgnition } from '../ignition/parse.ts';
import { Refusal } from '../refusal.ts';
import type { Build } from './input.ts';

/** The text of a file that the nodes get; undefined where they get none of this path. */
export function nodeFile({ rendered, release }: Build, path: string): string | undefined {
  const raw = rendered.spec.config;
  if (raw === undefined || raw === null) return undefined;
  const { config } = Refusal.wrap(
    'parsing rendered MC Ignition config failed with error: failed to parse Ignition config',
    () => parseIgnition(raw as Config, release),
  );
  const files = ((config.storage as Config | undefined)?.files ?? []) as readonly Config[];
  const file = files.find((candidate) => candidate.path === path);
  if (file === undefined) return undefined;
  const { source, compression } = (file.contents ?? {}) as { source?: string; compression?: string };
  if (source === undefined) throw new Refusal(`nil source for ${path}`);
  return Refusal.wrap(`error decoding ${path}`, () => decode(source, compression ?? ''));
}

function decode(source: string, compression: string): string {
  const [, parameters, data] = /^data:([^,]*),(.*)$/s.exec(source) ?? [];
  if (parameters === undefined || data === undefined) {
    throw new Refusal('could not decode file content string: missing data prefix');
  }
  const bytes = parameters.endsWith(';base64')
    ? Buffer.from(unescaped(data).toString('latin1'), 'base64')
    : unescaped(data);
  if (compression === '') return bytes.toString('utf8');
  if (compression !== 'gzip')
    throw new Refusal(`unsupported compression type ${JSON.stringify(compression)}`);
  return unzip(bytes).toString('utf8');
}

function unescaped(data: string): Buffer {
  const text = Buffer.from(data, 'utf8').toString('latin1');
  return Buffer.from(
    text.replace(/%([0-9A-Fa-f]{2})/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    ),
    'latin1',
  );
}

const GZIP_HEADER = 10;

function unzip(bytes: Buffer): Buffer {
  if (bytes.length === 0) throw new Refusal('could not create gzip reader: EOF');
  if (bytes.length < GZIP_HEADER) throw new Refusal('could not create gzip reader: unexpected EOF');
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b || bytes[2] !== 8) {
    throw new Refusal('could not create gzip reader: gzip: invalid header');
  }
  try {
    return gunzipSync(bytes);
  } catch (error) {
    const isShort = (error as { code?: string }).code === 'Z_BUF_ERROR';
    throw new Refusal(`failed decompressing: ${isShort ? 'unexpected EOF' : 'gzip: invalid checksum'}`);
  }
}
