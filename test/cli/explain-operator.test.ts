import { describe, expect, it } from 'vitest';
import { documents, RELEASES } from '../synth/documents.ts';
import { type TemporaryRepository, temporaryRepository } from '../synth/temporary-repository.ts';
import {
  BASE,
  build,
  custom,
  GROUP,
  OBJECTS,
  PASSWORD,
  POOLS,
  RENDERED,
  saved,
  secret,
} from './saved-infra.ts';

function repository(objects?: readonly object[]): TemporaryRepository {
  const made = temporaryRepository({ 'layers/pools.yaml': documents(POOLS, RELEASES), ...saved(objects) });
  expect(made.layers('synth').status).toBe(0);
  return made;
}

function explain(made: TemporaryRepository, ...args: string[]) {
  const { status, stdout, stderr } = made.layers(
    'explain',
    'infra',
    '--from',
    'saved',
    ...args,
    '--output',
    'json',
  );
  return { status, stderr, stdout, data: stdout === '' ? undefined : JSON.parse(stdout) };
}

describe('layers explain --mosb', () => {
  it('names the build of what is in dist/, and finds it among those of the cluster', () => {
    const { data } = explain(repository(), '--mosb');
    expect(data).toMatchObject({ from: 'dist', release: '4.20.5', builds: [] });
    expect(data.documents.config).toContain('renderedImagePushSpec: registry.example.com/os/infra:latest\n');
    const there = explain(repository([...OBJECTS, build(data.name)]), '--mosb');
    expect(there).toMatchObject({
      status: 0,
      data: { builds: [{ name: data.name, isSame: true, differs: [] }] },
    });
  });

  it('says what of another build must be different', () => {
    const made = repository();
    const manifest = made.read('dist/infra.k8s.yaml');
    const live = custom('MachineOSConfig', 'infra', {
      machineConfigPool: { name: 'infra' },
      imageBuilder: { imageBuilderType: 'Job' },
      renderedImagePushSecret: { name: 'os-push' },
      renderedImagePushSpec: 'registry.example.com/os/infra:latest',
      containerFile: [{ containerfileArch: 'NoArch', content: 'FROM configs AS final\n' }],
    });
    expect(manifest).toContain('kind: MachineOSConfig');
    // Of the same rendered MachineConfig, and the cluster's own MachineOSConfig.
    const ofLive = temporaryRepository(saved([...OBJECTS, live]));
    const name = explain(ofLive, '--mosb').data.name as string;
    const others = [build(name), build('infra-0', RENDERED), build('infra-1', 'rendered-infra-other')];
    const { status, data } = explain(repository([...OBJECTS, live, ...others]), '--mosb');
    expect(status).toBe(1);
    expect(data.configDiffers).toEqual(['containerFile']);
    expect(data.builds).toEqual([
      { name, isSame: false, differs: ['config'], isCertain: true },
      { name: 'infra-0', isSame: false, differs: ['configuration', 'config', 'images'], isCertain: false },
      { name: 'infra-1', isSame: false, differs: ['configuration'], isCertain: true },
    ]);
  });

  it("tells what is missing, and the operator's refusal as its own words", () => {
    const noPool = explain(repository(OBJECTS.slice(1)), '--mosb');
    expect(noPool.status).toBe(2);
    expect(noPool.stdout).toContain('the MachineConfigPool infra is not in');
    const [pool, rendered, ...rest] = OBJECTS;
    const bare = { ...rendered!, metadata: { name: RENDERED } };
    const refused = explain(repository([pool!, bare, ...rest]), '--mosb', '--release', '4.22');
    expect(refused.status).toBe(1);
    expect(refused.stdout).toContain('missing annotation');
    expect(explain(repository([pool!, bare, ...rest]), '--mosb').stdout).toContain('release-missing');
  });
});

describe('layers explain --merge', () => {
  it('says what wins, and by whom', () => {
    const { status, data } = explain(repository(), '--merge');
    expect(status).toBe(0);
    expect(data).toMatchObject({
      release: '4.20.5',
      order: ['00-worker', '99-kernel'],
      saved: RENDERED,
      fromDist: [],
    });
    expect(data.name).toMatch(/^rendered-infra-[0-9a-f]{32}$/);
    const decisions = Object.fromEntries(
      (data.decisions as { field: string; value: unknown; by: string[] }[]).map(({ field, value, by }) => [
        field,
        [value, by],
      ]),
    );
    expect(decisions).toMatchObject({
      osImageURL: [BASE, ['00-worker']],
      kernelType: ['realtime', ['99-kernel']],
      kernelArguments: [['quiet'], ['99-kernel']],
    });
    expect(JSON.stringify(data)).not.toContain(PASSWORD);
  });

  it("has what dist/ has of the pool, where that is asked for, and the operator's errors", () => {
    const pools = POOLS.replace('layers: [tools]', 'layers: [tools]\nextensions: [kernel-devel]');
    const made = temporaryRepository({ 'layers/pools.yaml': documents(pools, RELEASES), ...saved() });
    made.layers('synth');
    expect(explain(made, '--merge').status).toBe(0);
    const { status, stdout } = explain(made, '--merge', '--dist');
    expect(status).toBe(1);
    expect(stdout).toContain('installing kernel-devel extension is not supported with kernelType: realtime');
  });

  it('is readable', () => {
    const { stdout } = repository().layers('explain', 'infra', '--from', 'saved', '--merge');
    expect(stdout).toContain('merged in this order: 00-worker, 99-kernel\n');
    expect(stdout).toContain('kernelType: realtime\n  by 99-kernel\n');
  });
});

describe('layers explain --mco-job', () => {
  it('prints every object, and no credentials', () => {
    const { status, data } = explain(repository(), '--mco-job');
    expect([status, data.from]).toEqual([0, 'dist']);
    const names = (data.objects as { kind: string; metadata: { name: string } }[]).map(
      ({ kind, metadata }) => `${kind} ${metadata.name.replace(/-?infra-[0-9a-f]{32}$/, '')}`,
    );
    expect(names).toEqual([
      'MachineOSBuild ',
      ...['containerfile', 'mc', 'additionaltrustbundle'].map((name) => `ConfigMap ${name}`),
      ...['base', 'final'].map((name) => `Secret ${name}`),
      'Job build',
    ]);
    expect(data.unknown).toHaveLength(2);
    const text = JSON.stringify(data);
    expect(text).toContain('rpm-ostree install usbguard');
    for (const hidden of [PASSWORD, Buffer.from(PASSWORD).toString('base64').slice(0, 12)]) {
      expect(text).not.toContain(hidden);
    }
    expect(data.objects[2].data['machineconfig.json.gz']).toContain('/var/lib/kubelet/config.json');
  });

  it('prints credentials where that is asked for, in their one form', () => {
    const { data } = explain(repository(), '--mco-job', '--show-secrets');
    const encoded = Buffer.from(`{"auths":{"q.io":{"auth":"${PASSWORD}"}}}`).toString('base64');
    expect(data.objects[4].data).toEqual({ '.dockerconfigjson': encoded });
  });

  it('shows no password of a proxy, either', () => {
    const url = 'http://me:hunter2@proxy.example.com:3128';
    const proxy = { httpProxy: url, httpsProxy: url, noProxy: '.svc' };
    const controller = custom('ControllerConfig', 'machine-config-controller', { proxy });
    const made = repository([...OBJECTS, controller]);
    const { stdout } = explain(made, '--mco-job');
    expect(stdout).toContain('"value":"http://***@proxy.example.com:3128"');
    expect(stdout).not.toContain('hunter2');
    expect(explain(made, '--mco-job', '--show-secrets').stdout).toContain(url);
  });

  it('has Secrets without content where theirs was not saved, or taken out by must-gather', () => {
    const elided = {
      ...secret('os-push'),
      data: { '.dockerconfigjson': Buffer.from('312 bytes long').toString('base64') },
    };
    const made = repository([...OBJECTS.filter(({ kind }) => kind !== 'Secret'), elided]);
    const { status, data } = explain(made, '--mco-job', '--show-secrets');
    expect(status).toBe(0);
    const secrets = data.objects.filter(({ kind }: { kind: string }) => kind === 'Secret');
    expect(secrets).toMatchObject(
      ['global-pull-secret-copy', 'os-push'].map((name) => ({
        metadata: { labels: { [`${GROUP}/originalSecretName`]: name } },
        data: { '.dockerconfigjson': '<not saved>' },
      })),
    );
    expect(data.unknown.slice(0, 2)).toEqual([
      'the Secret global-pull-secret-copy',
      'what is in the Secret os-push: must-gather takes it out',
    ]);
  });

  it('needs a pool as the cluster has it, which says what is rendered', () => {
    const [pool, ...others] = OBJECTS;
    const made = repository([{ ...pool, spec: {} }, ...others]);
    for (const what of ['--mco-job', '--mosb']) {
      const { status, stdout } = explain(made, what);
      expect([status, stdout]).toEqual([
        2,
        expect.stringContaining('spec.configuration of the MachineConfigPool infra is not in'),
      ]);
    }
  });

  it('takes it that the cluster has what it is told that it has', () => {
    const job = (...args: string[]) => JSON.stringify(explain(repository(), '--mco-job', ...args).data);
    expect(job()).not.toContain('etc-pki-entitlement-infra');
    expect(job('--mounted', 'etc-pki-entitlement')).toContain('"secretName":"etc-pki-entitlement-infra"');
  });

  it('goes as far as the operator would, and ends with its words', () => {
    const broken = {
      ...secret('os-push'),
      data: { '.dockerconfigjson': Buffer.from('no').toString('base64') },
    };
    const made = repository([...OBJECTS.filter(({ metadata }) => metadata.name !== 'os-push'), broken]);
    const { status, data } = explain(made, '--mco-job');
    expect(status).toBe(1);
    expect(data.objects).toHaveLength(4);
    expect(data.refused).toMatchObject({ at: 'secrets' });
    expect(data.refused.message).toMatch(
      /^could not canonicalize secret os-push: .*invalid character 'o' in literal null/,
    );
    const shown = made.layers('explain', 'infra', '--from', 'saved', '--mco-job');
    expect(shown.stdout).toContain(
      '# What machine-os-builder of OpenShift 4.20.5 makes, by the MachineOSConfig of dist/.\n# Not to be applied',
    );
    expect(shown.stderr).toContain('the operator stops here, at its Secrets: could not canonicalize');
  });

  it('writes nothing', () => {
    const made = repository();
    const before = JSON.stringify(made.dist());
    explain(made, '--mco-job');
    expect(JSON.stringify(made.dist())).toBe(before);
  });

  it('has to be told where the saved objects are', () => {
    const { status, stderr } = repository().layers('explain', 'infra', '--mco-job');
    expect([status, stderr]).toEqual([2, expect.stringContaining('from-missing')]);
  });
});

it('layers explain asks for one thing at a time', () => {
  const made = temporaryRepository(saved());
  for (const args of [
    ['--mosb', '--merge'],
    ['--mco-job', 'release', '--from', 'saved'],
    ['--from', 'saved'],
    ['--release', '4.20'],
    ['--mosb', '--from', 'saved', '--show-secrets'],
    ['--merge', '--from', 'saved', '--mounted', 'etc-yum-repos-d'],
    ['--mco-job', '--from', 'saved', '--dist'],
  ]) {
    const { status, stderr } = made.layers('explain', 'infra', ...args);
    expect([status, stderr]).toEqual([2, expect.stringContaining('(usage)')]);
  }
});

describe('a must-gather', () => {
  const GATHERED = 'saved/must-gather.local.1/quay-io-openshift/';
  const CLUSTER = `${GATHERED}cluster-scoped-resources/${GROUP}/`;
  const at = (path: string, object: object) => ({ [path]: `---\n${JSON.stringify(object)}` });

  it('of an older release says by a ConfigMap what builds start from', () => {
    const [pool] = OBJECTS;
    const images = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'machine-config-osimageurl', namespace: 'openshift-machine-config-operator' },
      data: {
        baseOSContainerImage: BASE,
        baseOSExtensionsContainerImage: BASE,
        osImageURL: '',
        releaseVersion: '4.19.9',
      },
    };
    const made = temporaryRepository({
      'layers/pools.yaml': documents(POOLS, RELEASES),
      ...at(`${CLUSTER}machineconfigpools/infra.yaml`, pool!),
      ...at(`${GATHERED}namespaces/openshift-machine-config-operator/core/configmaps.yaml`, {
        apiVersion: 'v1',
        kind: 'ConfigMapList',
        items: [images],
      }),
    });
    made.layers('synth');
    const { status, data } = explain(made, '--mosb');
    expect([status, data.release]).toEqual([0, '4.19.9']);
    expect(data.documents.images).toBe(
      `BaseOSContainerImage: ${BASE}\nBaseOSExtensionsContainerImage: ${BASE}\nOSImageURL: ""\nReleaseVersion: 4.19.9\n`,
    );
    expect(explain(made, '--mosb', '--release', '4.22').stdout).toContain('not-saved');
  });
});
