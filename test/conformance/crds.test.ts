import { join } from 'node:path';
import yaml from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { render } from '../../src/synth/synth.ts';
import { scenarios } from '../scenarios/scenarios.ts';
import { documents, LAYER, ON_CLUSTER, poolDocument, RELEASES } from '../synth/documents.ts';
import { asText, rendered, temporaryRepository } from '../synth/temporary-repository.ts';
import { type Crd, HAS_CRDS, loadCrds, WITHOUT_CRDS } from './crds.ts';
import { type StructuralSchema, validatorOf } from './schema.ts';

type KubeObject = { apiVersion: string; kind: string; metadata: { name: string; namespace?: string } };

describe('the validator of custom resources', () => {
  const name: StructuralSchema = {
    type: 'string',
    'x-kubernetes-validations': [
      { rule: '!format.dns1123Subdomain().validate(self).hasValue()', message: 'no name' },
    ],
  };
  const schema: StructuralSchema = {
    type: 'object',
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec: {
        type: 'object',
        properties: {
          name,
          sizes: {
            type: 'array',
            items: { type: 'object', properties: { of: { type: 'string' } } },
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['of'],
          },
        },
        'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'immutable' }],
      },
    },
    'x-kubernetes-validations': [
      {
        rule: 'self.metadata.name == self.spec.name || oldSelf.hasValue()',
        optionalOldSelf: true,
        message: 'other name',
      },
    ],
  };
  const validate = validatorOf(schema);
  const object = (spec: object) => ({ apiVersion: 'v1', kind: 'Thing', metadata: { name: 'a' }, spec });

  it('accepts what keeps every rule', () => {
    expect(validate(object({ name: 'a', sizes: [{ of: 'x' }, { of: 'y' }] }))).toEqual([]);
  });

  it.each([
    ['an unknown field', object({ name: 'a', nmae: 'a' }), /additional properties/],
    ['a wrong type', object({ name: 1 }), /must be string/],
    ['a missing kind', { apiVersion: 'v1', metadata: {}, spec: {} }, /kind/],
    ['a format that a rule asks for', object({ name: 'A' }), /no name/],
    ['two items of one key', object({ name: 'a', sizes: [{ of: 'x' }, { of: 'x' }] }), /twice/],
    ['a rule over the whole object', object({ name: 'b' }), /other name/],
  ])('refuses %s', (_, broken, message) => {
    expect(validate(broken).join('\n')).toMatch(message);
  });

  it('looks at rules on changes where there is an old object', () => {
    const before = object({ name: 'b' });
    expect(validate(before, before)).toEqual([]);
    expect(validate(object({ name: 'c' }), before).join()).toMatch(/immutable/);
  });
});

// Not `skip`: CI takes a skipped test for a failed one, and a clone by itself has no ../shared.
if (HAS_CRDS) againstCrds(loadCrds());
else
  process.stderr.write(
    `test/conformance: not compared with OpenShift's own definitions, because ${WITHOUT_CRDS}\n`,
  );

function againstCrds(all: readonly Crd[]): void {
  const crds = all.filter(({ version }) => version === 'v1');
  const sources = [
    { name: 'the samples of this repository', folder: '.' },
    ...scenarios().map(({ name, input }) => ({ name: `the scenario ${name}`, folder: input })),
  ];
  const samples = sources.map(({ name, folder }) => ({
    name,
    objects: objectsOf(asText(render(folder).files)),
  }));
  const ours = samples.flatMap(({ objects }) => objects);

  describe("OpenShift's own definitions", () => {
    it('are there for both objects, of today and of 4.18', () => {
      expect(crds.filter(({ kind }) => kind === 'MachineConfig')).toHaveLength(1);
      expect(crds.filter(({ kind }) => kind === 'MachineOSConfig').map(({ release }) => release)).toEqual([
        'main',
        'release-4.18',
      ]);
      expect(ours.map(({ kind }) => kind)).toEqual(
        expect.arrayContaining(['MachineConfig', 'MachineOSConfig']),
      );
    });

    it.each(samples)('accept every object of $name', ({ objects }) => {
      expect(objects.length).toBeGreaterThan(0);
      const errors = objects.flatMap((object) =>
        crds
          .filter(({ kind }) => kind === object.kind)
          .flatMap(({ release, validate }) =>
            validate(object).map((error) => `${release} ${object.kind} ${object.metadata.name}: ${error}`),
          ),
      );
      expect(errors).toEqual([]);
    });

    it('say that these objects are cluster-scoped, and none of ours has a namespace', () => {
      const clusterScoped = new Set(crds.filter(({ scope }) => scope === 'Cluster').map(({ kind }) => kind));
      const found = ours.filter(({ kind }) => clusterScoped.has(kind));
      expect(found.length).toBeGreaterThan(0);
      expect(found.filter(({ metadata }) => 'namespace' in metadata)).toEqual([]);
    });

    const machineOSConfig = ours.find(({ kind }) => kind === 'MachineOSConfig')!;
    it.each(crds.filter(({ kind }) => kind === 'MachineOSConfig'))('of $release refuse what is broken', ({
      validate,
    }) => {
      const errors = Object.fromEntries(
        Object.entries(BREAKS).map(([what, change]) => {
          const broken = structuredClone(machineOSConfig) as KubeObject & { spec: Record<string, unknown> };
          change(broken as never);
          return [what, validate(broken).length > 0];
        }),
      );
      expect(validate(machineOSConfig)).toEqual([]);
      expect(errors).toEqual(Object.fromEntries(Object.keys(BREAKS).map((what) => [what, true])));
    });

    it('hold a Containerfile of exactly as many characters as the compiler lets through', () => {
      const { validate } = crds.find(
        ({ kind, release }) => kind === 'MachineOSConfig' && release === 'main',
      )!;
      // Beyond the basic plane a character is two units of UTF-16, and one to the API server.
      const filler = (count: number) =>
        temporaryRepository({
          'layers/a.yaml': documents(
            RELEASES,
            LAYER,
            poolDocument({
              name: 'infra',
              target: ON_CLUSTER,
              layers: `[{ name: big, steps: [{ run: { reason: a test, commands: ["echo ${'\u{1F600}'.repeat(count)}"] } }] }]`,
            }),
          ),
        });
      const contentOf = (count: number) => {
        const [object] = objectsOf(rendered(filler(count)));
        return {
          object,
          length: [
            ...(object as never as { spec: { containerFile: { content: string }[] } }).spec.containerFile[0]!
              .content,
          ].length,
        };
      };
      const { length } = contentOf(10);
      const most = 10 + 4096 - length;
      expect(contentOf(most).length).toBe(4096);
      expect(validate(contentOf(most).object)).toEqual([]);
      expect(() => contentOf(most + 1)).toThrow(/4097 characters/);
    });
  });
}

type Broken = {
  metadata: { name: string };
  spec: Record<string, never> & {
    containerFile: { containerfileArch: string; content: string }[];
    imageBuilder: { imageBuilderType: string };
    renderedImagePushSpec: string;
    renderedImagePushSecret: { name: string };
  };
};

/** Each makes a MachineOSConfig one that the API server refuses, or, with an unknown field, forgets. */
const BREAKS: Record<string, (object: Broken) => void> = {
  'an architecture that is none': ({ spec }) => {
    spec.containerFile[0]!.containerfileArch = 'noarch';
  },
  'an architecture twice': ({ spec }) => {
    spec.containerFile.push(spec.containerFile[0]!);
  },
  'a Containerfile of 4,097 characters': ({ spec }) => {
    spec.containerFile[0]!.content = 'x'.repeat(4097);
  },
  "a name that is not the pool's": ({ metadata }) => {
    metadata.name = 'other';
  },
  'a push spec without a tag': ({ spec }) => {
    spec.renderedImagePushSpec = 'registry.example.com/os/infra';
  },
  'a push spec of a host without a dot': ({ spec }) => {
    spec.renderedImagePushSpec = 'localhost/os/infra:latest';
  },
  'another builder': ({ spec }) => {
    spec.imageBuilder.imageBuilderType = 'PodImageBuilder';
  },
  'a Secret in upper case': ({ spec }) => {
    spec.renderedImagePushSecret.name = 'OS_push';
  },
  'no Secret': ({ spec }) => {
    delete (spec as Partial<Broken['spec']>).renderedImagePushSecret;
  },
  'an unknown field': ({ spec }) => {
    Object.assign(spec, { buildInputs: {} });
  },
};

function objectsOf(files: Readonly<Record<string, string>>): KubeObject[] {
  return Object.entries(files)
    .filter(([path]) => path.endsWith('.k8s.yaml'))
    .flatMap(
      ([path, text]) => yaml.loadAll(text, undefined, { filename: join('dist', path) }) as KubeObject[],
    );
}
