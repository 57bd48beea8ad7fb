import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type AnySchema } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { repositoryFiles } from '../../src/init/repository.ts';
import { DOCUMENTS, type DocumentKind } from '../../src/spec/document.ts';
import { documentSchema } from '../../src/spec/json-schema.ts';
import { parseYaml } from '../../src/spec/yaml.ts';
import { allBlocks } from '../docs/blocks.ts';
import { scenarios } from '../scenarios/scenarios.ts';
import { KINDS } from '../steps/render.ts';

const KIND_NAMES = Object.keys(DOCUMENTS) as DocumentKind[];
const SCHEMA = documentSchema();
const { $schema: _, ...WITHOUT_DRAFT } = SCHEMA;

// The keys that exactly one of must be there are described beside the rule, not within it.
const OPTIONS = { allErrors: true, strict: true, strictRequired: false, strictTypes: false } as const;
const validate = new Ajv(OPTIONS).compile(SCHEMA as AnySchema);
const validate2020 = new Ajv2020(OPTIONS).compile(WITHOUT_DRAFT as AnySchema);

/** What an editor says of a document. Editors read the schema by one draft or the other. */
function accepts(_kind: DocumentKind, data: object): string[] {
  const [first, second] = [validate, validate2020].map((check) => {
    check(data);
    // That `then` failed says nothing more.
    const errors = (check.errors ?? []).filter(({ keyword }) => keyword !== 'if');
    return errors.map(({ instancePath, message }) => `${instancePath} ${message}`);
  });
  expect(first).toEqual(second);
  return first!;
}

const schemaOf = (kind: DocumentKind) =>
  (SCHEMA.allOf as { if: { properties: { kind: { const: string } } }; then: object }[]).find(
    (branch) => branch.if.properties.kind.const === kind,
  )!.then;

interface Described {
  readonly description?: string;
}

/** The keys that a part of the schema has, and those below them. */
function keysIn(part: unknown, path: string): [path: string, key: Described][] {
  if (typeof part !== 'object' || part === null) return [];
  const { properties = {}, ...rest } = part as { properties?: Record<string, Described> };
  return [
    ...Object.entries(properties).flatMap(([name, key]): [string, Described][] => [
      [`${path}.${name}`, key],
      ...keysIn(key, `${path}.${name}`),
    ]),
    ...Object.values(rest).flatMap((value) => keysIn(value, path)),
  ];
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
  it.each(KIND_NAMES)('of a %s describes every key, at any depth', (kind) => {
    const keys = keysIn(schemaOf(kind), kind);
    expect(keys.map(([key]) => key)).toContain(`${kind}.kind`);
    for (const [key, { description }] of keys) expect(description, key).toMatch(/^[A-Z`].*\.$/s);
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
    expect(accepts('Pool', { ...POOL, kind: 'Pol' })).toEqual([
      '/kind must be equal to one of the allowed values',
    ]);
    expect(accepts('Pool', { name: 'worker' })).toEqual([" must have required property 'kind'"]);
    expect(accepts('Pool', { ...POOL, name: 'Worker' })[0]).toContain('/name must match pattern');
    expect(accepts('Pool', { ...POOL, name: 'a'.repeat(22) })).toEqual([
      '/name must NOT have more than 21 characters',
    ]);
    expect(accepts('Pool', { ...POOL, extensions: ['usbgard'] })).toEqual([
      '/extensions/0 must be equal to one of the allowed values',
    ]);
    expect(accepts('Cluster', { kind: 'Cluster', name: 'builds' })).toEqual(['/name must NOT be valid']);
    expect(accepts('Layer', layer({}))).toEqual(['/steps/0 must NOT have fewer than 1 properties']);
    expect(accepts('Layer', layer({ hotfx: {} }))).toEqual(['/steps/0 must NOT have additional properties']);
    const two = { packages: { install: ['a'] }, rpms: { rpms: [{ url: 'https://a.b/a.rpm' }] } };
    expect(accepts('Layer', layer(two))).toEqual(['/steps/0 must NOT have more than 1 properties']);
  });
});

/** Every document that this project shows or tests as a right one, by its place. */
function samples(): { place: string; text: string }[] {
  const layersOf = (folder: string) =>
    readdirSync(join(folder, 'layers'))
      .filter((name) => /\.ya?ml$/.test(name))
      .map((name) => join(folder, 'layers', name));
  const files = [...layersOf('.'), ...scenarios().flatMap(({ input }) => layersOf(input))];
  const manifest = { name: 'x', version: '1', engines: { node: '1' }, dependencies: {}, devDependencies: {} };
  const written = [...repositoryFiles('/x', manifest, '1')].filter(([path]) => path.startsWith('layers/'));
  return [
    ...files.map((place) => ({ place, text: readFileSync(place, 'utf8') })),
    ...written.map(([path, text]) => ({ place: `init: ${path}`, text })),
    ...allBlocks('yaml').map(({ page, line, text }) => ({ place: `${page}:${line}`, text })),
  ];
}

const documents = samples().flatMap(({ place, text }) =>
  parseYaml(text, place)
    .documents.map(({ data }) => data as { kind?: string })
    .filter(({ kind = '' }) => Object.hasOwn(DOCUMENTS, kind))
    .map((data, index) => ({ place, index, data })),
);

describe('the JSON Schema and the documents of this project', () => {
  it('are of every kind, from everywhere', () => {
    expect(new Set(documents.map(({ data }) => data.kind))).toEqual(new Set(KIND_NAMES));
    for (const start of ['layers/', 'test/scenarios/', 'init: ', 'README.md', 'docs/']) {
      expect(documents.filter(({ place }) => place.startsWith(start)).length, start).toBeGreaterThan(0);
    }
  });

  it.each(documents)('$place, $index', ({ data }) => {
    expect(accepts(data.kind as DocumentKind, data)).toEqual([]);
  });
});
