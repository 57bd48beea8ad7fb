import { Yaml } from 'cdk8s';
import { Document, visit } from 'yaml';

/** Characters that YAML 1.1, which kubectl and Argo CD read, takes for the end of a line or refuses, and cdk8s prints as they are. */
const UNSAFE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** Blank lines and nothing else: cdk8s prints a block of them, from which no reader gets the blanks back. */
const BLANK_LINES = /^[ \t]*\n[ \t\n]*$/;

/** Objects as cdk8s prints them, except that every character arrives. */
export function printManifests(objects: readonly object[]): string {
  return objects.some(hasUnsafe) ? objects.map(printSafely).join('---\n') : Yaml.stringify(...objects);
}

function hasUnsafe(value: unknown): boolean {
  if (typeof value === 'string') return value.search(UNSAFE) >= 0 || BLANK_LINES.test(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasUnsafe);
}

function printSafely(object: object): string {
  const document = new Document(object, { version: '1.1', keepUndefined: true });
  visit(document, {
    Scalar(_, scalar) {
      // Only in double quotes is there a way to escape them.
      if (hasUnsafe(scalar.value)) scalar.type = 'QUOTE_DOUBLE';
    },
  });
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return document.toString({ lineWidth: 0 }).replace(UNSAFE, escaped);
}
