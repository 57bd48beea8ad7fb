import { copyFile, cp, mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { buildRpm, createRepository, gpgKey, type RpmSpec, signRpm } from '../../fixtures/rpm.ts';

/** What is not served: for the repository, or for bases. */
export interface Rpms {
  readonly agent: string;
  readonly oldKernel: readonly string[];
}

export const KERNEL = ['', '-core', '-modules', '-modules-core', '-modules-extra'].map(
  (part) => `kernel${part}`,
);
export const NEW_KERNEL = '5.14.0-295.el9';
const OLD_KERNEL = '5.14.0-284.el9_2';

export const SCAN = '#!/bin/sh\necho scanned\n';

/** A unit's text around its own section. */
export function unit(text: string): string {
  return `[Unit]\nDescription=A fixture\n\n${text}\n[Install]\nWantedBy=multi-user.target\n`;
}

const spec = (name: string, version: string, more: Partial<RpmSpec> = {}): RpmSpec => ({
  name,
  version,
  release: '1',
  files: { [`/usr/share/${name}/version`]: `${version}\n` },
  ...more,
});
function kernel(version: string): RpmSpec[] {
  const [upstream, release] = version.split('-');
  return KERNEL.map((name) => ({
    name,
    version: upstream!,
    release: release!,
    arch: 'x86_64',
    files: { [`/usr/lib/modules/${version}.x86_64/${name}`]: '' },
  }));
}

/** Everything that the steps download. */
export async function serveRpms(folder: string, url: string): Promise<Rpms> {
  const htop = await buildRpm(spec('fixture-htop', '3.0'));
  const scanner = spec('fixture-scanner', '3.0', {
    files: {
      '/opt/scanner/bin/scan': SCAN,
      '/opt/Some Vendor/data': 'data\n',
      '/usr/local/bin/scan': SCAN,
      '/usr/local/100% of it': 'top\n',
    },
  });
  const epelRelease = spec('epel-release', '9', {
    release: '9',
    files: {
      '/etc/yum.repos.d/epel.repo': `[epel]\nname=epel\nbaseurl=${url}/epel\nenabled=1\ngpgcheck=1\ngpgkey=file:///etc/pki/rpm-gpg/RPM-GPG-KEY-EPEL-9\n`,
      '/etc/pki/rpm-gpg/RPM-GPG-KEY-EPEL-9': await gpgKey(),
    },
  });
  const specs = [
    ...['0.9', '1.1'].map((version) => spec('fixture-hello', version)),
    spec('fixture-epoch', '1.1', { epoch: 1 }),
    spec('fixture-epoch', '2.0'),
    spec('fixture-new', '1.0'),
    ...kernel(NEW_KERNEL),
    scanner,
    epelRelease,
  ];
  for (const rpm of await Promise.all(specs.map(buildRpm))) await copyInto(folder, rpm);
  await copyInto(join(folder, 'unsigned'), htop);
  await copyInto(join(folder, 'epel'), await signRpm(htop));
  for (const repository of ['unsigned', 'epel'].map((name) => join(folder, name))) {
    await createRepository(repository);
    await writeFile(join(repository, 'RPM-GPG-KEY-EPEL-9'), await gpgKey());
    // As mirrors of EPEL have it.
    await cp(repository, join(`${repository}-mirror`, '9/Everything/x86_64'), { recursive: true });
    await writeFile(join(`${repository}-mirror`, 'RPM-GPG-KEY-EPEL-9'), await gpgKey());
  }
  return {
    agent: await buildRpm(spec('fixture-agent', '7.1', { requires: ['fixture-hello'] })),
    oldKernel: await Promise.all(kernel(OLD_KERNEL).map(buildRpm)),
  };
}

async function copyInto(folder: string, rpm: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await copyFile(rpm, join(folder, basename(rpm)));
}
