import { describe, expect, it } from 'vitest';
import { imported } from '../import/support.ts';
import { blocksOf } from './blocks.ts';

describe('docs/import.md', () => {
  const blocks = blocksOf('docs/import.md');
  const textOf = (language: string) => blocks.find((block) => block.language === language)!.text;

  it('shows what its Containerfile becomes, and what is said of it', () => {
    const { text, result } = imported(textOf('dockerfile'));
    expect(text).toBe(textOf('yaml'));
    const [report] = result.reports;
    const { instructions, inSteps, leftOut, leftToRun, left } = report!;
    expect(textOf('text')).toBe(
      `Containerfile: ${instructions} instructions, ${inSteps + leftOut + leftToRun} commands: ${inSteps} in steps, ${leftOut} left out, as the build does them anyway, ${leftToRun} left to run\n${left.map(({ lines, why, code }) => `  Containerfile:${lines} ${why}: ${code}\n`).join('')}`,
    );
  });
});
