import { describe, expect, it } from 'vitest';
import { elOfKernel, parseReleaseInfo, toRelease } from '../../src/spec/release-info.ts';

const image = (name: string, digit: string) =>
  `quay.io/openshift-release-dev/${name}@sha256:${digit.repeat(64)}`;

const TEXT = `Name:           4.20.1
Digest:         sha256:${'a'.repeat(64)}
OS/Arch:        linux/amd64

Pull From: ${image('ocp-release', 'b')}

Component Versions:
  kubernetes       1.33.5
  machine-os       9.6.20251001-0 Red Hat Enterprise Linux CoreOS

Images:
  NAME                     PULL SPEC
  driver-toolkit           ${image('art', '1')}
  rhel-coreos              ${image('art', '2')}
  rhel-coreos-extensions   ${image('art', '3')}
`;

const REFERENCES = JSON.stringify({
  kind: 'ImageStream',
  metadata: { name: '4.18.21' },
  spec: {
    tags: [
      {
        name: 'rhel-coreos',
        annotations: { 'io.openshift.build.versions': 'machine-os=418.94.202508060022-0' },
        from: { kind: 'DockerImage', name: image('art', '4') },
      },
      { name: 'empty' },
    ],
  },
});

const release = (text: string) => {
  const info = parseReleaseInfo(text);
  return typeof info === 'string' ? info : toRelease(info, 'amd64');
};

describe('a payload', () => {
  it('is read as `oc adm release info` prints it', () => {
    expect(release(TEXT)).toEqual({
      name: '4.20.1',
      architecture: 'amd64',
      images: {
        'rhel-coreos': image('art', '2'),
        'rhel-coreos-extensions': image('art', '3'),
        'driver-toolkit': image('art', '1'),
        el: '9.6',
      },
    });
  });

  it('is read from its image-references, the versions of RHEL up to 4.18 included', () => {
    expect(release(REFERENCES)).toEqual({
      name: '4.18.21',
      architecture: 'amd64',
      images: { 'rhel-coreos': image('art', '4'), el: '9.4' },
    });
  });

  it.each([
    ['5.14.0-570.16.1.el9_6.x86_64', '9.6'],
    ['6.12.0-55.9.1.el10_0.x86_64', '10.0'],
    ['5.14.0-570.el9.x86_64', undefined],
    ['', undefined],
  ])('whose kernel is %j is on RHEL %s', (kernel, el) => {
    expect(elOfKernel(kernel)).toBe(el);
  });

  it.each([
    ['hello', 'it does not begin with the Name of a release'],
    ['{"kind":', 'it is not JSON, though it begins with a brace'],
    ['{"kind":"Pod"}', "it is not a payload's image-references, an ImageStream"],
    [
      TEXT.replace(/^Images:[\s\S]*/m, ''),
      'it names no images: `oc adm release info --pullspecs` prints them',
    ],
    [TEXT.replace(/ rhel-coreos .*/, ''), 'it has no image rhel-coreos'],
    [REFERENCES.replace('{"name":"empty"}', 'null'), 'its image-references are damaged at spec.tags[1]'],
    [REFERENCES.replace(/"tags":\[.*\]/, '"tags":{}'), 'its image-references are damaged at spec.tags'],
    [
      REFERENCES.replace('"name":"empty"', '"name":7'),
      'its image-references are damaged at spec.tags[1].name',
    ],
    ['{"kind":"ImageStream","metadata":{"name":"4.19.9"}}', 'its image-references are damaged at spec'],
    ['{"kind":"ImageStream","metadata":null}', 'its image-references are damaged at metadata'],
  ])('that is none is told: %.20s', (text, problem) => {
    expect(release(text)).toBe(problem);
  });
});
