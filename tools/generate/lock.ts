import { LOCK, lockFile, poolLock, printPoolLock } from '../../src/spec/lock.ts';
import { fence, NOTICE, table } from './markdown.ts';
import { samplePin } from './render.ts';
import { keysOf } from './schema.ts';

const HASH = 'add0dcfe4bce1eea9b3e1558ff6146f8';

/** docs/reference/lock.md */
export function lockPage(): string {
  const pin = samplePin(HASH);
  const reason = 'OPS-17, the vendor looks into the panics of the new kernel';
  const hold = { digest: pin.digest, reason, until: '2026-12-31' };
  const example = printPoolLock({ pools: { worker: { ...pin, hold } }, unpushed: {} }, 'worker')!;
  return [
    NOTICE,
    '# The lock\n',
    `The lock says which image each pool runs. It is the folder \`${LOCK}/\`, with a file a pool: \`${lockFile('<pool>')}\`, or`,
    `\`${lockFile('<cluster>/<pool>')}\` where there are clusters. \`layers build --pin\` and \`layers pin\` write it, \`layers synth\``,
    'reads it, and it is committed with `dist/`. Branches that pin different pools merge, and `CODEOWNERS` can name the owners',
    'of a cluster or of a pool.\n',
    'A file has nothing in it that differs between two runs with the same result. Do not edit it by hand: [Pins](../pins.md)',
    'says what to do instead. What a merge or a hand has broken, `layers pin repair` mends.\n',
    table(keysOf(poolLock)),
    "A build's hash covers its instructions, the bytes of its files, the digest of its base, the architecture, `refresh` and",
    'the format. It does not cover comments, reasons, names of pools or where the image is pushed to: pools with equal',
    'builds share one image. Where two branches made an equal build at the same time there are two images of it, and either',
    'is right.\n',
    '## Example\n',
    `\`${lockFile('worker')}\`:\n`,
    fence('yaml', example),
  ].join('\n');
}
