import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Json, toGoYaml } from '../../src/operator/go-yaml/marshal.ts';
import { Refusal } from '../../src/operator/refusal.ts';
import { type GoYaml, marshalInGo } from '../fixtures/go-yaml.ts';
import { document } from './generated-texts.ts';

/** What Go made of generated documents. `UPDATE_VECTORS=1` makes them anew, and needs Go. */
const VECTORS = join(import.meta.dirname, 'go-yaml.vectors.json');
const SOAK = process.env.LAYERS_SOAK === '1';

function marshalHere(value: unknown): GoYaml {
  try {
    return { yaml: toGoYaml(value as Json) };
  } catch (error) {
    if (error instanceof Refusal) return { error: error.message };
    throw error;
  }
}

/** Go counts the lines of a document that nobody sees. */
function withoutLine(answer: GoYaml): GoYaml {
  return 'error' in answer ? { error: answer.error.replace(/ line \d+:/, '') } : answer;
}

interface Vector {
  readonly value: unknown;
  readonly go: GoYaml;
}

describe("Go's YAML", () => {
  it.runIf(process.env.UPDATE_VECTORS === '1')('is asked anew', async () => {
    const values = fc.sample(document, { seed: 7, numRuns: 400 });
    const answers = await marshalInGo(values);
    const lines = values.map((value, index) => JSON.stringify({ value, go: answers[index] }));
    writeFileSync(VECTORS, `[\n${lines.join(',\n')}\n]\n`);
  });

  it('is made byte for byte', () => {
    const vectors = JSON.parse(readFileSync(VECTORS, 'utf8')) as Vector[];
    expect(vectors.length).toBeGreaterThan(300);
    for (const { value, go } of vectors)
      expect(marshalHere(value), JSON.stringify(value)).toEqual(withoutLine(go));
  });

  it.runIf(SOAK)('is made byte for byte of 100,000 more, asked of Go itself', async () => {
    for (let round = 0; round < 20; round += 1) {
      const values = fc.sample(document, { seed: 1000 + round, numRuns: 5_000 });
      const answers = await marshalInGo(values);
      for (const [index, value] of values.entries()) {
        expect(marshalHere(value), JSON.stringify(value)).toEqual(withoutLine(answers[index]!));
      }
    }
  });
});
