import { execFileSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { LayersError } from '../../src/diagnostics.ts';
import { findObject, labelled, logsOf, ofKind, readLog } from '../../src/gathered/gathered.ts';
import { conditionsOf, textAt, trueCondition } from '../../src/gathered/object.ts';
import { readGathered, readSaved } from '../../src/gathered/read.ts';
import { folderOf } from './folder.ts';

const GROUP = 'machineconfiguration.openshift.io';
const MCO = 'openshift-machine-config-operator';
const BUILD = 'infra-32ef35dea3e553071277954842edb33a';
const POD = `build-${BUILD}-2jg2t`;
const HASHED = 'quay-io-openshift-release-dev-ocp-v4-0-art-dev-sha256-0123';

const config = (name: string, more: object = {}): object => ({
  apiVersion: `${GROUP}/v1`,
  kind: 'MachineOSConfig',
  metadata: { name, ...more },
});

const pod = (name: string, more: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: MCO, ...more },
});

describe('a must-gather', () => {
  it('is read wherever in the folder it begins', () => {
    const folder = folderOf({
      [`must-gather.local.1/${HASHED}/cluster-scoped-resources/${GROUP}/machineosconfigs/infra.yaml`]: `---
apiVersion: ${GROUP}/v1
kind: MachineOSConfig
metadata:
  name: infra
`,
      [`must-gather.local.1/${HASHED}/namespaces/${MCO}/core/pods.yaml`]: {
        apiVersion: 'v1',
        kind: 'PodList',
        items: [pod(POD)],
      },
      [`must-gather.local.1/${HASHED}/namespaces/${MCO}/pods/${POD}/image-build/image-build/logs/current.log`]:
        '2025-10-17T10:51:32.123456789Z STEP 1/2: FROM a\n2025-10-17T10:51:33Z Error: b\n',
      [`must-gather.local.1/${HASHED}/namespaces/${MCO}/pods/${POD}/image-build/image-build/logs/previous.log`]:
        '',
    });
    const gathered = readGathered(folder);
    expect(gathered.objects.map(({ kind, name, namespace }) => [kind, name, namespace])).toEqual([
      ['MachineOSConfig', 'infra', undefined],
      ['Pod', POD, MCO],
    ]);
    expect(gathered.logs.map(({ file, ...log }) => log)).toEqual([
      { namespace: MCO, pod: POD, container: 'image-build', isPrevious: false },
      { namespace: MCO, pod: POD, container: 'image-build', isPrevious: true },
    ]);
    expect(readLog(gathered, gathered.logs[0]!)).toEqual(['STEP 1/2: FROM a', 'Error: b']);
    expect(gathered.unread).toEqual([]);
  });

  it('has namespaces that no image is built in, and these are passed over', () => {
    const folder = folderOf({
      'namespaces/openshift-etcd/core/pods.yaml': pod('etcd-0', { namespace: 'openshift-etcd' }),
      'namespaces/openshift-etcd/pods/etcd-0/etcd/etcd/logs/current.log': 'x\n',
      'namespaces/openshift-config/core/secrets.yaml': { apiVersion: 'v1', kind: 'SecretList', items: null },
      [`namespaces/${MCO}/core/pods.yaml`]: pod('a'),
      'audit_logs/a.json': pod('b'),
    });
    const gathered = readGathered(folder);
    expect(gathered.objects.map(({ name }) => name)).toEqual(['a']);
    expect(gathered.logs).toEqual([]);
    expect(readGathered(folder, ['openshift-etcd']).objects.map(({ name }) => name)).toEqual(['etcd-0']);
  });

  it('has a pod twice, of which the newer one is kept', () => {
    const folder = folderOf({
      [`namespaces/${MCO}/core/pods.yaml`]: pod('a', { resourceVersion: '9', labels: { is: 'old' } }),
      [`namespaces/${MCO}/pods/a/a.yaml`]: pod('a', { resourceVersion: '10', labels: { is: 'new' } }),
      [`namespaces/${MCO}/pods/b/b.yaml`]: pod('b'),
    });
    const gathered = readGathered(folder);
    expect(ofKind(gathered, 'Pod').map(({ name }) => name)).toEqual(['a', 'b']);
    expect(labelled(gathered, 'Pod', { is: 'new' })).toHaveLength(1);
  });
});

describe('a flat folder', () => {
  it('has YAML, JSON, Lists, several documents, and outputs of any name', () => {
    const folder = folderOf({
      'all.yaml': `# saved today
apiVersion: v1
kind: List
items:
- apiVersion: ${GROUP}/v1
  kind: MachineOSConfig
  metadata: {name: one}
---
---
apiVersion: ${GROUP}/v1
kind: MachineConfigPool
metadata: {name: two}
`,
      'pods.json': { apiVersion: 'v1', kind: 'PodList', items: [{ metadata: { name: 'three' } }] },
      mosc: `apiVersion: ${GROUP}/v1\nkind: MachineOSConfig\nmetadata:\n  name: four\n`,
      'five.txt': JSON.stringify(config('five')),
      'six.yaml.gz': gzipSync(JSON.stringify(config('six'))),
      'several.json': `[${JSON.stringify(config('seven'))},${JSON.stringify(config('eight'))}]`,
      'values.yaml': 'kind: Pod\n',
      'README.md': '# kind: Pod\n',
    });
    const { objects, unread } = readGathered(folder);
    expect(objects.map(({ name }) => name).sort()).toEqual(
      ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'].sort(),
    );
    expect(unread).toEqual([]);
    expect(objects.find(({ name }) => name === 'three')).toMatchObject({ kind: 'Pod', apiVersion: 'v1' });
  });

  it.each([
    [`${POD}.log`, POD, undefined],
    [`${POD}_image-build.log`, POD, 'image-build'],
    [`${POD}-image-build.log.gz`, POD, 'image-build'],
    [`${POD}.image-build.txt`, POD, 'image-build'],
    [`${POD}/image-build.log`, POD, 'image-build'],
    [`logs/${POD}/create-digest-configmap/current.log`, POD, 'create-digest-configmap'],
    [`oc-logs-${POD}-c-image-build.log`, POD, 'image-build'],
    ['machine-os-builder.log', 'machine-os-builder', undefined],
    ['machine-os-builder-b8f48488f-nsdbk.log', 'machine-os-builder-b8f48488f-nsdbk', undefined],
    ['operator/machine-config-operator.log', 'operator', 'machine-config-operator'],
    ['some-pod-image-build.log', 'some-pod', 'image-build'],
  ])('has the log %s', (file, pod, container) => {
    const folder = folderOf({ [file]: file.endsWith('.gz') ? gzipSync('a\n') : 'a\n' });
    const gathered = readGathered(folder);
    expect(gathered.logs).toEqual([{ pod, ...(container && { container }), isPrevious: false, file }]);
    expect(readLog(gathered, gathered.logs[0]!)).toEqual(['a']);
  });

  it('tells logs by the pods that are there', () => {
    const folder = folderOf({
      'pods.yaml': pod('my-build'),
      'events.yaml': {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: 'e' },
        involvedObject: { kind: 'Pod', name: 'gone' },
      },
      'my-build-main.previous.log': 'a\n',
      'gone-main.log': 'b\n',
    });
    const gathered = readGathered(folder);
    expect(logsOf(gathered, 'my-build', 'main')).toMatchObject([{ pod: 'my-build', isPrevious: true }]);
    expect(logsOf(gathered, 'gone')).toMatchObject([{ container: 'main' }]);
    expect(logsOf(gathered, 'my-build', 'other')).toEqual([]);
  });
});

describe('a log whose name says nothing', () => {
  const BUILD = `infra-${'0a'.repeat(16)}`;
  const podOf = (text: string | Buffer, file = 'saved.txt') =>
    readGathered(folderOf({ [file]: text })).logs.map(({ pod, container }) => [pod, container]);

  it.each([
    `+ p11-kit extract\n++ buildah bud --tag registry.example.com:5000/team/os:${BUILD} --file=x /context\n`,
    `[2/3] COMMIT quay.io/team/os:${BUILD}\n`,
    `Error: pushing image "quay.io/team/os:${BUILD}" to "docker://quay.io/team/os:${BUILD}": denied\n`,
  ])('is of the build that it pushes: %s', (text) => {
    expect(podOf(text)).toEqual([[`build-${BUILD}`, 'image-build']]);
    expect(podOf(gzipSync(text), 'saved.txt.gz')).toEqual([[`build-${BUILD}`, 'image-build']]);
  });

  it('is of no build that it only speaks of', () => {
    expect(podOf(`New MachineOSBuild created: ${BUILD}\n`)).toEqual([['saved', undefined]]);
    expect(podOf(`COMMIT quay.io/team/os:latest\n`)).toEqual([['saved', undefined]]);
  });

  it('may have the lines of several containers, by their prefix', () => {
    const pod = `build-${BUILD}-2jg2t`;
    const lines = ['image-build] 2026-01-02T10:51:32Z one', 'other] two', 'image-build] three'];
    const folder = folderOf({ 'all.log': lines.map((line) => `[pod/${pod}/${line}\n`).join('') });
    const gathered = readGathered(folder);
    expect(gathered.logs).toMatchObject([
      { pod, container: 'image-build' },
      { pod, container: 'other' },
    ]);
    expect(gathered.logs.map((log) => readLog(gathered, log))).toEqual([['one', 'three'], ['two']]);
  });
});

describe('what is read', () => {
  it("is UTF-16, too, as PowerShell's redirection writes it", () => {
    const wide = (text: string) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
    const folder = folderOf({ 'a.yaml': wide(JSON.stringify(config('a'))), 'b.log': wide('one\r\ntwo\r\n') });
    const gathered = readGathered(folder);
    expect(gathered.objects.map(({ name }) => name)).toEqual(['a']);
    expect(readLog(gathered, gathered.logs[0]!).at(-1)).toBe('two');
  });

  it('is never outside of the folder', () => {
    const outside = folderOf({ 'a.yaml': config('outside'), 'b.log': 'secret\n', 'sub/c.yaml': config('c') });
    const folder = folderOf({ 'mine.yaml': config('mine') });
    symlinkSync(join(outside, 'a.yaml'), join(folder, 'a.yaml'));
    symlinkSync(join(outside, 'b.log'), join(folder, 'b.log'));
    symlinkSync(join(outside, 'sub'), join(folder, 'sub'));
    const { objects, logs } = readGathered(folder);
    expect(objects.map(({ name }) => name)).toEqual(['mine']);
    expect(logs).toEqual([]);
  });

  it('is no pipe that nobody writes to', () => {
    const folder = folderOf({ 'mine.yaml': config('mine') });
    execFileSync('mkfifo', [join(folder, 'pipe.yaml')]);
    expect(readGathered(folder).objects).toHaveLength(1);
  });

  it('says what it could not read, and goes on', () => {
    const folder = folderOf({
      'broken.yaml': 'kind: Pod\n  a: [\n',
      'bomb.yaml.gz': gzipSync(Buffer.alloc(200 * 1024 * 1024)),
      'cut.json.gz': gzipSync(JSON.stringify(config('cut'))).subarray(0, 20),
      'mine.yaml': config('mine'),
    });
    const { objects, unread } = readGathered(folder);
    expect(objects.map(({ name }) => name)).toEqual(['mine']);
    expect(unread.map(({ severity, origin }) => [severity, origin?.file])).toEqual([
      ['warning', 'bomb.yaml.gz'],
      ['warning', 'broken.yaml'],
      ['warning', 'cut.json.gz'],
    ]);
  });

  it('is the end of a log that is longer than anybody reads', () => {
    const folder = folderOf({});
    const line = `${'x'.repeat(1023)}\n`;
    writeFileSync(join(folder, 'build.log'), `${line.repeat(33 * 1024)}the end\n`);
    const gathered = readGathered(folder);
    const lines = readLog(gathered, gathered.logs[0]!);
    expect(lines.at(-1)).toBe('the end');
    expect(lines.length).toBeLessThan(33 * 1024);
  });

  it('is progress as it looked at last', () => {
    const folder = folderOf({ 'a.log': '  0 10\r 50 10\r100 10\r\nnext\r\n' });
    const gathered = readGathered(folder);
    expect(readLog(gathered, gathered.logs[0]!)).toEqual(['100 10', 'next']);
  });

  it.each([
    ['/nonexistent/there', 'there is no folder /nonexistent/there'],
    ['package.json', 'package.json is no folder'],
  ])('cannot be %s', (path, message) => {
    expect(() => readGathered(path)).toThrow(LayersError);
    expect(() => readGathered(path)).toThrow(message);
  });

  it('may be one file, whatever its name, and then nothing beside it', () => {
    const folder = folderOf({
      saved: JSON.stringify(config('a')),
      'other.yaml': JSON.stringify(config('b')),
    });
    expect(readSaved(join(folder, 'saved')).objects.map(({ name }) => name)).toEqual(['a']);
    expect(readSaved(folder).objects).toHaveLength(2);
    expect(() => readSaved(join(folder, 'gone'))).toThrow(/there is no .*gone/);
  });

  it('is to be unpacked first', () => {
    const folder = folderOf({ 'must-gather.tar.gz': 'x' });
    expect(() => readGathered(join(folder, 'must-gather.tar.gz'))).toThrow(/tar -xf/);
    expect(() => readSaved(join(folder, 'must-gather.tar.gz'))).toThrow(/tar -xf/);
  });
});

describe('an object', () => {
  it('has conditions, and what was asked for at a path', () => {
    const folder = folderOf({
      'a.json': {
        ...config('a', { labels: { b: 'c' } }),
        status: { conditions: [{ type: 'Failed', status: 'True', message: 'm' }, null, 'x'] },
      },
    });
    const object = findObject(readGathered(folder), 'MachineOSConfig', 'a')!;
    expect(conditionsOf(object)).toEqual([{ type: 'Failed', status: 'True', reason: '', message: 'm' }]);
    expect(trueCondition(object, 'Failed')?.message).toBe('m');
    expect(trueCondition(object, 'Succeeded')).toBeUndefined();
    expect(textAt(object.data, 'metadata', 'labels', 'b')).toBe('c');
    expect(textAt(object.data, 'metadata', 'labels', 'constructor')).toBeUndefined();
    expect(textAt(object.data, 'spec', 'a')).toBeUndefined();
  });
});
