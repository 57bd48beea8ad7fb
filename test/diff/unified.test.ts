import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unifiedDiff } from '../../src/diff/unified.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'layers-unified-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What `git apply` makes of a text by a diff. */
function applied(before: string, diff: string): string {
  const file = join(folder, 'text');
  writeFileSync(file, before);
  execFileSync('git', ['apply', '--unidiff-zero', '-p1', '-'], {
    cwd: folder,
    input: diff,
    stdio: 'pipe',
  });
  return readFileSync(file, 'utf8');
}

const text = fc
  .array(fc.constantFrom('', 'RUN a', 'RUN b', 'COPY x /x', '--- a', '+++ b', 'é'), {
    minLength: 1,
    maxLength: 30,
  })
  .chain((lines) => fc.constantFrom(lines.join('\n'), `${lines.join('\n')}\n`))
  .filter((text) => text !== '');

describe('a diff of two texts', () => {
  it('is one that git applies, with the fewest lines', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const made = unifiedDiff('text', before, after);
        expect(made === undefined).toBe(before === after);
        if (made === undefined) return;
        expect(applied(before, made.diff!)).toBe(after);
        writeFileSync(join(folder, 'a'), before);
        writeFileSync(join(folder, 'b'), after);
        const stat = ['diff', '--no-index', '--numstat', '--diff-algorithm=minimal', 'a', 'b'];
        let counts = '';
        try {
          execFileSync('git', stat, { cwd: folder, encoding: 'utf8' });
        } catch (error) {
          counts = (error as { stdout: string }).stdout;
        }
        expect(`${made.added}\t${made.removed}`).toBe(counts.split('\t').slice(0, 2).join('\t'));
      }),
      { numRuns: 120 },
    );
  });

  it('shows three lines around a change, and hunks apart', () => {
    const lines = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`);
    const changed = lines.with(1, 'two').with(18, 'nineteen');
    expect(unifiedDiff('Containerfile', `${lines.join('\n')}\n`, `${changed.join('\n')}\n`)).toEqual({
      name: 'Containerfile',
      added: 2,
      removed: 2,
      diff: `--- a/Containerfile
+++ b/Containerfile
@@ -1,5 +1,5 @@
 line 1
-line 2
+two
 line 3
 line 4
 line 5
@@ -16,5 +16,5 @@
 line 16
 line 17
 line 18
-line 19
+nineteen
 line 20
`,
    });
  });

  it('of one that comes or goes is all of it', () => {
    expect(unifiedDiff('x', undefined, 'a\nb\n')!.diff).toBe(
      '--- /dev/null\n+++ b/x\n@@ -0,0 +1,2 @@\n+a\n+b\n',
    );
    expect(unifiedDiff('x', 'a', undefined)!.diff).toBe(
      '--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n\\ No newline at end of file\n',
    );
  });

  it('of long texts that have nothing in common does not take for ever', () => {
    const many = (word: string) =>
      Array.from({ length: 20_000 }, (_, index) => `${word} ${index}\n`).join('');
    expect(unifiedDiff('x', many('a'), many('b'))).toMatchObject({ added: 20_000, removed: 20_000 });
  });
});
