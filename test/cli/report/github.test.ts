import { expect, it } from 'vitest';
import { printAnnotations } from '../../../src/cli/report/github.ts';
import type { Diagnostic } from '../../../src/diagnostics.ts';

const at = (more: Partial<Diagnostic>): Diagnostic => ({
  code: 'bad',
  severity: 'error',
  source: 'input',
  message: 'this is bad',
  ...more,
});
const print = (...diagnostics: Diagnostic[]) => printAnnotations(diagnostics, () => 'a: x\nb: y\n');

it('a finding is a command of one line, with its place', () => {
  const origin = { file: 'layers/a.yaml', document: 0, path: ['b'] };
  expect(print(at({ origin, hint: 'Mend it.' }), at({ severity: 'warning' }), at({ severity: 'info' }))).toBe(
    [
      '::error file=layers/a.yaml,line=2,col=4,title=bad::this is bad%0AMend it.\n',
      '::warning title=bad::this is bad\n',
      '::notice title=bad::this is bad\n',
    ].join(''),
  );
});

it('of a construct names it in the text, as there is no file', () => {
  expect(print(at({ origin: { construct: 'app/worker', path: ['release'] } }))).toBe(
    '::error title=bad::app/worker: release: this is bad\n',
  );
});

it('nothing in it begins another command, or another property', () => {
  const printed = print(
    at({
      message: 'x\n::error::y\r\n::set-output name=a::b 100%',
      origin: { file: 'a,line=9:b%\n::error::.yaml' },
    }),
  );
  expect(printed.trimEnd().split(/[\r\n]/)).toHaveLength(1);
  expect(printed).toBe(
    '::error file=a%2Cline=9%3Ab%25%0A%3A%3Aerror%3A%3A.yaml,line=1,col=1,title=bad::x%0A::error::y%0D%0A::set-output name=a::b 100%25\n',
  );
});
