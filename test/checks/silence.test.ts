import { describe, expect, it } from 'vitest';
import { check } from '../../src/actions/check.ts';
import { checkManifests } from '../../src/actions/check-manifests.ts';
import { configYaml, machineConfigYaml } from '../../src/checks/examples.ts';
import { documents, RELEASES } from '../synth/documents.ts';
import { installInto, temporaryRepository } from '../synth/temporary-repository.ts';

const layer = (silence: string) => `kind: Layer
name: tools
steps: [{ epel: { el: "9", packages: [htop], keep: true } }]
${silence}`;
const pool = (silence: string, name = 'worker') => `kind: Pool
name: ${name}
release: "4.19.3"
layers: [tools]
target: { machineConfig: { image: registry.example.com/os/worker } }
${silence}`;
const silence = (...checks: string[]) =>
  `silence: [${checks.map((code) => `{ check: ${code}, reason: "LAB-7: it is meant" }`).join(', ')}]\n`;

function found(...texts: string[]) {
  const { root } = temporaryRepository({ 'layers/a.yaml': documents(...texts, RELEASES) });
  const { diagnostics, silenced } = check({ root });
  return {
    left: diagnostics
      .filter(({ code }) => code !== 'dist-drift')
      .map(({ severity, code }) => `${severity} ${code}`)
      .sort(),
    silenced: silenced.map(({ diagnostic, reason }) => `${diagnostic.code}: ${reason}`).sort(),
  };
}

const ALL = ['error pin-missing', 'warning epel-release-unpinned', 'warning repository-kept'];

describe('a silence', () => {
  it('takes out what its document has, and keeps the reason', () => {
    expect(found(layer(''), pool(''))).toEqual({ left: ALL, silenced: [] });
    expect(
      found(layer(silence('epel-release-unpinned', 'repository-kept')), pool(silence('pin-missing'))),
    ).toEqual({
      left: [],
      silenced: [
        'epel-release-unpinned: LAB-7: it is meant',
        'pin-missing: LAB-7: it is meant',
        'repository-kept: LAB-7: it is meant',
      ],
    });
  });

  it('holds for its own document only, and is told where it silences nothing', () => {
    expect(found(layer(''), pool(silence('repository-kept')))).toEqual({
      left: [...ALL, 'warning silence-unused'].sort(),
      silenced: [],
    });
  });

  it('holds for layers that are written in place in its pool', () => {
    const inPlace = pool(silence('repository-kept')).replace(
      '[tools]',
      '[{ name: tools, steps: [{ epel: { el: "9", packages: [htop], keep: true } }] }]',
    );
    expect(found(inPlace)).toMatchObject({ silenced: ['repository-kept: LAB-7: it is meant'] });
  });

  it('in a layer that two pools have is one, and used', () => {
    const { left, silenced } = found(layer(silence('repository-kept')), pool(''), pool('', 'infra'));
    expect(silenced).toEqual(['repository-kept: LAB-7: it is meant']);
    expect(left).not.toContain('warning silence-unused');
  });

  it('in defaults holds for their own keys', () => {
    const defaults = `kind: PoolDefaults\nbase: quay.io/a/b@sha256:${'4'.repeat(64)}\nextensions: [usbguard]\n${silence('extensions-unmatched')}`;
    expect(found(defaults, layer(''), pool(''))).toEqual({
      left: ALL,
      silenced: ['extensions-unmatched: LAB-7: it is meant'],
    });
  });

  it.each([
    ['repository-kpet', 'error unknown-check'],
    ['pin-behind', 'error not-silenceable'],
    ['extension-clash', 'error not-silenceable'],
    ['push-spec-unusable', 'error not-silenceable'],
    ['constructor', 'error unknown-check'],
  ])('of %s is an error', (code, error) => {
    expect(found(layer(''), pool(silence(code))).left).toEqual([error, ...ALL].sort());
  });

  it('needs a reason', () => {
    const { root } = temporaryRepository({
      'layers/a.yaml': documents(layer('silence: [{ check: run-step }]\n'), pool(''), RELEASES),
    });
    expect(() => check({ root })).toThrow(/reason is missing/);
  });

  it('changes nothing of what is built', () => {
    const hashes = ['', silence('repository-kept')].map((text) => {
      const repository = temporaryRepository({
        'layers/a.yaml': documents(layer(text), pool(text), RELEASES),
      });
      repository.layers('synth');
      return repository.dist();
    });
    expect(hashes[0]).toEqual(hashes[1]);
  });

  it('is a prop of constructs as well', () => {
    const repository = temporaryRepository({
      'layers/releases.yaml': RELEASES,
      'cdk8s.yaml': 'app: node main.mjs\noutput: dist\n',
      'main.mjs': `import { LayeredPool, LayersApp, OsLayer, PoolTarget } from 'cdk8s-os-layers';
const app = new LayersApp();
new LayeredPool(app, 'worker', {
  release: '4.19.3',
  layers: [
    { ...OsLayer.epel('tools', { el: '9', packages: ['htop'], keep: true }), silence: [{ check: 'repository-kept', reason: 'the lab' }] },
    OsLayer.epel('more', { el: '9', packages: ['jq'], keep: true }),
  ],
  target: PoolTarget.machineConfig({ image: 'registry.example.com/os/worker' }),
  silence: [{ check: 'pin-missing', reason: 'a sample' }, { check: 'epel-release-unpinned', reason: 'the lab' }],
});
app.synth();
`,
    });
    installInto(repository);
    repository.layers('synth');
    const { diagnostics, silenced } = check({ root: repository.root });
    expect(diagnostics.map(({ code, origin }) => [code, origin])).toEqual([
      ['repository-kept', { construct: 'worker', path: ['layers', 1, 'steps', 0, 'epel', 'keep'] }],
    ]);
    expect(silenced.map(({ reason }) => reason).sort()).toEqual([
      'a sample',
      'the lab',
      'the lab',
      'the lab',
    ]);
  });
});

describe('an annotation that silences', () => {
  const tagged = (annotation: string) =>
    machineConfigYaml('osImageURL: registry.example.com/os/lab:nightly').replace(
      'metadata:\n',
      `metadata:\n  annotations:\n    silence.cdk8s-os-layers/${annotation}: nightly builds\n`,
    );
  const run = (text: string) => {
    const { diagnostics, silenced } = checkManifests({ root: '.', paths: ['<stdin>'], stdin: () => text });
    return {
      left: diagnostics.map(({ severity, code }) => `${severity} ${code}`),
      silenced: silenced.map(({ diagnostic, reason }) => `${diagnostic.code}: ${reason}`),
    };
  };

  it('holds for its own object', () => {
    const other = machineConfigYaml('osImageURL: registry.example.com/os/edge:nightly', '99-edge', 'edge');
    expect(run(tagged('os-image-by-tag'))).toEqual({
      left: [],
      silenced: ['os-image-by-tag: nightly builds'],
    });
    expect(run(`${tagged('os-image-by-tag')}---\n${other}`).left).toEqual(['warning os-image-by-tag']);
  });

  it('is told where it is of no use, or cannot be', () => {
    expect(run(tagged('no-commit')).left).toEqual(['warning os-image-by-tag', 'warning silence-unused']);
    expect(run(tagged('unknown-extension')).left).toContain('error not-silenceable');
    expect(run(configYaml())).toEqual({ left: [], silenced: [] });
  });
});
