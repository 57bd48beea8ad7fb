import { describe, expect, it } from 'vitest';
import type { InstalledPackage } from '../../src/rpm/header.ts';
import { diffPackages } from '../../src/rpm/package-diff.ts';

/** `name-version-release.arch`, as rpm prints it. */
function packages(...nvras: string[]): InstalledPackage[] {
  return nvras.map((nvra) => {
    const [, name, epoch = '0', version, release, arch] = /^(.+)-(?:(\d+):)?([^-]+)-([^-]+)\.([^.]+)$/.exec(
      nvra,
    )!;
    return { name: name!, epoch: Number(epoch), version: version!, release: release!, arch };
  });
}

describe('the packages of two images', () => {
  it('are compared by name and architecture', () => {
    expect(
      diffPackages(
        packages(
          'gone-1-1.noarch',
          'new-1.10-1.x86_64',
          'old-2-1.x86_64',
          'same-1-1.x86_64',
          'multi-1-1.i686',
        ),
        packages(
          'come-1-1.noarch',
          'new-1.11-1.x86_64',
          'old-1-1.x86_64',
          'same-1-1.x86_64',
          'multi-1-1.x86_64',
        ),
      ),
    ).toEqual([
      { name: 'come', arch: 'noarch', change: 'added', to: '1-1' },
      { name: 'gone', arch: 'noarch', change: 'removed', from: '1-1' },
      { name: 'multi', arch: 'i686', change: 'removed', from: '1-1' },
      { name: 'multi', arch: 'x86_64', change: 'added', to: '1-1' },
      { name: 'new', arch: 'x86_64', change: 'upgraded', from: '1.10-1', to: '1.11-1' },
      { name: 'old', arch: 'x86_64', change: 'downgraded', from: '2-1', to: '1-1' },
    ]);
  });

  it('may have several builds of one, each of which comes and goes by itself', () => {
    expect(
      diffPackages(
        packages('kernel-5.14-1.x86_64', 'kernel-5.14-2.x86_64'),
        packages('kernel-5.14-2.x86_64', 'kernel-5.14-3.x86_64'),
      ),
    ).toEqual([
      { name: 'kernel', arch: 'x86_64', change: 'removed', from: '5.14-1' },
      { name: 'kernel', arch: 'x86_64', change: 'added', to: '5.14-3' },
    ]);
  });

  it('are upgraded by their epoch alone', () => {
    expect(diffPackages(packages('a-2-1.x86_64'), packages('a-1:1-1.x86_64'))).toMatchObject([
      { change: 'upgraded', from: '2-1', to: '1:1-1' },
    ]);
  });
});
