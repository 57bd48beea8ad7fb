import { describe, expect, it } from 'vitest';
import { factsOf, hotfixYaml } from '../../src/checks/online/example.ts';
import type { OnlineFacts, PinnedTo } from '../../src/checks/online/online.ts';
import { compareOs, fixedBy } from '../../src/checks/online/packages.ts';
import { checkOnline } from '../../src/checks/pools.ts';
import type { InstalledPackage } from '../../src/rpm/header.ts';
import { render } from '../../src/synth/synth.ts';
import { parseDigest } from '../../src/values/digest.ts';
import { documents, RELEASES } from '../synth/documents.ts';
import { temporaryRepository } from '../synth/temporary-repository.ts';

const one = (name: string, version: string, release: string, epoch = 0): InstalledPackage => ({
  ...{ name, epoch, version, release, arch: 'x86_64' },
});
const PINNED = `sha256:${'9'.repeat(64)}`;

function found(yaml: string, facts: OnlineFacts, more: Partial<PinnedTo> = {}) {
  const { root } = temporaryRepository({ 'layers/a.yaml': documents(yaml, RELEASES) });
  const image = 'registry.example.com/os/worker';
  const pin = { digest: parseDigest(PINNED), pushed: image, pulled: image, release: '4.19.3', ...more };
  return checkOnline(render(root).pools.map((pool) => ({ pool, pin, facts }))).map(
    ({ code, severity, message }) => `${severity} ${code}: ${message}`,
  );
}

describe('a fix', () => {
  const systemd = one('systemd', '252', '47.el9_6', 1);

  it.each([
    ['252-47.el9_6', true],
    ['252-48.el9_6', false],
    ['252', true],
    ['253', false],
    ['1:252-47.el9_6', true],
    ['2:1-1', false],
    ['0:300-1', true],
  ])('is in 1:252-47.el9_6 by %s: %s', (atLeast, is) => {
    expect(fixedBy({ package: 'systemd', atLeast }, [systemd]) !== undefined).toBe(is);
    expect(fixedBy({ package: 'systemd-libs', atLeast }, [systemd])).toBeUndefined();
    expect(fixedBy({ package: 'systemd', atLeast }, undefined)).toBeUndefined();
  });
});

describe('one operating system', () => {
  it('is told from another by its kubelet, then by its kernel, of which the newest counts', () => {
    const os = (kubelet: string, ...kernels: string[]) => [
      one('openshift-kubelet', kubelet, '1'),
      ...kernels.map((kernel) => one('kernel-core', '5.14.0', kernel)),
    ];
    expect(compareOs(os('4.19.0', '9'), os('4.20.0', '1'))).toMatchObject({
      package: 'openshift-kubelet',
      order: 'older',
    });
    expect(compareOs(os('4.19.0', '1', '10'), os('4.19.0', '9'))).toMatchObject({
      ...{ package: 'kernel-core', order: 'newer', own: '5.14.0-10', other: '5.14.0-9' },
    });
    expect(compareOs(os('4.19.0', '1'), os('4.19.0', '1'))).toBeUndefined();
    expect(compareOs(undefined, os('4.19.0', '1'))).toBeUndefined();
  });
});

describe('a pinned image', () => {
  it('tells that a hotfix has expired where another step brought the fix, and not where the hotfix did', () => {
    const codes = (pinned: string) =>
      found(hotfixYaml('252-46.el9_6'), factsOf({ systemd: pinned }, PINNED)).filter((line) =>
        line.includes('hotfix-expired'),
      );
    expect(codes('252-50.el9_6')).toEqual([
      'warning hotfix-expired: the pinned image has systemd-252-50.el9_6, and this hotfix was needed until 252-46.el9_6',
    ]);
    expect(codes('252-46.el9_6')).toEqual([]);
    expect(codes('252-45.el9_6')).toEqual([]);
  });

  it('that is held on an older release is remarked, with why', () => {
    const yaml = hotfixYaml().replace(/^base: .*\n/m, '');
    const facts = factsOf({});
    expect(found(yaml, facts, { release: '4.18.21', held: 'OPS-17 (until 2026-12-31)' })).toEqual([
      'info base-of-another-release: worker is held on an image that was built for 4.18.21, and its release is 4.19.3',
    ]);
    expect(found(yaml, facts, { release: '4.18.21' }), 'its pin is behind, which is told').toEqual([]);
  });
});
