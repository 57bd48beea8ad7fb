import { Ajv, type AnySchema } from 'ajv';
import { describe, expect, it } from 'vitest';
import { formatPath } from '../../src/diagnostics.ts';
import { DOCUMENTS } from '../../src/spec/document.ts';
import { documentSchema } from '../../src/spec/json-schema.ts';
import { parseSpec } from '../../src/spec/parse.ts';

const POOL = {
  kind: 'Pool',
  name: 'worker',
  release: '4.19.3',
  layers: ['tools'],
  target: { machineConfig: { image: 'registry.example.com/os/worker' } },
};
const LAYER = { kind: 'Layer', name: 'tools', steps: [{ packages: { install: ['a'] } }] };

const inEditor = new Ajv({ strict: false }).compile(documentSchema() as AnySchema);
/** What a JSON Schema does not say. */
const NOT_IN_THE_SCHEMA = /here-document|is not a program|lone surrogate/;

/** Each error as `path: message`, with its hint where a test asks for it. */
function errors(kind: 'Pool' | 'Layer', change: object): string[] {
  const data = { ...(kind === 'Pool' ? POOL : LAYER), ...change };
  const { value, diagnostics } = parseSpec(DOCUMENTS[kind], data, { file: 'layers/x.yaml', document: 0 });
  expect(value === undefined).toBe(diagnostics.length > 0);
  // The editor agrees.
  if (!diagnostics.some(({ message }) => NOT_IN_THE_SCHEMA.test(message))) {
    expect(inEditor(JSON.parse(JSON.stringify(data)))).toBe(diagnostics.length === 0);
  }
  for (const { origin, severity, source } of diagnostics) {
    expect({ severity, source, file: origin!.file }).toEqual({
      severity: 'error',
      source: 'input',
      file: 'layers/x.yaml',
    });
  }
  return diagnostics.map(
    ({ message, hint, origin }) => `${formatPath(origin!.path)}: ${message}${hint ? ` | ${hint}` : ''}`,
  );
}

const step = (props: object) => errors('Layer', { steps: [props] });

describe('a number', () => {
  it.each([0, -1])('that is too small is told what it has to be: %i', (maxUnavailable) => {
    expect(errors('Pool', { machineConfigPool: { maxUnavailable } })).toEqual([
      'machineConfigPool.maxUnavailable: this must be at least 1',
    ]);
  });
});

describe('a document', () => {
  it('that is right has no errors', () => {
    expect(errors('Pool', {})).toEqual([]);
    expect(errors('Layer', {})).toEqual([]);
  });

  it('has all its errors told at once', () => {
    expect(
      errors('Pool', {
        name: 'Worker',
        release: 4.2,
        layers: [],
        target: { machineConfig: { image: 'os:1' } },
        build: 'remote',
        relase: '4.19.3',
      }).map((error) => error.split(':')[0]),
    ).toEqual(
      expect.arrayContaining(['name', 'release', 'layers', 'target.machineConfig.image', 'build', 'relase']),
    );
  });

  it('names a key that is missing', () => {
    expect(errors('Pool', { name: undefined })).toEqual(['name: name is missing']);
    // These may come from elsewhere: the compiler tells, which knows from where.
    expect(errors('Pool', { release: undefined, target: undefined, layers: undefined })).toEqual([]);
    expect(step({ hotfix: { rpms: [{ url: 'https://example.com/a.rpm' }] } })).toEqual([
      'steps[0].hotfix.reason: reason is missing',
    ]);
  });

  it('says what is empty', () => {
    expect(errors('Pool', { name: null })[0]).toBe('name: this is empty, where text belongs');
    expect(errors('Layer', { steps: null })[0]).toBe('steps: this is empty, where a list belongs');
    expect(errors('Layer', { steps: [] })[0]).toBe('steps: this list is empty');
    expect(step({ hotfix: { reason: '', rpms: [{ url: 'https://example.com/a.rpm' }] } })[0]).toBe(
      'steps[0].hotfix.reason: this text is empty',
    );
  });
});

describe('a number where text belongs', () => {
  const QUOTE = 'Put it in quotes: YAML reads 4.20 as the number 4.2, and takes the zero of 0644 away.';

  it('is told to be quoted', () => {
    expect(errors('Pool', { release: 4.2 })).toEqual([
      `release: this is the number 4.2, where text belongs | ${QUOTE}`,
    ]);
    expect(step({ files: [{ path: '/a', content: 'a', mode: 644 }] })).toEqual([
      `steps[0].files[0].mode: this is the number 644, where text belongs | ${QUOTE}`,
    ]);
    expect(step({ epel: { el: 9, packages: ['htop'] } })[0]).toContain(QUOTE);
  });

  it('and so is true or false', () => {
    expect(step({ packages: { install: [true] } })).toEqual([
      'steps[0].packages.install[0]: this is the boolean true, where text belongs | Put it in quotes.',
    ]);
  });
});

describe('a key that is not known', () => {
  it.each([
    ['Pool', { relaese: 1 }, 'relaese is not known here | Did you mean release?'],
    ['Pool', { Layers: 1 }, 'Layers is not known here | Did you mean layers?'],
    [
      'Pool',
      { zzz: 1 },
      'zzz is not known here | Known are: name, extends, clusters, release, layers, architectures, base, build, refresh, follows, kernelType, extensions, kernelArguments, machineConfigPool, syncWave, target, silence, kind.',
    ],
    ['Layer', { constructor: 1 }, 'constructor is not known here | Known are: name, steps, silence, kind.'],
    ['Layer', { 'a\nb\u001b': 1 }, String.raw`"a\nb\u001b" is not known here`],
  ] as const)('%s: %j', (kind, change, expected) => {
    expect(errors(kind, change)[0]).toContain(expected);
  });

  it('is found at any depth, with what is known there', () => {
    expect(errors('Pool', { target: { machineConfig: { imgae: 'x' } } })).toContain(
      'target.machineConfig.imgae: imgae is not known here | Did you mean image?',
    );
    expect(step({ hotfix: { reason: 'x', rpms: [{ ulr: 'https://example.com/a.rpm' }] } })).toContain(
      'steps[0].hotfix.rpms[0].ulr: ulr is not known here | Did you mean url?',
    );
    expect(errors('Pool', { layers: [{ name: 'x', stepz: [] }] })).toContain(
      'layers[0].stepz: stepz is not known here | Did you mean steps?',
    );
    expect(errors('Pool', { build: { job: { namespce: 'x' } } })).toContain(
      'build.job.namespce: namespce is not known here | Did you mean namespace?',
    );
  });

  it('__proto__ is one, and reaches no prototype', () => {
    const data = JSON.parse('{"__proto__": {"polluted": 1}}');
    expect(errors('Layer', { ...LAYER, steps: [data] }).join()).toContain('__proto__ is not known here');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe('a step', () => {
  it('that is misspelt is not also missing', () => {
    expect(step({ hotfx: {} })).toEqual(['steps[0].hotfx: hotfx is not known here | Did you mean hotfix?']);
  });

  it('is one of its kinds', () => {
    expect(step({})[0]).toMatch(/^steps\[0\]: step is missing \| Write one of hotfix, epel, packages/);
    expect(step({ packages: { install: ['a'] }, files: [{ path: '/a', content: '' }] })).toEqual([
      'steps[0]: one step has several kinds: packages, files | Begin each with a dash of its own.',
    ]);
  });

  it('is a mapping', () => {
    expect(errors('Layer', { steps: ['packages'] })).toEqual([
      'steps[0]: this is text, where a mapping belongs',
    ]);
    expect(errors('Layer', { steps: { packages: {} } })).toEqual([
      'steps: this is a mapping, where a list belongs',
    ]);
  });
});

describe('what may be of several shapes', () => {
  it('is judged by the shape that it has', () => {
    expect(errors('Pool', { layers: ['Not A Name'] })[0]).toContain('layers[0]: "Not A Name" is not a name');
    expect(
      errors('Pool', { layers: [{ name: 'x', steps: [{ packages: { install: ['a;b'] } }] }] })[0],
    ).toContain('layers[0].steps[0].packages.install[0]: "a;b" is not a package name');
    expect(step({ run: { reason: 'x', commands: ['cat <<EOF\nEOF'] } })[0]).toContain(
      'steps[0].run.commands[0]: this command has a here-document',
    );
    expect(step({ run: { reason: 'x', commands: [['cd', '/x']] } })[0]).toContain(
      'steps[0].run.commands[0][0]: cd is not a program',
    );
  });

  it('names all of them where it has none', () => {
    expect(errors('Pool', { layers: [7] })).toEqual([
      'layers[0]: this is the number 7, where text or a mapping belongs',
    ]);
    expect(errors('Pool', { build: 'remote' })).toEqual([
      'build: this is text, where "local" or a mapping belongs',
    ]);
    expect(step({ run: { reason: 'x', commands: [7] } })).toEqual([
      'steps[0].run.commands[0]: this is the number 7, where text or a list belongs',
    ]);
  });
});

it('has no half of a character: no file could say it', () => {
  const text = 'a\ud800b';
  expect(step({ files: [{ path: '/a', content: text }] })).toEqual([
    'steps[0].files[0].content: this text has half of a character (a lone surrogate) | No UTF-8 can say that: write the character in full.',
  ]);
  expect(step({ files: [{ path: '/a', content: 'a\u{10000}😀' }] })).toEqual([]);
});

it('keeps the origin that it was given, below which every path is', () => {
  const { diagnostics } = parseSpec(
    DOCUMENTS.Layer,
    { ...LAYER, name: 'X' },
    { construct: 'app/x', path: ['layers', 0] },
  );
  expect(diagnostics[0]!.origin).toEqual({ construct: 'app/x', path: ['layers', 0, 'name'] });
});
