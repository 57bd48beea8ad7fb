import type { Evr } from '../values/evr.ts';

/** A package that an image has. */
export interface InstalledPackage extends Evr {
  readonly name: string;
  /** None for the keys that rpm keeps among its packages. */
  readonly arch: string | undefined;
}

/** https://rpm-software-management.github.io/rpm/manual/tags.html */
const TAG = { name: 1000, version: 1001, release: 1002, epoch: 1003, arch: 1022 };
const STRING = new Set([6, 8, 9]);
const INT32 = 4;

/**
 * A package's header, as the database has it: the number of its tags, the size of its data, an index of 16 bytes a tag
 * (tag, type, offset, count), then the data. Undefined where the bytes are none.
 */
export function parseHeader(bytes: Uint8Array): InstalledPackage | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8) return undefined;
  const start = 8 + view.getUint32(0) * 16;
  if (start + view.getUint32(4) > bytes.length) return undefined;
  const found = new Map<number, string | number>();
  for (let at = 8; at < start; at += 16) {
    const type = view.getUint32(at + 4);
    const offset = start + view.getUint32(at + 8);
    if (offset >= bytes.length) return undefined;
    if (STRING.has(type)) found.set(view.getUint32(at), stringAt(bytes, offset));
    else if (type === INT32) found.set(view.getUint32(at), view.getUint32(offset));
  }
  const text = (tag: number) => {
    const value = found.get(tag);
    return typeof value === 'string' ? value : undefined;
  };
  const [name, version, release] = [text(TAG.name), text(TAG.version), text(TAG.release)];
  if (name === undefined || version === undefined || release === undefined) return undefined;
  return { name, epoch: Number(found.get(TAG.epoch) ?? 0), version, release, arch: text(TAG.arch) };
}

function stringAt(bytes: Uint8Array, offset: number): string {
  const end = bytes.indexOf(0, offset);
  return Buffer.from(bytes.subarray(offset, end < 0 ? undefined : end)).toString('utf8');
}
