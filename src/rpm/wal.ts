/** SQLite's write-ahead log: https://www.sqlite.org/fileformat2.html#walformat */
const HEADER = 32;
const FRAME_HEADER = 24;
const BIG_ENDIAN_SUMS = 0x377f0683;
const MAGIC = 0x377f0682;

/**
 * A database with what its write-ahead log has beyond it: an image may be committed while both are there. Pages count up
 * to the last frame that ends a transaction and whose checksum is right. Marks the database as one without a log, which
 * is what can be read in memory.
 */
export function withoutLog(database: Uint8Array, log: Uint8Array | undefined): Uint8Array {
  const pages = log === undefined ? undefined : committedPages(log);
  const pageSize = pages?.pageSize ?? 1;
  const size = Math.max(database.length, (pages?.count ?? 0) * pageSize);
  const merged = new Uint8Array(pages === undefined ? database.length : size);
  merged.set(database);
  for (const [page, bytes] of pages?.byNumber ?? []) merged.set(bytes, (page - 1) * pageSize);
  // Bytes 18 and 19 of its header: how it is written and read, 2 with a log and 1 without.
  if (merged.length > 19) merged.set([1, 1], 18);
  return merged;
}

function committedPages(log: Uint8Array) {
  if (log.length < HEADER) return undefined;
  const view = new DataView(log.buffer, log.byteOffset, log.byteLength);
  const magic = view.getUint32(0);
  if (magic !== MAGIC && magic !== BIG_ENDIAN_SUMS) return undefined;
  const isLittle = magic === MAGIC;
  const pageSize = view.getUint32(8);
  let sums = checksum(view, 0, 24, isLittle, [0, 0]);
  if (sums[0] !== view.getUint32(24) || sums[1] !== view.getUint32(28)) return undefined;
  const byNumber = new Map<number, Uint8Array>();
  const open = new Map<number, Uint8Array>();
  let count = 0;
  for (let at = HEADER; at + FRAME_HEADER + pageSize <= log.length; at += FRAME_HEADER + pageSize) {
    const isOfThisLog =
      view.getUint32(at + 8) === view.getUint32(16) && view.getUint32(at + 12) === view.getUint32(20);
    if (!isOfThisLog) break;
    sums = checksum(view, at, 8, isLittle, sums);
    sums = checksum(view, at + FRAME_HEADER, pageSize, isLittle, sums);
    if (sums[0] !== view.getUint32(at + 16) || sums[1] !== view.getUint32(at + 20)) break;
    open.set(view.getUint32(at), log.subarray(at + FRAME_HEADER, at + FRAME_HEADER + pageSize));
    const pages = view.getUint32(at + 4);
    if (pages === 0) continue;
    for (const [page, bytes] of open) byNumber.set(page, bytes);
    open.clear();
    count = pages;
  }
  return { pageSize, byNumber, count };
}

function checksum(
  view: DataView,
  start: number,
  length: number,
  isLittle: boolean,
  [first, second]: readonly [number, number],
): [number, number] {
  let [a, b] = [first, second];
  for (let at = start; at < start + length; at += 8) {
    a = (a + view.getUint32(at, isLittle) + b) >>> 0;
    b = (b + view.getUint32(at + 4, isLittle) + a) >>> 0;
  }
  return [a, b];
}
