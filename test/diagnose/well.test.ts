import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { StageReport } from '../../src/diagnose/walk.ts';
import { folderOf } from '../gathered/folder.ts';
import * as k from './cluster.ts';
import { diagnosed } from './diagnosed.ts';

const IMAGE = `quay.io/team/os@${k.DIGEST}`;
const SUCCEEDED = k.build('Succeeded', { status: { digestedImagePushSpec: IMAGE } });
const CURRENT = k.config(
  {},
  {
    metadata: { annotations: { [`${k.GROUP}/current-machine-os-build`]: k.BUILD } },
    status: { currentImagePullSpec: IMAGE },
  },
);
const REST = k.INPUTS.slice(2);

function stateOf(stages: readonly StageReport[], stage: string): string {
  const { state, says } = stages.find((each) => each.stage === stage)!;
  return `${state}: ${says}`;
}

describe('what is not broken', () => {
  it('is a build that succeeded, on all nodes', () => {
    const { verdict, stages, fault } = diagnosed(
      k.mustGather([CURRENT, k.pool([], {}, { updatedMachineCount: 1 }), ...REST, SUCCEEDED]),
    );
    expect([verdict, fault]).toEqual(['ok', undefined]);
    expect(new Set(stages.map(({ state }) => state))).toEqual(new Set(['ok']));
  });

  it('is a pool that is paused', () => {
    const { verdict, stages } = diagnosed(
      k.mustGather([CURRENT, k.pool([], { paused: true }), ...REST, SUCCEEDED]),
    );
    expect(verdict).toBe('ok');
    expect(stateOf(stages, 'pool')).toBe(
      'note: it is paused: images are built, and no node gets one until it is not',
    );
    expect(stateOf(stages, 'nodes')).toBe('note: 0 of 1 have it: the pool is paused');
  });

  it('is a MachineOSConfig that was saved alone: nobody looked for a build of it', () => {
    const { verdict, stages } = diagnosed(folderOf({ 'config.json': k.config() }));
    expect(verdict).toBe('unknown');
    expect(stateOf(stages, 'build')).toBe('not saved: no MachineOSBuild was saved');
    const all = { apiVersion: 'v1', kind: 'List', items: [k.config(), k.pool()] };
    expect(diagnosed(folderOf({ 'all.json': all })).fault?.code).toBe('no-build');
  });

  it('is a pool of whose nodes nothing was saved', () => {
    const pool = { ...k.pool(), status: {} };
    const { verdict, stages } = diagnosed(k.mustGather([CURRENT, pool, ...REST, SUCCEEDED]));
    expect(verdict).toBe('ok');
    expect(stateOf(stages, 'nodes')).toBe('not saved: the status of the pool was not saved');
  });

  it('is a build that is under way', () => {
    const { verdict, stages } = diagnosed(
      k.mustGather(
        [
          ...k.INPUTS,
          k.build('Building'),
          k.RUNNING_JOB,
          k.pod({
            phase: 'Pending',
            initContainerStatuses: [{ name: 'image-build', state: { running: {} } }],
          }),
        ],
        {
          [`${k.POD}/image-build`]:
            'STEP 1/3: FROM a\nSTEP 2/3: RUN dnf install -y cowsay\nInstalling: cowsay',
        },
      ),
    );
    expect(verdict).toBe('building');
    expect(stateOf(stages, 'log')).toBe('waiting: it is at RUN dnf install -y cowsay');
  });

  it('is an old MachineOSConfig that is not named like its pool, and is built', () => {
    const old = { ...CURRENT, metadata: { ...(CURRENT.metadata as object), name: 'layered-image' } };
    const { verdict, stages } = diagnosed(
      k.mustGather([old, k.pool([], {}, { updatedMachineCount: 1 }), ...REST, SUCCEEDED]),
    );
    expect(verdict).toBe('ok');
    expect(stateOf(stages, 'config')).toContain('note: layered-image is not named like its pool');
  });

  it('is a Containerfile of another architecture than NoArch, and it is no content of the image', () => {
    const config = k.config({ containerFile: [{ containerfileArch: 'AMD64', content: k.CONTENT }] });
    const { stages } = diagnosed(
      k.mustGather([config, ...k.INPUTS.slice(1), k.build('Building'), k.RUNNING_JOB]),
    );
    expect(stateOf(stages, 'config')).toMatch(/^note: its Containerfile is for AMD64 only/);
  });

  it('is what was put right since it was logged', () => {
    const logs = {
      'machine-config-operator-a/machine-config-operator': k.klog(
        'could not update Machine OS Builder deployment: could not validate renderedImagePushSecret "push" for MachineOSConfig infra: secret push from infra is not found. Did you use the right secret name?',
      ),
    };
    const { verdict } = diagnosed(k.mustGather([...k.INPUTS, k.build('Building'), k.RUNNING_JOB], logs));
    expect(verdict).toBe('building');
    const { stage, fault } = diagnosed(k.mustGather(k.INPUTS, logs));
    expect([stage, fault?.code]).toEqual(['build', 'no-build']);
  });

  it('is what only another pool has', () => {
    const logs = {
      'machine-os-builder-a/machine-os-builder': k.klog(
        'could not validate renderdImagePushspec x for MachineOSConfig worker: invalid reference format',
      ),
    };
    expect(diagnosed(k.mustGather(k.INPUTS, logs)).fault?.code).toBe('no-build');
  });

  it('cannot be told of too little', () => {
    const { verdict, stages } = diagnosed(folderOf({ 'pod.json': k.pod({ phase: 'Running' }) }));
    expect(verdict).toBe('building');
    expect(stateOf(stages, 'config')).toMatch(/^not saved/);
    expect(diagnosed(folderOf({ 'node.json': k.node({}) })).verdict).toBe('unknown');
  });
});

describe('a flat folder', () => {
  it('may have no more than the log of a build', () => {
    const found = diagnosed(
      folderOf({ [`${k.POD}.log`]: k.failingLog(k.DNF, '[3/3] STEP 2/4:', 'No match for argument: cowsay') }),
    );
    expect([found.build, found.stage, found.fault?.code]).toEqual([k.BUILD, 'log', 'package-not-found']);
    expect(found.fault?.instruction).toEqual({ text: k.DNF, isOperators: false });
  });

  it('has logs that are packed, and of several attempts, of which the newest that failed counts', () => {
    const [first, second] = [k.POD, `build-${k.BUILD}-zzzzz`];
    const found = diagnosed(
      folderOf({
        'mosc.yaml': k.config(),
        'pods.yaml': {
          apiVersion: 'v1',
          kind: 'List',
          items: [
            k.pod(k.ended(1), first, '2025-10-17T10:50:00Z'),
            k.pod(k.ended(1), second, '2025-10-17T10:55:00Z'),
          ],
        },
        [`${first}_image-build.log`]: k.failingLog(
          k.CURL,
          '[3/3] STEP 3/4:',
          'curl: (6) Could not resolve host: example.com',
        ),
        [`${second}_image-build.log.gz`]: gzipSync(
          k.failingLog(k.DNF, '[3/3] STEP 2/4:', 'No match for argument: cowsay'),
        ),
      }),
    );
    expect([found.fault?.code, found.fault?.file]).toEqual([
      'package-not-found',
      `${second}_image-build.log.gz`,
    ]);
  });

  it('has logs of whole pods, of which both containers may be why', () => {
    const whole = `${k.pushLog('x').replace(/\nError: .*/, '')}
+ machine-os-builder create-digest-configmap
Error: configmaps is forbidden: User "system:serviceaccount:${k.MCO}:machine-os-builder" cannot create resource "configmaps"`;
    const found = diagnosed(
      folderOf({ 'mosc.json': k.config(), 'pod.json': k.pod(k.digestEnded(1)), [`${k.POD}.log`]: whole }),
    );
    expect([found.stage, found.fault?.code]).toEqual(['digest', 'digest-forbidden']);
  });

  it('has pods of 4.18 and 4.19, whose containers run at once and end together', () => {
    const of = (name: string, exitCode: number) => ({
      name,
      state: { terminated: { exitCode, reason: 'Error' } },
    });
    const pod = k.pod({
      phase: 'Failed',
      containerStatuses: [of('image-build', 125), of('wait-for-done', 1)],
    });
    const log = k.failingLog(k.DNF, '[3/3] STEP 2/4:', 'No match for argument: cowsay');
    const found = diagnosed(
      folderOf({
        'pod.json': pod,
        [`${k.POD}_image-build.log`]: log,
        [`${k.POD}_wait-for-done.log`]: 'error: see the other',
      }),
    );
    expect([found.stage, found.fault?.code]).toEqual(['log', 'package-not-found']);
  });

  it('has the log of a build that the script of 4.18 and 4.19 tried again, and that went well', () => {
    const first = k.failingLog(k.CURL, '[3/3] STEP 3/4:', 'curl: (6) Could not resolve host: example.com');
    const second = k.pushLog('x').replace(/\nError: .*/, '\nWriting manifest to image destination');
    const { fault, stages } = diagnosed(folderOf({ [`${k.POD}_image-build.log`]: `${first}\n${second}` }));
    expect(fault).toBeUndefined();
    expect(stateOf(stages, 'log')).toBe('ok: the image was built and pushed');
  });

  it('does not say that something is missing where not all of its kind was saved', () => {
    const found = diagnosed(folderOf({ 'mosc.yaml': k.config(), 'push.yaml': k.secret('push') }));
    expect(stateOf(found.stages, 'secrets')).toMatch(/^not saved: .*the Secret pull was not saved$/);
    expect(stateOf(found.stages, 'pool')).toMatch(/^not saved/);
  });
});

describe('what a build was given', () => {
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

  it('is decoded, and Secrets are told by their shape', () => {
    const key = openssl('genpkey', '-algorithm', 'ed25519');
    const folder = folderOf({ 'key.pem': key });
    const certificate = openssl(
      'req',
      '-x509',
      '-key',
      `${folder}/key.pem`,
      '-subj',
      '/O=Example/CN=proxy',
      '-days',
      '2',
    );
    const { auxiliary } = diagnosed(
      k.mustGather([
        ...k.INPUTS,
        k.build('Failed'),
        k.FAILED_JOB,
        ...k.auxiliary(k.CONTENT, certificate),
        k.digestMap(),
      ]),
    );
    const says = Object.fromEntries(
      auxiliary.map(({ name, says }) => [name.replace(`-${k.BUILD}`, ''), says]),
    );
    expect(says).toEqual({
      containerfile: ['12 lines, 3 stages'],
      mc: [
        `${k.RENDERED}: 0 files, 0 units`,
        `osImageURL ${k.BASE}`,
        'extensions ipsec',
        'kernelType realtime',
      ],
      additionaltrustbundle: [expect.stringMatching(/^O=Example, CN=proxy, valid until /)],
      'etc-policy': ['default insecureAcceptAnything'],
      'etc-registries': ['registries and mirrors: quay.io, mirror.example.com:5000/quay', 'blocked: quay.io'],
      digest: [k.DIGEST],
      base: ['kubernetes.io/dockerconfigjson with .dockerconfigjson, for quay.io'],
      final: ['kubernetes.io/dockerconfigjson with .dockerconfigjson, for quay.io'],
    });
  });

  it('may have been taken out by what saved it, as must-gather does with Secrets', () => {
    const elided = k.secret('push', {
      data: { '.dockerconfigjson': Buffer.from('312 bytes long').toString('base64') },
    });
    const { stages } = diagnosed(
      k.mustGather([
        ...k.INPUTS.filter((object) => (object.metadata as { name: string }).name !== 'push'),
        elided,
        k.build('Building'),
        k.RUNNING_JOB,
      ]),
    );
    expect(stateOf(stages, 'secrets')).toContain(
      'ok: push: kubernetes.io/dockerconfigjson with .dockerconfigjson; its content was not saved',
    );
  });

  it('has credentials for another registry than it is pushed to', () => {
    const other = k.secret('push', k.dockerJson({ auths: { 'registry.example.com': { auth: 'x' } } }));
    const { stages } = diagnosed(
      k.mustGather([...k.INPUTS.slice(0, 3), other, k.secret('pull'), k.build('Building'), k.RUNNING_JOB]),
    );
    expect(stateOf(stages, 'secrets')).toContain('for registry.example.com, and so none for quay.io');
  });
});
