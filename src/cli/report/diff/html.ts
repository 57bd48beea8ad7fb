import type { Diff } from '../../../diff/model.ts';

export function printHtml(diff: Diff): string {
  return JSON.stringify(diff);
}
