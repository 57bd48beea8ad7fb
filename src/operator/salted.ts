import { createHash } from 'node:crypto';

/** What the operator hashes before the names of rendered MachineConfigs and of MachineOSBuilds: 80 bytes that never change. */
const SALT = Uint8Array.of(
  ...[16, 124, 206, 228, 139, 56, 175, 175, 79, 229, 134, 118, 157, 154, 211, 110, 25, 93, 47, 253],
  ...[172, 106, 37, 7, 174, 13, 160, 185, 110, 17, 87, 52, 219, 131, 12, 206, 218, 141, 116, 135],
  ...[188, 181, 192, 151, 233, 62, 126, 165, 64, 83, 179, 119, 15, 168, 208, 197, 146, 107, 58, 227],
  ...[133, 188, 238, 26, 33, 26, 235, 202, 32, 173, 31, 234, 41, 144, 148, 79, 6, 206, 23, 22],
);

/** A name, not a secret: MD5 is the operator's choice. */
export function saltedHash(...texts: readonly string[]): string {
  const hash = createHash('md5').update(SALT);
  for (const text of texts) hash.update(text);
  return hash.digest('hex');
}
