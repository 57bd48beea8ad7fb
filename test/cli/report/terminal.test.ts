import { expect, it } from 'vitest';
import { printDiagnosis } from '../../../src/cli/report/diagnosis.ts';
import { folded } from '../../../src/cli/report/terminal.ts';

it.each([
  ['', 10, ['']],
  ['one two', 7, ['one two']],
  ['one two three', 7, ['one two', 'three']],
  ['a-word-that-is-wider and two', 7, ['a-word-that-is-wider', 'and two']],
  ['one a-word-that-is-wider', 7, ['one', 'a-word-that-is-wider']],
])('folds %j at %i between words', (text, columns, lines) => {
  expect(folded(text, columns)).toEqual(lines);
});

it('keeps what a stage says to the right of its name, on a terminal', () => {
  const says = 'the Secret push was not saved; the Secret pull was not saved';
  const printed = (stream: object) =>
    printDiagnosis(
      {
        pool: 'infra',
        verdict: 'unknown',
        stages: [{ stage: 'secrets', title: 'Secrets', state: 'not saved', says }],
        auxiliary: [],
      },
      '/',
      stream,
    );
  expect(printed({})).toContain(`  not saved  Secrets  ${says}\n`);
  expect(printed({ isTTY: true, columns: 62 })).toContain(
    `Secrets  the Secret push was not saved; the\n${' '.repeat(22)}Secret pull was not saved\n`,
  );
});
