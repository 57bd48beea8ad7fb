import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configYaml, DIGEST, machineConfigYaml, poolYaml } from '../../../src/checks/examples.ts';
import { rulesOf } from '../../../src/checks/manifests/releases.ts';
import { collect } from '../../../src/spec/library.ts';
import { parseYaml } from '../../../src/spec/yaml.ts';
import { codes, found } from './found.ts';

const ALL = ['4.18', '4.19', '4.20', '4.21', '4.22', '5.0', '5.1'];

/** The releases for which a text has a finding. */
function releasesWith(text: string, finding: string): string[] {
  return ALL.filter((release) => codes(text, release).includes(finding));
}

describe('the rules of a release', () => {
  it.each([
    ['4.19', '4.19.0'],
    ['4.19.3', '4.19.3'],
    ['5.0.0-rc.1', '5.0.0-rc.1'],
    [undefined, '5.1.0'],
  ])('%s are known', (text, release) => {
    expect(rulesOf(text)).toBe(release);
  });

  it.each(['4.17', '5.2', '4', 'latest', '4.x', '', '4.19.', '04.19'])('%j are not', (text) => {
    expect(() => rulesOf(text)).toThrow(/release-unknown/);
  });

  const ignition = (version: string) => machineConfigYaml(`config:\n  ignition:\n    version: ${version}`);
  const extension = (name: string) => machineConfigYaml(`extensions: [${name}]`);
  const stream = poolYaml('osImageStream:\n  name: rhel-10');
  const image = (name: string, role: string) =>
    machineConfigYaml(`osImageURL: registry.example.com/os/a@${DIGEST}`, name, role);
  const secret = (json: string) =>
    `${configYaml()}---\napiVersion: v1\nkind: Secret\nmetadata: { name: os-push }\ntype: kubernetes.io/dockerconfigjson\ndata: { .dockerconfigjson: ${Buffer.from(json).toString('base64')} }\n`;

  it.each([
    ['Ignition 3.4', ignition('3.4.0'), 'error ignition-version', []],
    ['Ignition 3.5', ignition('3.5.0'), 'error ignition-version', ['4.18']],
    ['Ignition 3.6', ignition('3.6.0'), 'error ignition-version', ALL],
    ['Ignition 2.2', ignition('2.2.0'), 'error ignition-version', []],
    ['Ignition 2.3', ignition('2.3.0'), 'error ignition-version', ALL],
    ['wasm', extension('wasm'), 'error unknown-extension', ['4.22', '5.0', '5.1']],
    ['two-node-ha', extension('two-node-ha'), 'error unknown-extension', ['4.18']],
    ['usbguard', extension('usbguard'), 'error unknown-extension', []],
    ['an osImageStream', stream, 'error os-image-stream', ['4.18', '4.19', '4.20']],
    ['an osImageStream behind a gate', stream, 'warning os-image-stream', ['4.21', '4.22']],
    [
      'an osImageStream with an image',
      `${stream}---\n${image('99-a', 'infra')}`,
      'error os-image-stream',
      ALL,
    ],
    ['a name before 00-worker', image('00-a', 'worker'), 'warning name-sorts-early', ALL.slice(0, 4)],
    ['a name before 00-worker, of a custom pool', image('00-a', 'infra'), 'warning name-sorts-early', []],
    [
      'an image under a MachineOSConfig',
      `${configYaml()}---\n${image('99-a', 'infra')}`,
      'warning image-ignored',
      ALL.slice(0, 4),
    ],
    [
      'a RUN without a commit',
      configYaml({ content: 'FROM configs\nRUN true' }),
      'warning no-commit',
      ['4.18'],
    ],
    [
      'a RUN that nothing looks at',
      configYaml({ content: 'FROM configs\nRUN true' }),
      'info no-commit',
      ALL.slice(1),
    ],
    [
      'a lint at the end',
      configYaml({ content: 'FROM configs\nRUN true\nRUN bootc container lint' }),
      'info no-commit',
      [],
    ],
    ['an identitytoken', secret('{"auths":{"a":{"identitytoken":"x"}}}'), 'error docker-json', ALL.slice(2)],
    ['HttpHeaders', secret('{"auths":{},"HttpHeaders":{}}'), 'error docker-json', ALL.slice(2)],
    ['credHelpers', secret('{"auths":{},"credHelpers":{}}'), 'error docker-json', ['4.22']],
    ['the older form of it', secret('{"a":{"auth":"x"}}'), 'error docker-json', []],
    ['no JSON', secret('text'), 'error docker-json', ALL],
    ['a list', secret('[]'), 'error docker-json', ALL],
  ] as const)('%s', (_, text, finding, releases) => {
    expect(releasesWith(text, finding)).toEqual(releases);
  });

  it('never show what is in a Secret', () => {
    const diagnostics = found(secret('{"auths":{"a":{"identitytoken":"hunter2"}},"hunter3":{}}'));
    expect(JSON.stringify(diagnostics)).toContain('identitytoken');
    expect(JSON.stringify(diagnostics)).not.toContain('hunter2');
  });

  it('leave Secrets alone that are encrypted, in another namespace, or of nobody', () => {
    const bad = secret('text');
    expect(codes(`${bad}sops: {}\n`)).toEqual([]);
    expect(codes(bad.replace('{ name: os-push }', '{ name: os-push, namespace: other }'))).toEqual([]);
    expect(codes(bad.replace('name: os-push }\ntype', 'name: another }\ntype'))).toEqual([]);
  });
});

describe('the mistakes in the documents that people copy from', () => {
  const seed = `apiVersion: machineconfiguration.openshift.io/v1
kind: MachineOSConfig
metadata:
  name: layered-image
spec:
  machineConfigPool:
    name: layered
  containerFile:
  - containerfileArch: noarch
    content: |-
      FROM configs AS final
      RUN rpm-ostree install tree && ostree container commit
  imageBuilder:
    imageBuilderType: PodImageBuilder
  currentImagePullSecret:
    name: current-image-pull
  renderedImagePushspec: image-registry.openshift-image-registry.svc:5000/openshift/os-image:latest
  renderedImagePushSecret:
    name: builder-dockercfg-mtcl23
`;

  it('are each told, with what to write', () => {
    const told = found(seed).map(({ message, hint }) => `${message}: ${hint}`);
    expect(told).toEqual([
      expect.stringMatching(/this must be "Job".*write Job/),
      'renderedImagePushSpec is missing: undefined',
      expect.stringMatching(/"NoArch" or .*Write NoArch/),
      expect.stringMatching(/currentImagePullSecret is not known.*global pull secret/),
      expect.stringMatching(/renderedImagePushspec is not known.*Did you mean renderedImagePushSpec\?/),
      'this is named layered-image, and its pool is layered: Write name: layered.',
    ]);
  });

  it('put right are gone', () => {
    const right = seed
      .replace('layered-image', 'layered')
      .replace('noarch', 'NoArch')
      .replace('PodImageBuilder', 'Job')
      .replace('Pushspec', 'PushSpec')
      .replace(/ {2}currentImagePullSecret:\n.*\n/, '');
    expect(codes(right)).toEqual([]);
  });

  it('of v1alpha1 are told, wrappers and all', () => {
    const old = configYaml({ apiVersion: 'v1alpha1', more: '  buildInputs: {}\n  buildOutputs: {}\n' });
    expect(found(old).map(({ code, hint }) => [code, hint])).toEqual([
      ['unknown-key', expect.stringContaining('stands in spec itself')],
      ['unknown-key', expect.stringContaining('global pull secret')],
      ['api-removed', expect.stringContaining('machineconfiguration.openshift.io/v1')],
    ]);
  });

  it.each([
    ['renderedImagePushspec: a.b/c:d', /Did you mean renderedImagePushSpec\?/],
    ['currentImagePullSecret: { name: a }', /global pull secret/],
    ['buildInputs: {}', /up to 4\.17/],
  ])('are told in documents of layers/ as well: %s', (line, hint) => {
    const text = `kind: Pool\nname: infra\ntarget:\n  machineOSConfig:\n    ${line}\n`;
    const { diagnostics } = collect(parseYaml(text, 'a.yaml').documents);
    expect(diagnostics.find(({ code }) => code === 'unknown-key')?.hint).toMatch(hint);
  });

  const SEEDS = '../shared/seeds';
  const seeds = (() => {
    try {
      return readdirSync(SEEDS).map((file) => readFileSync(`${SEEDS}/${file}`, 'utf8'));
    } catch {
      process.stderr.write(`test/checks: the documents that this was started from are not at ${SEEDS}\n`);
      return [];
    }
  })();
  const examples = seeds.flatMap((text) => [
    ...[...text.matchAll(/```(?:yaml|terminal)\n(apiVersion: machineconfiguration[\s\S]*?)```/g)].map(
      (match) => match[1]!,
    ),
  ]);

  if (examples.length > 0) {
    it.each(examples)('are found in the examples themselves, without a crash: %#', (example) => {
      // The numbers of footnotes are at the ends of lines.
      const text = example.replaceAll(/[ ]+\d$/gm, '').replaceAll(/^# \.\.\.\n/gm, '');
      const told = found(text);
      expect(told.filter(({ code }) => code === 'invalid-yaml')).toEqual([]);
      expect(told.length).toBeGreaterThan(0);
    });
  }
});
