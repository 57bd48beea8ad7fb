import fc from 'fast-check';
import { expect, it } from 'vitest';
import { marshalInGo } from '../fixtures/go-yaml.ts';
import { document } from '../operator/generated-texts.ts';
import { withoutLine, yamlOrRefusal } from '../operator/yaml-or-refusal.ts';

/** Of 5,000 documents each. */
const ROUNDS = process.env.LAYERS_SOAK === '1' ? 20 : 1;

it("Go's own YAML of generated documents is made byte for byte", async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const values = fc.sample(document, { seed: 1000 + round, numRuns: 5_000 });
    const answers = await marshalInGo(values);
    for (const [index, value] of values.entries()) {
      expect(yamlOrRefusal(value), JSON.stringify(value)).toEqual(withoutLine(answers[index]!));
    }
  }
});
