import { describe, expect, it } from 'vitest';
import { type BuildInput, buildDocuments, buildName, type OsImages } from '../../src/operator/names.ts';
import { asAdmitted } from '../../src/operator/objects.ts';
import { parseNamed, withTag } from '../../src/operator/reference.ts';
import { Refusal } from '../../src/operator/refusal.ts';
import type { ReleaseVersion } from '../../src/values/release-version.ts';
import { config, hasGolden, osConfig, pool, readJson } from './golden.ts';

const RELEASE = '4.21.0' as ReleaseVersion;
const IMAGES: OsImages = {
  base: 'quay.io/a/os@sha256:1',
  extensions: 'quay.io/a/e@sha256:2',
  release: '4.21.3',
};

const input = (content: string, more: Partial<BuildInput> = {}): BuildInput => ({
  release: RELEASE,
  pool: pool('infra', { configuration: { name: 'rendered-infra-1' } }),
  config: osConfig('infra', {
    machineConfigPool: { name: 'infra' },
    imageBuilder: { imageBuilderType: 'Job' },
    renderedImagePushSecret: { name: 'push' },
    renderedImagePushSpec: 'quay.io/a/os:latest',
    containerFile: [{ containerfileArch: 'NoArch', content }],
  }),
  images: IMAGES,
  ...more,
});

const GENERATED = 'machineconfiguration.openshift.io/generated-by-controller-version';
const VERSION = 'machineconfiguration.openshift.io/release-image-version';

const rendered = (annotations: object | undefined, name = 'rendered-infra-1') =>
  config({ metadata: { name, annotations }, spec: {} });

describe('the name of a MachineOSBuild', () => {
  it('is the hash of three documents, one after the other', () => {
    expect(buildDocuments(input('FROM configs AS final\nRUN a && \\\n\tb'))).toEqual({
      configuration: 'name: rendered-infra-1\n',
      config: `containerFile:
- containerfileArch: NoArch
  content: "FROM configs AS final\\nRUN a && \\\\\\n\\tb"
imageBuilder:
  imageBuilderType: Job
machineConfigPool:
  name: infra
renderedImagePushSecret:
  name: push
renderedImagePushSpec: quay.io/a/os:latest
`,
      images: `BaseOSContainerImage: quay.io/a/os@sha256:1
BaseOSExtensionsContainerImage: quay.io/a/e@sha256:2
OSImageURL: ""
ReleaseVersion: 4.21.3
`,
    });
    expect(buildName(input('FROM configs AS final\n'))).toMatch(/^infra-[0-9a-f]{32}$/);
  });

  it('tells no list of Containerfiles from an empty one, and an architecture that is not said from NoArch', () => {
    const spec = { machineConfigPool: { name: 'infra' } };
    const text = (more: object) =>
      buildDocuments(input('', { config: osConfig('infra', { ...spec, ...more }) })).config;
    expect(text({})).toContain('containerFile: null\n');
    expect(text({ containerFile: [] })).toContain('containerFile: []\n');
    expect(text({ containerFile: [{ content: 'a' }] })).toContain('containerFile:\n- content: a\n');
    const admitted = asAdmitted(osConfig('infra', { ...spec, containerFile: [{ content: 'a' }] }).spec);
    expect(admitted.containerFile).toEqual([{ containerfileArch: 'NoArch', content: 'a' }]);
  });

  it.each([
    ['missing required MachineConfig', undefined],
    ['machineconfig "99-a" is not a rendered MachineConfig', rendered({}, '99-a')],
    [`missing annotation "${VERSION}" on MachineConfig "rendered-infra-1"`, rendered(undefined)],
    [`empty annotation "${VERSION}" value on MachineConfig "rendered-infra-1"`, rendered({ [VERSION]: '' })],
    [
      `missing annotation "${GENERATED}" on MachineConfig "rendered-infra-1"`,
      rendered({ [VERSION]: '4.22.1' }),
    ],
  ])('is refused from 4.22 on: %s', (message, config) => {
    const given = input('', { release: '4.22.0' as ReleaseVersion, ...(config && { rendered: config }) });
    expect(() => buildName(given)).toThrow(
      `could not get hashed name for MachineOSBuild: could not get hashed name: could not validate for hash: machineconfig failed validation: ${message}`,
    );
    expect(() => buildName({ ...given, release: RELEASE })).not.toThrow();
  });

  it('is refused for another pool', () => {
    const other = pool('worker', { configuration: { name: 'rendered-worker-1' } });
    expect(() => buildName(input('', { pool: other }))).toThrow(
      'could not validate for hash: name mismatch, MachineConfigPool has "worker", MachineOSConfig has "infra"',
    );
  });

  it('is refused for a Containerfile that YAML cannot have', () => {
    expect(() => buildName(input('RUN echo \u007f'))).toThrow(
      'could not marshal object to YAML: error converting JSON to YAML: yaml: control characters are not allowed',
    );
  });
});

interface HashVector {
  readonly machineOSConfigName: string;
  readonly poolSpecConfiguration: object;
  readonly machineOSConfigSpec: { machineConfigPool: { name: string } };
  readonly osImageURLConfig: Readonly<Record<string, string>>;
  readonly hashedYAMLDocuments: readonly string[];
  readonly machineOSBuildName: string;
}

interface PushSpecVector {
  readonly renderedImagePushSpec: string;
  readonly controllerParseNamedAccepts: boolean;
  readonly controllerParseNamedError?: string;
  readonly machineOSBuildPushSpec?: string;
}

if (hasGolden('names are')) {
  describe("the operator's own names", () => {
    it.each(readJson('machineosbuild-hash-vectors.json') as HashVector[])('$name', (vector) => {
      const { machineConfigPool } = vector.machineOSConfigSpec;
      const given = input('', {
        pool: pool(machineConfigPool.name, { configuration: vector.poolSpecConfiguration }),
        config: osConfig(vector.machineOSConfigName, vector.machineOSConfigSpec),
        images: {
          base: vector.osImageURLConfig.BaseOSContainerImage!,
          extensions: vector.osImageURLConfig.BaseOSExtensionsContainerImage!,
          release: vector.osImageURLConfig.ReleaseVersion!,
        },
      });
      expect(Object.values(buildDocuments(given))).toEqual(vector.hashedYAMLDocuments);
      expect(buildName(given)).toBe(vector.machineOSBuildName);
    });

    it.each(readJson('push-spec-vectors.json') as PushSpecVector[])('$renderedImagePushSpec', (vector) => {
      const verdict = () => parseNamed(vector.renderedImagePushSpec);
      if (vector.controllerParseNamedAccepts) {
        const tag = vector.machineOSBuildPushSpec?.replace(/@.*/, '').split(':').at(-1);
        if (tag !== undefined) expect(withTag(verdict(), tag)).toBe(vector.machineOSBuildPushSpec);
        else expect(verdict).not.toThrow();
      } else {
        expect(verdict).toThrow(new Refusal(vector.controllerParseNamedError));
      }
    });
  });
}
