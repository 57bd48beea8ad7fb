import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { printDiagnostics } from '../../src/cli/report/diagnostics.ts';
import { readFiles, replace } from '../../src/synth/dist.ts';
import { render } from '../../src/synth/synth.ts';
import { asText, repositoryFrom } from '../synth/temporary-repository.ts';
import { scenarios } from './scenarios.ts';

describe('a repository as a user has it', () => {
  it.each(scenarios())('$name: has the dist/ that was reviewed, and is told what it was told', ({
    input,
    expected,
  }) => {
    const { root } = repositoryFrom(input);
    const { files, findings } = render(root);
    const actual = new Map([
      ...[...files].map(([path, content]): [string, string | Uint8Array] => [join('dist', path), content]),
      ['findings', printDiagnostics(findings, { root })] as const,
    ]);
    if (process.env.UPDATE_SCENARIOS === '1') {
      replace(expected, actual);
      rmSync(join(expected, '../.layers'), { recursive: true, force: true });
    }
    expect(existsSync(expected), 'UPDATE_SCENARIOS=1 writes it').toBe(true);
    expect(asText(actual)).toEqual(asText(readFiles(expected)));
  });
});
