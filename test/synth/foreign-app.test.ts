import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { documents, LAYER, poolDocument, RELEASES } from './documents.ts';
import { installInto, type TemporaryRepository, temporaryRepository } from './temporary-repository.ts';

/** A user's own program: pools of documents, one of its own, and a chart that has nothing to do with layers. */
const APP = `import { ApiObject, Chart } from 'cdk8s';
import { LayeredPool, LayersApp, OsLayer, PoolTarget } from 'cdk8s-os-layers';

const app = new LayersApp();
for (const props of app.pools) new LayeredPool(app, props.name, props);
new LayeredPool(app, 'gpu', {
  release: '4.19.3',
  layers: ['tools', OsLayer.packages('driver', { install: ['nvidia-driver'] })],
  target: PoolTarget.machineConfig({ image: 'registry.example.com/os/gpu' }),
});
const chart = new Chart(app, 'settings', { namespace: 'tools' });
const a = new ApiObject(chart, 'a', { apiVersion: 'v1', kind: 'ConfigMap', data: { key: 'value' } });
a.addDependency(new ApiObject(chart, 'b', { apiVersion: 'v1', kind: 'ConfigMap' }));
console.log('on stdout');
console.error('on stderr');
app.synth();
`;

function repository(app = APP, command = 'node app.mjs'): TemporaryRepository {
  const made = temporaryRepository({
    'layers/a.yaml': documents(RELEASES, LAYER, poolDocument()),
    'cdk8s.yaml': `language: typescript\napp: ${command}\noutput: dist\n`,
    'app.mjs': app,
  });
  installInto(made);
  return made;
}

const codesOf = (stdout: string) =>
  JSON.parse(stdout)
    .diagnostics.map(({ code }: { code: string }) => code)
    .sort();

describe("a user's own app in cdk8s.yaml", () => {
  it('is run as cdk8s runs it, and gives the same bytes', () => {
    const app = repository();
    expect(app.layers('synth')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('added dist/gpu.build'),
    });
    const ours = app.dist();
    expect(Object.keys(ours)).toEqual(
      expect.arrayContaining(['gpu.build', 'settings.k8s.yaml', 'worker.build']),
    );
    expect(ours['settings.k8s.yaml']).toMatch(/name: settings-b-[\s\S]*---[\s\S]*name: settings-a-/);
    rmSync(join(app.root, 'dist'), { recursive: true });
    expect(app.cdk8s('synth').status).toBe(0);
    expect(app.dist()).toEqual(ours);
    expect(app.layers('synth')).toMatchObject({ status: 0, stdout: '' });
    expect(app.leftOver()).toEqual([]);
  });

  it('may have pools that follow those of documents, or that wrongly follow', () => {
    const app = repository(APP.replace("release: '4.19.3',", "release: '4.19.3', follows: 'worker',"));
    expect(app.layers('synth').status).toBe(0);
    expect(JSON.parse(app.read('dist/gpu.build'))).toMatchObject({ follows: 'worker' });
    const promotion = app.layers('pin', 'promote', 'worker', 'gpu');
    expect(promotion.stderr).toMatch(/^layers\/a\.yaml:\d+:7 error worker has no pinned image to promote/);
    app.write({ 'app.mjs': app.read('app.mjs').replace("follows: 'worker'", "follows: 'nobody'") });
    const { status, stderr } = app.layers('synth');
    expect(stderr).toContain('gpu: follows error there is no pool nobody to follow (unknown-leader)');
    expect(status).toBe(2);
  });

  it('tells layers check the state of its pins, those of TypeScript by their construct, and what it said', () => {
    const app = repository();
    app.layers('synth');
    const { status, stdout } = app.layers('check', '--output', 'json');
    expect(status).toBe(1);
    expect(codesOf(stdout)).toEqual(['app-said', 'pin-missing', 'pin-missing']);
    const text = app.layers('check').stderr;
    expect(text).toMatch(/^layers\/a\.yaml:\d+:7 error worker has no image yet/m);
    expect(text).toMatch(/^gpu.* error gpu has no image yet/m);
    expect(text).toContain('on stderr');
    expect(app.layers('synth', '--strict').status).toBe(1);
  });

  it.each([
    [
      'an error of a document',
      (app: TemporaryRepository) =>
        app.write({ 'layers/a.yaml': documents(RELEASES, LAYER, poolDocument({ layers: '[tolls]' })) }),
      /layers\/a\.yaml:\d+:\d+ error there is no layer tolls/,
    ],
    [
      'an error in TypeScript',
      (app: TemporaryRepository) => app.write({ 'app.mjs': APP.replace("['nvidia-driver']", "['a b']") }),
      /gpu.*error "a b" is not a package name/,
    ],
    [
      'an error that the app swallows',
      (app: TemporaryRepository) =>
        app.write({
          'app.mjs': APP.replace("['nvidia-driver']", "['a b']").replace(
            'app.synth();',
            'try { app.synth(); } catch {}',
          ),
        }),
      /gpu.*error "a b" is not a package name/,
    ],
    [
      'an exception of its own',
      (app: TemporaryRepository) => app.write({ 'app.mjs': `throw new Error('mine');` }),
      /cdk8s\.yaml:2:6 error node app\.mjs ended with 1 \(app-failed\)[\s\S]*Error: mine/,
    ],
    [
      'a missing file',
      (app: TemporaryRepository) => app.write({ 'cdk8s.yaml': 'app: node none.mjs\n' }),
      /app-failed[\s\S]*none\.mjs/,
    ],
    [
      'an app that writes nothing',
      (app: TemporaryRepository) => app.write({ 'app.mjs': '' }),
      /made no folder \$CDK8S_OUTDIR/,
    ],
    [
      'an app that writes a link',
      (app: TemporaryRepository) =>
        app.write({
          'app.mjs': `import fs from 'node:fs'; fs.mkdirSync(process.env.CDK8S_OUTDIR); fs.symlinkSync('/etc/passwd', process.env.CDK8S_OUTDIR + '/a');`,
        }),
      /dist\/a, which is not a regular file/,
    ],
    [
      'a cdk8s.yaml that is no YAML',
      (app: TemporaryRepository) => app.write({ 'cdk8s.yaml': 'app: [\n' }),
      /^cdk8s\.yaml:2:1 error .*invalid-yaml/,
    ],
  ])('ends with exit 2 and an untouched dist/ after %s', (_, breakIt, message) => {
    const app = repository();
    expect(app.layers('synth').status).toBe(0);
    const before = app.dist();
    breakIt(app);
    const { status, stderr, stdout } = app.layers('synth');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^ +at .*lib\/(chunk|layers)/m);
    expect(app.dist()).toEqual(before);
    expect(app.leftOver()).toEqual([]);
  });

  it('may have several trees, whose findings all arrive', () => {
    const app = repository(
      `import { LayeredPool, LayersApp } from 'cdk8s-os-layers';
for (const name of ['a', 'b']) {
  const app = new LayersApp();
  new LayeredPool(app, name, { ...app.pools[0], name });
  app.synth();
}
`,
    );
    app.layers('synth');
    expect(codesOf(app.layers('check', '--output', 'json').stdout)).toEqual(['pin-missing', 'pin-missing']);
  });

  it('may be a stock cdk8s App without any pool', () => {
    const app = repository(
      `import { ApiObject, App, Chart } from 'cdk8s';
const app = new App();
new ApiObject(new Chart(app, 'c'), 'o', { apiVersion: 'v1', kind: 'ConfigMap' });
app.synth();
`,
    );
    expect(app.layers('synth')).toMatchObject({ status: 0, stdout: 'added dist/c.k8s.yaml\n' });
  });

  it('is a line for the shell, as with cdk8s', () => {
    const app = repository(APP, 'FLAG=1 node app.mjs && echo done');
    expect(app.layers('synth').status).toBe(0);
  });
});
