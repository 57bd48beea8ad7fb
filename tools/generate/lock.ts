import { lock, lockFile, printLock } from '../../src/spec/lock.ts';
import { fence, NOTICE, table } from './markdown.ts';
import { RELEASE } from './render.ts';
import { keysOf } from './schema.ts';

const HASH = 'add0dcfe4bce1eea9b3e1558ff6146f8';

/** docs/reference/lock.md */
export function lockPage(): string {
  const example = printLock({
    format: 1,
    minimumVersion: '0.1.0',
    builds: {
      [HASH]: {
        digest: `sha256:${'5'.repeat(64)}`,
        base: RELEASE.amd64['rhel-coreos'],
        release: RELEASE.name,
        origin: 'built',
        pushed: true,
      },
    },
    pools: { worker: { build: HASH, image: 'registry.example.com/os/worker' } },
  });
  return [
    NOTICE,
    '# The lock\n',
    `\`${lockFile()}\` says which image each pool runs. \`layers build --pin\` writes it, \`layers synth\` reads it, and it is`,
    'committed with `dist/`. It is sorted, and has nothing in it that differs between two runs with the same result. Do not',
    'edit it by hand; `git revert` of the commit that pinned a digest goes back to the digest before.\n',
    table(keysOf(lock)),
    "A build's hash covers its instructions, the bytes of its files, the digest of its base, the architecture, `refresh` and",
    'the format. It does not cover comments, reasons, names of pools or where the image is pushed to: pools with equal',
    'builds share one.\n',
    '## Example\n',
    fence('yaml', example),
  ].join('\n');
}
