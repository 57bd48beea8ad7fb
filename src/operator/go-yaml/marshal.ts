import { throughJson } from './decode.ts';
import { compareKeys } from './key-order.ts';
import { writeString, writeWord } from './scalar.ts';
import { Writer } from './writer.ts';

/** What JSON has. A key whose value is undefined is left out. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/**
 * The bytes that github.com/ghodss/yaml makes with gopkg.in/yaml.v2 v2.4.0. The operator hashes them: one other
 * quote, and a name is another. Throws a Refusal where Go has an error.
 */
export function toGoYaml(value: Json): string {
  const writer = new Writer();
  writeNode(writer, value, false);
  writer.indent = 0;
  writer.writeIndent();
  return writer.text;
}

function writeNode(writer: Writer, value: Json, isInMapping: boolean): void {
  if (typeof value === 'string') writeString(writer, throughJson(value), false);
  else if (Array.isArray(value)) writeSequence(writer, value, isInMapping);
  else if (typeof value === 'object' && value !== null)
    writeMapping(writer, value as { [key: string]: Json });
  else writeWord(writer, String(value));
}

function writeSequence(writer: Writer, items: readonly Json[], isInMapping: boolean): void {
  if (items.length === 0) {
    writer.writeIndicator('[]');
    return;
  }
  const outer = writer.indent;
  // Below a key, a sequence is not indented any further.
  if (outer < 0) writer.indent = 0;
  else if (!(isInMapping && !writer.isIndentation)) writer.indent += 2;
  for (const item of items) {
    writer.writeIndent();
    writer.writeIndicator('-', { keepsIndentation: true });
    writeNode(writer, item, false);
  }
  writer.indent = outer;
}

/** Keys are names of fields: short, and on one line. */
function writeMapping(writer: Writer, mapping: { readonly [key: string]: Json | undefined }): void {
  const keys = Object.keys(mapping).filter((key) => mapping[key] !== undefined);
  if (keys.length === 0) {
    writer.writeIndicator('{}');
    return;
  }
  const outer = writer.indent;
  writer.indent = outer < 0 ? 0 : outer + 2;
  for (const key of keys.sort(compareKeys)) {
    writer.writeIndent();
    writeString(writer, throughJson(key), true);
    writer.writeIndicator(':', { space: false });
    writeNode(writer, mapping[key]!, true);
  }
  writer.indent = outer;
}
