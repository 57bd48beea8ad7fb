import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GoYaml, marshalInGo } from '../fixtures/go-yaml.ts';
import { document } from './generated-texts.ts';
import { withoutLine, yamlOrRefusal } from './yaml-or-refusal.ts';

/** What Go made of generated documents. `UPDATE_VECTORS=1` makes them anew, and needs Go. */
const VECTORS = join(import.meta.dirname, 'go-yaml.vectors.json');

interface Vector {
  readonly value: unknown;
  readonly go: GoYaml;
}

async function askAnew(): Promise<void> {
  const values = fc.sample(document, { seed: 7, numRuns: 400 });
  const answers = await marshalInGo(values);
  const lines = values.map((value, index) => JSON.stringify({ value, go: answers[index] }));
  writeFileSync(VECTORS, `[\n${lines.join(',\n')}\n]\n`);
}

describe("Go's YAML", () => {
  it('is made byte for byte', async () => {
    if (process.env.UPDATE_VECTORS === '1') await askAnew();
    const vectors = JSON.parse(readFileSync(VECTORS, 'utf8')) as Vector[];
    expect(vectors.length).toBeGreaterThan(300);
    for (const { value, go } of vectors) {
      expect(yamlOrRefusal(value), JSON.stringify(value)).toEqual(withoutLine(go));
    }
  });
});
