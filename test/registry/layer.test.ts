import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LayerEntry, readLayer } from '../../src/registry/layer.ts';
import { diagnosticOf } from './fake-registry.ts';
import { pieces, tarball } from './tarball.ts';

const OPTIONS = { name: 'the layer', limit: 1 << 20 };
const LONG = `${'d'.repeat(120)}/${'f'.repeat(120)}`;
const TEXT = 'line\n'.repeat(2000);

async function read(bytes: AsyncIterable<Buffer>, options = OPTIONS): Promise<Record<string, string>> {
  const seen: Record<string, string> = {};
  await readLayer(bytes, options, async (entry) => {
    seen[entry.path] = entry.type === 'file' ? (await entry.content(1 << 20)).toString() : entry.type;
  });
  return seen;
}

describe('the entries of a layer', () => {
  let folder: string;
  const pack = (...options: string[]) =>
    execFileSync('tar', ['--create', ...options, '--directory', folder, '.']);

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'layers-tar-'));
    mkdirSync(join(folder, 'etc', LONG, '..'), { recursive: true });
    writeFileSync(join(folder, 'etc/motd'), TEXT);
    writeFileSync(join(folder, 'etc/empty'), '');
    writeFileSync(join(folder, 'etc', LONG), 'long');
    symlinkSync('motd', join(folder, 'etc/link'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(['gnu', 'pax'])('are read as tar packs them, with long names: %s', async (format) => {
    const tar = pack(`--format=${format}`);
    const expected = {
      '': 'directory',
      etc: 'directory',
      'etc/motd': TEXT,
      'etc/empty': '',
      'etc/link': 'symlink',
      [`etc/${'d'.repeat(120)}`]: 'directory',
      [`etc/${LONG}`]: 'long',
    };
    for (const packed of [tar, zlib.gzipSync(tar)]) {
      for (const size of [1 << 16, 700, 3]) expect(await read(pieces(packed, size))).toEqual(expected);
    }
  });

  it('say where links lead, and may be left unread', async () => {
    const entries: LayerEntry[] = [];
    await readLayer(pieces(pack(), 512), OPTIONS, (entry) => void entries.push(entry));
    expect(entries.find(({ path }) => path === 'etc/link')?.target).toBe('motd');
    expect(entries.find(({ path }) => path === 'etc/motd')?.size).toBe(TEXT.length);
  });

  it('are none where the layer is empty', async () => {
    expect(await read(pieces(zlib.gzipSync(Buffer.alloc(1024)), 100))).toEqual({});
    expect(await read(pieces(Buffer.alloc(0), 100))).toEqual({});
  });

  it('end with what a visit throws', async () => {
    const error = new Error('enough');
    const work = readLayer(pieces(pack(), 512), OPTIONS, ({ path }) => {
      if (path === 'etc/motd') throw error;
    });
    await expect(work).rejects.toBe(error);
  });
});

describe('a layer that cannot be read', () => {
  const tar = () => tarball({ 'etc/motd': TEXT, 'etc/other': TEXT });
  const told = async (bytes: AsyncIterable<Buffer>, options = OPTIONS) => {
    const { code, source, message, hint } = await diagnosticOf(read(bytes, options));
    expect({ code, source }).toEqual({ code: 'layer-unreadable', source: 'remote' });
    return `${message} ${hint ?? ''}`;
  };

  it('ends too soon', async () => {
    const whole = await tar();
    expect(await told(pieces(whole.subarray(0, 5000), 512))).toContain('Unexpected end of data');
    expect(await told(pieces(zlib.gzipSync(whole).subarray(0, 60), 512))).toContain('unexpected end of file');
  });

  it('is damaged', async () => {
    const packed = zlib.gzipSync(await tar());
    packed[packed.length - 5]! ^= 0xff; // in the sum of its content
    expect(await told(pieces(packed, 512))).toContain('cannot be unpacked (incorrect data check)');
  });

  it('is no tar', async () => {
    const xz = Buffer.concat([Buffer.from('\u00fd7zXZ\0', 'latin1'), Buffer.alloc(2000, 'x')]);
    expect(await told(pieces(xz, 512))).toContain('it is no tar, plain or packed with gzip or zstd');
  });

  it('unpacks to more than it may', async () => {
    const bomb = zlib.gzipSync(await tarball({ zeros: '\0'.repeat(4 << 20) }));
    expect(bomb.length).toBeLessThan(10_000);
    const error = await diagnosticOf(readLayer(pieces(bomb, 512), OPTIONS, () => {}));
    expect(error).toMatchObject({ code: 'layer-unreadable', source: 'remote' });
    expect(error.message).toContain(`more than ${1 << 20} bytes unpacked`);
  });

  it('has a larger file than is wanted', async () => {
    const bytes = pieces(await tar(), 512);
    const work = readLayer(bytes, OPTIONS, async (entry) => void (await entry.content(100)));
    expect((await diagnosticOf(work)).message).toContain('etc/motd has 10000 bytes, and may have 100');
  });

  it('is packed with zstd, where Node has none; else it is read', async () => {
    const whole = await tar();
    if ('zstdCompressSync' in zlib) {
      const packed = (zlib.zstdCompressSync as (bytes: Buffer) => Buffer)(whole);
      expect(await read(pieces(packed, 100))).toEqual({ 'etc/motd': TEXT, 'etc/other': TEXT });
    } else {
      const packed = Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), Buffer.alloc(100)]);
      expect(await told(pieces(packed, 3))).toMatch(/packed with zstd, which Node .* Node 22\.15 or later/);
    }
  });
});
