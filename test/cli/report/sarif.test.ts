import { existsSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../../src/checks/index.ts';
import { printSarif } from '../../../src/cli/report/sarif.ts';
import type { Diagnostic } from '../../../src/diagnostics.ts';

const origin = { file: 'layers/ä b.yaml', document: 0, path: ['b'] };
const at = (more: Partial<Diagnostic>): Diagnostic => ({
  code: 'plain-http',
  severity: 'warning',
  source: 'finding',
  message: 'this is bad',
  origin,
  ...more,
});

/** Every shape that a result can have. */
const SHAPES: readonly Diagnostic[] = [
  at({}),
  at({ hint: 'Mend it.', related: [{ message: 'the first one', origin }] }),
  at({ code: 'unknown-key', severity: 'error', origin: { construct: 'app/worker', path: ['release'] } }),
  at({ code: 'app-said', severity: 'info', origin: { file: 'gone.yaml' } }),
  { code: 'no-layers', severity: 'error', source: 'input', message: 'there is none' },
];

function logOf(...diagnostics: readonly Diagnostic[]) {
  const read = (file: string) => (file === 'gone.yaml' ? undefined : 'a: x\nb: y\n');
  return JSON.parse(printSarif(diagnostics, read, [{ diagnostic: at({}), reason: 'it is meant' }]));
}

describe('SARIF', () => {
  it('has each finding with its rule, level, text and place', () => {
    const [run] = logOf(...SHAPES).runs;
    expect(run.results[1]).toEqual({
      ruleId: 'plain-http',
      ruleIndex: 2,
      level: 'warning',
      message: { text: 'this is bad\nMend it.' },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'layers/%C3%A4%20b.yaml' },
            region: { startLine: 2, startColumn: 4 },
          },
          logicalLocations: [{ fullyQualifiedName: 'b' }],
        },
      ],
      relatedLocations: [expect.objectContaining({ message: { text: 'the first one' } })],
    });
    expect(run.results.map(({ level }: { level: string }) => level)).toEqual([
      ...['warning', 'warning', 'error', 'note', 'error', 'warning'],
    ]);
  });

  it('has each rule once, with what it means, and why', () => {
    const { rules } = logOf(...SHAPES, ...SHAPES).runs[0].tool.driver;
    expect(rules.map(({ id }: { id: string }) => id)).toEqual([
      ...['app-said', 'no-layers', 'plain-http', 'unknown-key'],
    ]);
    const check = CHECKS.find(({ code }) => code === 'plain-http')!;
    expect(rules[2]).toEqual({
      id: 'plain-http',
      shortDescription: { text: check.summary },
      fullDescription: { text: check.why },
      defaultConfiguration: { level: 'warning' },
    });
  });

  it('has what is silenced as suppressed, with the reason', () => {
    expect(logOf().runs[0].results).toEqual([
      expect.objectContaining({ suppressions: [{ kind: 'inSource', justification: 'it is meant' }] }),
    ]);
  });

  // https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json, which is not ours to copy.
  const SCHEMA = process.env.LAYERS_SARIF_SCHEMA;
  if (SCHEMA !== undefined && existsSync(SCHEMA)) {
    it("is valid by the standard's own schema", () => {
      const { $schema: _, id: __, ...schema } = JSON.parse(readFileSync(SCHEMA, 'utf8'));
      const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(schema);
      expect([validate(logOf(...SHAPES)), validate.errors]).toEqual([true, null]);
      expect(validate({ ...logOf(), version: '2.0.0' })).toBe(false);
    });
  } else {
    process.stderr.write(
      'test/cli/report: SARIF is held against the keys that the standard asks for, and not against its whole schema, because LAYERS_SARIF_SCHEMA names no file\n',
    );
  }

  it('has the keys that the standard asks for, and no others (sections 3.13 to 3.52)', () => {
    const closed = (required: readonly string[], properties: Readonly<Record<string, object>>) => ({
      type: 'object',
      required,
      properties,
      additionalProperties: false,
    });
    const text = { type: 'string', minLength: 1 };
    const message = closed(['text'], { text });
    const physical = closed(['artifactLocation'], {
      artifactLocation: closed(['uri'], { uri: { ...text, pattern: '^[!-~]+$' } }),
      region: closed(['startLine', 'startColumn'], {
        startLine: { type: 'integer', minimum: 1 },
        startColumn: { type: 'integer', minimum: 1 },
      }),
    });
    const location = closed([], {
      physicalLocation: physical,
      logicalLocations: {
        type: 'array',
        items: closed(['fullyQualifiedName'], { fullyQualifiedName: text }),
      },
      message,
    });
    const level = { enum: ['none', 'note', 'warning', 'error'] };
    const rule = closed(['id'], {
      id: text,
      shortDescription: message,
      fullDescription: message,
      defaultConfiguration: closed(['level'], { level }),
    });
    const result = closed(['message'], {
      ruleId: text,
      ruleIndex: { type: 'integer', minimum: 0 },
      level,
      message,
      locations: { type: 'array', items: location },
      relatedLocations: { type: 'array', uniqueItems: true, items: location },
      suppressions: {
        type: 'array',
        items: closed(['kind'], { kind: { enum: ['inSource', 'external'] }, justification: text }),
      },
    });
    const driver = closed(['name'], {
      name: text,
      version: text,
      rules: { type: 'array', uniqueItems: true, items: rule },
    });
    const run = closed(['tool', 'results'], {
      tool: closed(['driver'], { driver }),
      columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
      results: { type: 'array', items: result },
    });
    const schema = closed(['version', 'runs'], {
      $schema: text,
      version: { const: '2.1.0' },
      runs: { type: 'array', items: run },
    });
    const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);
    expect([validate(logOf(...SHAPES)), validate.errors]).toEqual([true, null]);
  });
});
