import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DOCUMENTS, type DocumentKind } from '../../src/spec/document.ts';
import { KINDS } from '../steps/render.ts';

const KIND_NAMES = Object.keys(DOCUMENTS) as DocumentKind[];

/** What an editor checks a document by: of what is written, not of what it means. */
const schemaOf = (kind: DocumentKind) => z.toJSONSchema(DOCUMENTS[kind], { io: 'input' });

function accepts(kind: DocumentKind, data: object): string[] {
  const validate = new Ajv2020({ allErrors: true, strict: true }).compile(schemaOf(kind));
  validate(data);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const layer = (step: object) => ({ kind: 'Layer', name: 'x', steps: [step] });
const POOL = {
  kind: 'Pool',
  name: 'worker',
  release: '4.19.3',
  layers: ['tools', layer({ packages: { install: ['a'] } })].map((entry) =>
    typeof entry === 'string' ? entry : { name: entry.name, steps: entry.steps },
  ),
  target: { machineConfig: { image: 'q.io/os' } },
};

describe('the JSON Schema', () => {
  it.each(KIND_NAMES)('of a %s describes every key', (kind) => {
    const schema = schemaOf(kind) as { properties: Record<string, { description?: string }> };
    expect(Object.keys(schema.properties)).toContain('kind');
    for (const [key, { description }] of Object.entries(schema.properties)) {
      expect(description, `${kind}.${key}`).toMatch(/^[A-Z].*\.$/s);
    }
  });

  it.each(
    KINDS.flatMap(({ name, examples }) => examples.map(({ title, props }) => ({ name, title, props }))),
  )('accepts the example of $name: $title', ({ name, props }) =>
    expect(accepts('Layer', layer({ [name]: props }))).toEqual([]));

  it('accepts pools, defaults and releases', () => {
    const job = { namespace: 'x', builder: 'q.io/buildah:1', pushSecret: 'x' };
    expect(accepts('Pool', POOL)).toEqual([]);
    expect(accepts('Pool', { ...POOL, build: 'local' })).toEqual([]);
    expect(accepts('Pool', { ...POOL, build: { job } })).toEqual([]);
    expect(accepts('Pool', { kind: 'Pool', name: 'canary', extends: 'worker' })).toEqual([]);
    expect(accepts('PoolDefaults', { kind: 'PoolDefaults', name: 'x', layers: ['tools'] })).toEqual([]);
    expect(
      accepts('Release', {
        kind: 'Release',
        name: '4.19.3',
        amd64: { 'rhel-coreos': `q.io/os@sha256:${'a1'.repeat(32)}`, el: '9.6' },
      }),
    ).toEqual([]);
  });

  it('refuses what the editor can tell', () => {
    expect(accepts('Pool', { ...POOL, release: 4.2 })).toEqual(['/release must be string']);
    expect(accepts('Pool', { ...POOL, relase: '4.19.3' })).toEqual([' must NOT have additional properties']);
    expect(accepts('Pool', { ...POOL, kind: 'Layer' })).toEqual(['/kind must be equal to constant']);
    expect(accepts('Layer', layer({}))).toEqual(['/steps/0 must NOT have fewer than 1 properties']);
    expect(accepts('Layer', layer({ hotfx: {} }))).toEqual(['/steps/0 must NOT have additional properties']);
    const two = { packages: { install: ['a'] }, rpms: { rpms: [{ url: 'x' }] } };
    expect(accepts('Layer', layer(two))).toEqual(['/steps/0 must NOT have more than 1 properties']);
  });
});
