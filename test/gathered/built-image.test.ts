import { describe, expect, it } from 'vitest';
import { bakedInto } from '../../src/gathered/baked.ts';
import { type BuiltImage, builtImages } from '../../src/gathered/built-image.ts';
import { findObject } from '../../src/gathered/gathered.ts';
import { readGathered } from '../../src/gathered/read.ts';
import * as k from '../diagnose/cluster.ts';
import { folderOf } from './folder.ts';

const IMAGE = `quay.io/team/os@${k.DIGEST}`;
const OLDER = `quay.io/team/os@sha256:${'1'.repeat(64)}`;

function imagesOf(...objects: readonly k.Saved[]): Omit<BuiltImage, 'from'>[] {
  return builtImages(readGathered(k.mustGather(objects))).map(({ from, ...image }) => image);
}

const succeeded = k.build('Succeeded', { status: { digestedImagePushSpec: IMAGE } });

describe('the image that a cluster built', () => {
  it('is the one that the MachineOSConfig names, with the configuration of its build', () => {
    const config = k.config(
      {},
      { status: { currentImagePullSpec: IMAGE, machineOSBuild: { name: k.BUILD } } },
    );
    expect(imagesOf(config, succeeded)).toEqual([
      {
        image: IMAGE,
        pool: 'infra',
        field: 'status.currentImagePullSpec',
        build: k.BUILD,
        rendered: k.RENDERED,
      },
    ]);
  });

  it('is of the build with its digest where nothing names one', () => {
    expect(imagesOf(k.config({}, { status: { currentImagePullSpec: IMAGE } }), succeeded)).toMatchObject([
      { image: IMAGE, build: k.BUILD, rendered: k.RENDERED },
    ]);
  });

  it('is known without its build, too', () => {
    expect(imagesOf(k.config({}, { status: { currentImagePullSpec: IMAGE } }))).toEqual([
      { image: IMAGE, pool: 'infra', field: 'status.currentImagePullSpec' },
    ]);
  });

  it('is one of those that builds made, the newest first, where no MachineOSConfig says which', () => {
    const older = {
      ...k.build('Succeeded', { status: { digestedImagePushSpec: OLDER } }),
      metadata: { name: `infra-${'0'.repeat(32)}`, creationTimestamp: '2025-01-01T00:00:00Z' },
    };
    expect(imagesOf(older, succeeded)).toEqual([
      {
        image: IMAGE,
        pool: 'infra',
        field: 'status.digestedImagePushSpec',
        build: k.BUILD,
        rendered: k.RENDERED,
      },
      {
        image: OLDER,
        pool: 'infra',
        field: 'status.digestedImagePushSpec',
        build: `infra-${'0'.repeat(32)}`,
        rendered: k.RENDERED,
      },
    ]);
    expect(imagesOf(older)).toMatchObject([{ image: OLDER, pool: 'infra' }]);
    const config = k.config({}, { status: { currentImagePullSpec: OLDER } });
    expect(imagesOf(config, older, succeeded), 'what the nodes run decides').toMatchObject([
      { image: OLDER },
    ]);
  });

  it('is one that two builds share, once', () => {
    const reused = {
      ...succeeded,
      metadata: { ...(succeeded.metadata as object), name: `infra-${'0'.repeat(32)}` },
    };
    expect(imagesOf(succeeded, reused)).toHaveLength(1);
  });

  it('is none while it is built, or where that failed', () => {
    expect(imagesOf(k.config(), k.build('Building'))).toEqual([]);
    expect(imagesOf(k.config(), k.build('Failed'))).toEqual([]);
  });
});

describe('what a rendered MachineConfig bakes into an image', () => {
  const files = [
    '/etc/crio/crio.conf.d/00-default',
    '/etc/containers/registries.conf',
    '/etc/containers/policy.json',
    '/etc/docker/certs.d/registry.example.com/ca.crt',
    '/etc/pki/ca-trust/source/anchors/openshift-config-user-ca-bundle.crt',
    '/etc/kubernetes/kubeconfig',
    '/var/lib/kubelet/config.json',
    '/etc/chrony.conf',
    '/usr/local/bin/nm-clean',
  ];

  it('is told by names, and never by contents', () => {
    const folder = folderOf({
      'rendered.yaml': k.rendered({}, k.RENDERED, {
        extensions: ['usbguard', 'ipsec'],
        kernelType: 'realtime',
        kernelArguments: ['nosmt', `rd.luks.key=${k.PASSWORD}`],
        config: {
          ignition: { version: '3.5.0' },
          storage: { files: files.map((path) => ({ path, contents: { source: `data:,${k.PASSWORD}` } })) },
          systemd: {
            units: [{ name: 'kubelet.service', enabled: true, contents: 'x' }, { name: 'crio.service' }],
          },
          passwd: { users: [{ name: 'core', passwordHash: k.PASSWORD, sshAuthorizedKeys: ['ssh-rsa x'] }] },
        },
      }),
    });
    const baked = bakedInto(findObject(readGathered(folder), 'MachineConfig', k.RENDERED)!.data);
    expect(baked).toEqual({
      name: k.RENDERED,
      files: ['/etc/chrony.conf', '/etc/crio/crio.conf.d/00-default', '/usr/local/bin/nm-clean'],
      units: ['crio.service', 'kubelet.service'],
      certificates: [
        '/etc/docker/certs.d/registry.example.com/ca.crt',
        '/etc/pki/ca-trust/source/anchors/openshift-config-user-ca-bundle.crt',
      ],
      registries: ['/etc/containers/policy.json', '/etc/containers/registries.conf'],
      credentials: ['/etc/kubernetes/kubeconfig', '/var/lib/kubelet/config.json'],
      users: ['core'],
      extensions: ['ipsec', 'usbguard'],
      kernelType: 'realtime',
      kernelArguments: ['nosmt', 'rd.luks.key'],
    });
    expect(JSON.stringify(baked)).not.toContain(k.PASSWORD);
  });

  it('is nothing where it has no configuration', () => {
    expect(bakedInto({ metadata: { name: 'rendered-a' }, spec: { kernelType: 'default' } })).toEqual({
      name: 'rendered-a',
      ...{
        files: [],
        units: [],
        certificates: [],
        registries: [],
        credentials: [],
        users: [],
        extensions: [],
        kernelArguments: [],
      },
    });
  });
});
