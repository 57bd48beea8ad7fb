import { Refusal } from '../refusal.ts';

/** What yaml.v2 makes of a text in JSON: the operator's way to YAML leads through JSON, which it reads as YAML. */
export function throughJson(text: string): string {
  const wellFormed = text.replace(/\p{Surrogate}/gu, '\ufffd');
  // JSON leaves these as they are, and YAML does not take them.
  if (/[\x7f-\x84\x86-\x9f\ufffe\uffff]/.test(wellFormed)) {
    throw new Refusal('error converting JSON to YAML: yaml: control characters are not allowed');
  }
  if (!wellFormed.includes('\u0085')) return wellFormed;
  if (/\u0085(?:---|\.\.\.)[ \u0085]/.test(wellFormed)) {
    throw new Refusal('error converting JSON to YAML: yaml: found unexpected document indicator');
  }
  // A break of YAML 1.1, and so folded: one is a space, and of several one goes.
  return wellFormed.replace(/ *\u0085[ \u0085]*/g, (breaks) => {
    const count = breaks.replaceAll(' ', '').length;
    return count === 1 ? ' ' : '\n'.repeat(count - 1);
  });
}
