import type { Remark } from '../scope.ts';

export function missingVariable(name: string, lines: readonly [number, number]): Remark {
  return {
    code: 'variable-without-value',
    severity: 'error',
    message: `${name} has no value here`,
    hint: `Give it one: --build-arg ${name}=…, or a default in its ARG.`,
    lines,
  };
}
