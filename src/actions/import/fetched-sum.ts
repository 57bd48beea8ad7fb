import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failure } from '../../diagnostics.ts';

/** The sum of what is at a URL. Fetched as the build does it, by curl, which knows the proxies of the machine. */
export function fetchedSum(url: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'layers-fetch-'));
  try {
    const file = join(folder, 'download');
    const args = ['-fsSL', '--retry', '3', '-o', file, '--', url];
    const { status, stderr, error } = spawnSync('curl', args, { encoding: 'utf8' });
    if (status !== 0) {
      throw failure('remote', 'fetch-failed', `${url} could not be fetched`, {
        detail: (error?.message ?? stderr).trim(),
        hint: 'Import without --fetch: the download is then left to run.',
      });
    }
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
