import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { k8s } from 'cdk8s-plus-28';
import yaml from 'js-yaml';
import { describe, expect, it, onTestFinished } from 'vitest';
import { buildArguments, contentTag } from '../../src/plan/arguments.ts';
import { documents, JOB, LAYER, poolDocument, RELEASES } from '../synth/documents.ts';
import { errorsOf, rendered, temporaryRepository } from '../synth/temporary-repository.ts';

interface Meta {
  name: string;
  namespace: string;
  labels: Record<string, string>;
}
interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: Meta;
}
interface Job extends Manifest {
  spec: k8s.JobSpec & { template: { metadata: Meta; spec: k8s.PodSpec } };
}
interface ConfigMap extends Manifest {
  data: Record<string, string>;
  binaryData?: Record<string, string>;
}

/** Kubernetes' own types, as far as cdk8s generates them: what they do not know, they leave out. */
const KINDS = {
  ServiceAccount: k8s.KubeServiceAccount,
  Role: k8s.KubeRole,
  RoleBinding: k8s.KubeRoleBinding,
  ConfigMap: k8s.KubeConfigMap,
  Job: k8s.KubeJob,
} as const;

const BINARY = Buffer.from([0, 1, 2, 0xff, 0xfe]);
const TEXT = 'one\r\n\ttwo "$three" \\ \n  four  ';

function sample(extra: string[] = [], files: Record<string, string | Uint8Array> = {}) {
  const repository = temporaryRepository({
    'layers/a.yaml': documents(
      RELEASES,
      LAYER,
      `kind: Layer
name: files
steps:
  - files:
      - { path: /etc/text, content: ${JSON.stringify(TEXT)} }
      - { path: /etc/skel/..dots, content: dots }
      - { path: /etc/binary, source: files/binary }
`,
      poolDocument({ name: 'edge', layers: '[tools, files]', build: JOB }),
      ...extra,
    ),
    'layers/files/binary': BINARY,
    ...files,
  });
  return rendered(repository);
}

function manifestsOf(files: Record<string, string>): Manifest[] {
  const jobs = Object.keys(files).filter((path) => path.startsWith('builds/') && path.endsWith('.k8s.yaml'));
  return jobs.flatMap((path) => yaml.loadAll(files[path]!) as Manifest[]);
}

const the = <T extends Manifest>(kind: keyof typeof KINDS, all: Manifest[]) =>
  all.find((manifest) => manifest.kind === kind) as T;

describe("a build Job's manifests", () => {
  const files = () => manifestsOf(sample());

  it('are these objects, of one name, in the namespace that the pool gives', () => {
    const all = files();
    expect(all.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)).toEqual([
      'v1 ServiceAccount',
      'rbac.authorization.k8s.io/v1 Role',
      'rbac.authorization.k8s.io/v1 RoleBinding',
      'v1 ConfigMap',
      'batch/v1 Job',
    ]);
    expect(new Set(all.map(({ metadata }) => metadata.name)).size).toBe(1);
    expect(all.every(({ metadata }) => metadata.namespace === 'os-builds')).toBe(true);
  });

  it("have only fields that Kubernetes' types know", () => {
    for (const manifest of files()) {
      const { apiVersion, kind, ...props } = manifest;
      const known = KINDS[kind as keyof typeof KINDS].manifest(props as never);
      expect(JSON.parse(JSON.stringify(known))).toEqual({ apiVersion, kind, ...props });
    }
    // The comparison can fail: a field that is misspelt is not there afterwards.
    const { spec } = the<Job>('Job', files());
    const misspelt = KINDS.Job.manifest({ spec: { ...spec, backofLimit: 3 } as never });
    expect(JSON.parse(JSON.stringify(misspelt)).spec).not.toHaveProperty('backofLimit');
  });

  it("have labels of our own, and none of the operator's, which would take the Job over", () => {
    const all = files();
    const labels = [
      ...all.map(({ metadata }) => metadata.labels),
      the<Job>('Job', all).spec.template.metadata.labels,
    ];
    for (const each of labels) {
      expect(Object.keys(each).sort()).toEqual(['app.kubernetes.io/managed-by', 'cdk8s-os-layers/build']);
    }
    expect(JSON.stringify(all)).not.toContain('machineconfiguration.openshift.io');
  });

  it('let the account use the anyuid SCC, make ConfigMaps and change its own, and nothing else', () => {
    const all = files();
    const { name } = all[0]!.metadata;
    expect(the<Manifest & { rules: unknown }>('Role', all).rules).toEqual([
      { apiGroups: [''], resources: ['configmaps'], verbs: ['create'] },
      { apiGroups: [''], resources: ['configmaps'], resourceNames: [`digest-${name}`], verbs: ['patch'] },
      {
        apiGroups: ['security.openshift.io'],
        resources: ['securitycontextconstraints'],
        resourceNames: ['anyuid'],
        verbs: ['use'],
      },
    ]);
    expect(the('RoleBinding', all)).toMatchObject({
      roleRef: { kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace: 'os-builds' }],
    });
    expect(the<Job>('Job', all).spec.template.spec.serviceAccountName).toBe(name);
  });

  it('mount only volumes that are there, from a ConfigMap that is there and the Secrets that were named', () => {
    const all = files();
    const { spec } = the<Job>('Job', all).spec.template;
    const volumes = new Set(spec.volumes!.map(({ name }) => name));
    const mounts = [...spec.initContainers!, ...spec.containers].flatMap(({ volumeMounts }) => volumeMounts!);
    expect(mounts.filter(({ name }) => !volumes.has(name))).toEqual([]);
    expect(spec.volumes!.flatMap(({ configMap }) => configMap?.name ?? [])).toEqual([
      the('ConfigMap', all).metadata.name,
    ]);
    expect(spec.volumes!.flatMap(({ secret }) => secret?.secretName ?? [])).toEqual(['os-push', 'os-push']);
    expect(spec.initContainers!.map(({ name }) => name)).toEqual(['image-build']);
    expect(spec.containers.map(({ name }) => name)).toEqual(['create-digest-configmap']);
    expect(spec.restartPolicy).toBe('Never');
  });

  it('carry every byte of the build: text as text, the rest as binaryData, under keys that a ConfigMap takes', () => {
    const { data, binaryData } = the<ConfigMap>('ConfigMap', files());
    const keys = [...Object.keys(data), ...Object.keys(binaryData!)];
    expect(keys.filter((key) => !/^[-._a-zA-Z0-9]{1,253}$/.test(key) || key.startsWith('..'))).toEqual([]);
    const byName = (record: Record<string, string>, name: string) =>
      record[Object.keys(record).find((key) => key.startsWith(`${name}.`))!];
    expect(byName(data, 'text')).toBe(TEXT);
    expect(Buffer.from(byName(binaryData!, 'binary')!, 'base64')).toEqual(BINARY);
  });

  it('are refused where a ConfigMap has no room for the files, with the way out', () => {
    const size = 1024 * 1024;
    const pool = poolDocument({ name: 'large', layers: '[large]', build: JOB });
    const layer =
      'kind: Layer\nname: large\nsteps: [{ files: [{ path: /etc/large, source: files/large }] }]\n';
    const repository = temporaryRepository({
      'layers/a.yaml': documents(RELEASES, layer, pool),
      'layers/files/large': 'x'.repeat(size),
    });
    expect(errorsOf(() => rendered(repository))).toEqual(['context-too-large']);
    const { status, stderr } = repository.layers('synth');
    expect(status).toBe(2);
    expect(stderr).toMatch(/layers\/a\.yaml:\d+:\d+ error .* and a ConfigMap holds 1040384/);
    expect(stderr).toMatch(/hint: Serve large files at a URL.*build: local.*layers\/files\/large/);
    repository.write({ 'layers/files/large': 'x'.repeat(size - 16 * 1024) });
    expect(errorsOf(() => rendered(repository))).toEqual([]);
  });
});

describe('Jobs of several pools', () => {
  const job = (name: string, more: { image?: string; build?: string; layers?: string } = {}) =>
    poolDocument({
      name,
      layers: more.layers ?? '[tools, files]',
      build: more.build ?? JOB,
      target: `{ machineConfig: { image: registry.example.com/os/${more.image ?? 'edge'} } }`,
    });
  const jobsOf = (files: Record<string, string>) =>
    Object.keys(files).filter((path) => path.startsWith('builds/') && path.endsWith('.k8s.yaml'));

  it('are one where the builds and their destination are equal, and one each where they are not', () => {
    expect(jobsOf(sample([job('twin')]))).toHaveLength(1);
    expect(jobsOf(sample([job('mirror', { image: 'other' })]))).toHaveLength(2);
    expect(jobsOf(sample([job('elsewhere', { build: JOB.replace('os-builds', 'builds') })]))).toHaveLength(2);
    expect(jobsOf(sample([job('different', { layers: '[tools]' })]))).toHaveLength(2);
  });

  it('have a template that depends on nothing but their name, because Kubernetes changes none', () => {
    // Equal bytes from a file of another name, for other reasons: an equal build, in other words.
    const twin = job('a-twin', {
      layers:
        '[{ name: renamed, steps: [{ packages: { install: [htop] } }] }, { name: other, steps: [{ files: [' +
        `{ path: /etc/text, content: ${JSON.stringify(TEXT)} }, { path: /etc/skel/..dots, content: dots }, { path: /etc/binary, source: files/renamed }] }] }]`,
    });
    const alone = sample();
    const together = sample([twin], { 'layers/files/renamed': BINARY });
    expect(jobsOf(together)).toEqual(jobsOf(alone));
    const specOf = (files: Record<string, string>) => the<Job>('Job', manifestsOf(files)).spec;
    expect(specOf(together)).toEqual(specOf(alone));
  });
});

describe("a Job's scripts", () => {
  const scripts = () => {
    const { spec } = the<Job>('Job', manifestsOf(sample())).spec.template;
    return [...spec.initContainers!, ...spec.containers].map(({ name, command, env }) => ({
      name,
      script: command![2]!,
      env: Object.fromEntries(env!.map((variable) => [variable.name, variable.value!])),
    }));
  };

  it.each([0, 1])('is one that bash can read (container %i)', (index) => {
    const { script } = scripts()[index]!;
    expect(spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(spawnSync('bash', ['-n'], { input: `${script}if` }).status).not.toBe(0);
    const shellcheck = spawnSync('shellcheck', ['--shell=bash', '-'], { input: script, encoding: 'utf8' });
    // Where it is installed, it has to agree.
    if (shellcheck.error === undefined) expect(shellcheck.stdout).toBe('');
  });

  it('build and push by the arguments of the plan, from the files of the mounted ConfigMap', () => {
    const files = sample();
    const { script, env } = scripts()[0]!;
    const { data, binaryData } = the<ConfigMap>('ConfigMap', manifestsOf(files));
    const pod = fakePod({
      buildah: `printf '%s\\n' "$@" > "$POD/said-$1"
case $1 in pull) exit 1 ;; build) shift $(($# - 1)); cp -r "$1" "$POD/seen"; cp "$1/../Containerfile" "$POD/seen-Containerfile"; printf abc > "$WORK/image-id" ;; push) printf sha256:1 > "$DIGEST_FILE" ;; esac`,
    });
    const content = {
      ...data,
      ...Object.fromEntries(
        Object.entries(binaryData!).map(([name, text]) => [name, Buffer.from(text, 'base64')]),
      ),
    };
    // As the kubelet does: the bytes in a hidden folder, and links to them.
    mkdirSync(join(pod.path, 'build/..data'), { recursive: true });
    for (const [name, bytes] of Object.entries(content)) {
      writeFileSync(join(pod.path, 'build/..data', name), bytes);
      symlinkSync(join('..data', name), join(pod.path, 'build', name));
    }
    const variables = Object.fromEntries(
      Object.entries(env).map(([name, value]) => [
        name,
        value.startsWith('/tmp/') ? join(pod.path, value.slice(5)) : value,
      ]),
    );
    mkdirSync(join(pod.path, 'done'));
    expect(pod.run(script, variables)).toMatchObject({ status: 0, stderr: '' });
    expect(readdirSync(join(pod.path, 'seen')).sort()).toEqual(
      Object.keys(content)
        .filter((name) => name !== 'Containerfile')
        .sort(),
    );
    for (const name of readdirSync(join(pod.path, 'seen'))) {
      expect(readFileSync(join(pod.path, 'seen', name))).toEqual(Buffer.from(content[name]!));
    }
    expect(readFileSync(join(pod.path, 'seen-Containerfile'), 'utf8')).toBe(data.Containerfile);
    const hash = Object.keys(files)
      .find((path) => path.startsWith('builds/'))!
      .split('/')[1]!;
    const plan = JSON.parse(files[`builds/${hash}/plan`]!);
    const work = variables.WORK!;
    expect(pod.said('build')).toEqual(
      buildArguments(plan, {
        containerfile: `${work}/Containerfile`,
        context: `${work}/context`,
        idFile: `${work}/image-id`,
        authFile: variables.PULL_AUTH_FILE!,
        volume: String,
      }),
    );
    expect(pod.said('push').at(-1)).toBe(`docker://registry.example.com/os/edge:${contentTag(hash)}`);
  });

  it.each([
    ['creates', 'exit 0', ['POST']],
    ['patches where it is there already,', '[ "$method" != POST ]', ['POST', 'PATCH']],
  ])('%s the ConfigMap with the digest, with the token in no command line', (_, answer, methods) => {
    const { script, env } = scripts()[1]!;
    const pod = fakePod({
      curl: `printf '%s\\n' "$@" >> "$POD/said-curl"
for word; do case $word in POST|PATCH) method=$word ;; esac; done
${answer}`,
    });
    mkdirSync(join(pod.path, 'account'));
    writeFileSync(join(pod.path, 'account/token'), 'a-secret');
    writeFileSync(join(pod.path, 'digest'), `sha256:${'1'.repeat(64)}`);
    const account = join(pod.path, 'account');
    expect(pod.run(script, { ...env, ACCOUNT: account, DIGEST_FILE: join(pod.path, 'digest') }).status).toBe(
      0,
    );
    const said = pod.said('curl');
    expect(said.filter((word) => word === 'POST' || word === 'PATCH')).toEqual(methods);
    expect(said.join(' ')).not.toContain('a-secret');
    expect(JSON.parse(said[said.indexOf('--data') + 1]!)).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: env.DIGEST_CONFIGMAP },
      data: { image: env.TAG, digest: `sha256:${'1'.repeat(64)}` },
    });
  });
});

/** A folder that stands for a pod, with programs that note what they were called with. */
function fakePod(programs: Record<string, string>) {
  const path = mkdtempSync(join(tmpdir(), 'layers-pod-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  mkdirSync(join(path, 'bin'));
  for (const [name, body] of Object.entries(programs)) {
    writeFileSync(join(path, 'bin', name), `#!/bin/bash\n${body}\n`);
    chmodSync(join(path, 'bin', name), 0o755);
  }
  return {
    path,
    run: (script: string, env: Record<string, string>) =>
      spawnSync('bash', ['-c', script], {
        // A socket for stdin makes bash read whatever .bashrc there is.
        stdio: ['ignore', 'pipe', 'pipe'],
        encoding: 'utf8',
        env: { ...env, POD: path, TMPDIR: path, PATH: `${join(path, 'bin')}:${process.env.PATH}` },
      }),
    said: (program: string) =>
      readFileSync(join(path, `said-${program}`), 'utf8')
        .trimEnd()
        .split('\n'),
  };
}
