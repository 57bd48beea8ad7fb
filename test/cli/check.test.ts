import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configYaml, machineConfigYaml } from '../../src/checks/examples.ts';
import { documents, LAYER, poolDocument, RELEASES } from '../synth/documents.ts';
import { temporaryRepository } from '../synth/temporary-repository.ts';

const GOOD = configYaml();
const BAD = machineConfigYaml('osImageURL: registry.example.com/os/infra:latest\nextensions: [nope]');
const WARNED = machineConfigYaml('osImageURL: registry.example.com/os/infra:latest');

/** `layers` in a folder that is no repository, with something piped in. */
function piped(input: string, ...args: string[]) {
  return spawnSync(process.execPath, [resolve('lib/layers.js'), ...args], {
    cwd: temporaryRepository().root,
    input,
    encoding: 'utf8',
  });
}

describe('layers check on this repository', () => {
  it('is clean', () => {
    const run = spawnSync(process.execPath, ['lib/layers.js', 'check', '--strict'], { encoding: 'utf8' });
    expect(run).toMatchObject({ status: 0, stdout: '', stderr: 'nothing to report, 5 silenced\n' });
  });
});

describe('layers check', () => {
  const layer = 'kind: Layer\nname: tools\nsteps: [{ epel: { el: "9", packages: [htop], keep: true } }]\n';
  const silenced = `${poolDocument()}silence: [{ check: pin-missing, reason: a sample }]\n`;
  const repository = (...texts: string[]) => {
    const made = temporaryRepository({ 'layers/a.yaml': documents(...texts, RELEASES) });
    made.layers('synth');
    return made;
  };

  it('tells warnings and ends with 0; with --strict it ends with 1', () => {
    const { layers } = repository(layer, silenced);
    expect(layers('check')).toMatchObject({
      status: 0,
      stdout: '',
      stderr: expect.stringMatching(
        /^layers\/a\.yaml:3:52 warning .*repository-kept[\s\S]*2 warnings, 1 silenced\n$/m,
      ),
    });
    expect(layers('check', '--strict')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/2 errors, 1 silenced\n$/),
    });
  });

  it('has findings, and what is silenced with its reason, as JSON', () => {
    const { layers } = repository(layer, silenced);
    const { status, stdout } = layers('check', '--output', 'json');
    const data = JSON.parse(stdout);
    expect(status).toBe(0);
    expect(data.diagnostics).toContainEqual(
      expect.objectContaining({ code: 'repository-kept', file: 'layers/a.yaml', line: 3 }),
    );
    expect(data.silenced).toEqual([
      expect.objectContaining({ code: 'pin-missing', reason: 'a sample', file: 'layers/a.yaml', line: 6 }),
    ]);
  });

  it('has annotations and SARIF, of documents with errors as well', () => {
    const broken = repository(layer, poolDocument({ layers: '[tolls]' }));
    const github = broken.layers('check', '--output', 'github');
    expect(github).toMatchObject({
      status: 2,
      stdout: expect.stringMatching(
        /^::error file=layers\/a\.yaml,line=8,col=10,title=unknown-layer::there is no layer tolls%0A/,
      ),
      stderr: expect.stringContaining('unknown-layer'),
    });
    const sarif = broken.layers('check', '--output=sarif');
    expect(sarif).toMatchObject({ status: 2, stderr: '' });
    expect(JSON.parse(sarif.stdout).runs[0].results).toEqual([
      expect.objectContaining({ ruleId: 'unknown-layer', level: 'error' }),
    ]);
  });

  it.each([
    'synth',
    'init',
    'build',
  ])('alone has these forms: layers %s --output sarif is an error', (verb) => {
    expect(repository(LAYER).layers(verb, '--output', 'sarif')).toMatchObject({ status: 2 });
  });
});

describe('layers check --manifests', () => {
  it('needs no layers/, and says which rules it went by', () => {
    const repository = temporaryRepository({
      'a.yaml': GOOD,
      'b/c.json': '{}',
      'b/d.yml': BAD,
      'b/chart.yaml': 'a: {{ b }',
      'b/e.txt': '[',
    });
    expect(repository.layers('check', '--manifests', 'a.yaml')).toMatchObject({
      status: 0,
      stdout: '',
      stderr: 'nothing to report\n1 object checked by the rules of OpenShift 5.1.0\n',
    });
    expect(repository.layers('check', '--manifests', 'a.yaml', 'b', '--release', '4.19')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(
        /^b\/d\.yml:9:16 error OpenShift 4\.19\.0 has no extension nope[\s\S]*2 objects checked by the rules of OpenShift 4\.19\.0\n$/m,
      ),
    });
  });

  it('takes files of any place, and what is piped in', () => {
    const repository = temporaryRepository({ 'a.yaml': BAD });
    expect(piped('', 'check', '--manifests', `${repository.root}/a.yaml`).status).toBe(2);
    const run = piped(BAD, 'check', '--manifests', '-');
    expect(run).toMatchObject({ status: 2, stdout: '' });
    expect(run.stderr).toContain('<stdin>:9:16 error');
    expect(run.stderr).toContain('9 |   extensions: [nope]');
    expect(piped(GOOD, 'check', '--manifests', '-').status).toBe(0);
  });

  it('ends with 0 on warnings, and with 1 on them with --strict', () => {
    expect(piped(WARNED, 'check', '--manifests', '-').status).toBe(0);
    expect(piped(WARNED, 'check', '--manifests', '-', '--strict').status).toBe(1);
  });

  it('has JSON with the release and the number of objects', () => {
    const run = piped(`${GOOD}---\n${WARNED}`, 'check', '--manifests', '-', '--output', 'json');
    expect(JSON.parse(run.stdout)).toMatchObject({
      release: '5.1.0',
      checked: 2,
      diagnostics: [
        { code: 'os-image-by-tag', file: '<stdin>', line: 26, column: 15, path: 'spec.osImageURL' },
      ],
      silenced: [],
    });
    expect(run.stderr).toBe('');
  });

  it.each([
    [['check', '--manifests'], 'usage'],
    [['check', '--release', '4.19'], 'usage'],
    [['check', '--manifests', 'no-such.yaml'], 'no-manifests'],
    [['check', '--manifests', '-', '--release', '3.11'], 'release-unknown'],
    [['synth', '-'], 'usage'],
  ])('%j is an error', (args, code) => {
    const run = piped('', ...args);
    expect(run).toMatchObject({ status: 2, stdout: '' });
    expect(run.stderr).toContain(`(${code})`);
  });
});
