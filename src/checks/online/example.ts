import type { InstalledPackage } from '../../rpm/header.ts';
import { DIGEST } from '../examples.ts';
import type { OnlineFacts } from './online.ts';

const TOOLS = '  - name: tools\n    steps: [{ packages: { install: [htop] } }]\n';
const BASE = `base: quay.io/openshift-release-dev/ocp-v4.0-art-dev@${DIGEST}\n`;

/** A pool on a base of its own. */
export function poolYaml(base = BASE, release = '4.19.3', layers = TOOLS): string {
  return `kind: Pool
name: worker
release: "${release}"
${base}layers:
${layers}target: { machineConfig: { image: registry.example.com/os/worker } }
`;
}

export function hotfixYaml(atLeast?: string, build = '252-46.el9_6'): string {
  const expires = `          expires: { package: systemd, atLeast: ${atLeast} }\n`;
  const hotfix = `  - name: systemd-hotfix
    steps:
      - hotfix:
          reason: RHEL-12345, journald deadlock
${atLeast === undefined ? '' : expires}          rpms:
            - url: https://example.com/files/systemd-${build}.x86_64.rpm
`;
  return poolYaml(undefined, undefined, hotfix);
}

/** What a registry says of an image with these packages. */
export function factsOf(packages: Readonly<Record<string, string>>, digest: string = DIGEST): OnlineFacts {
  const all = Object.entries(packages).map(([name, build]): InstalledPackage => {
    const [version = '', release = ''] = build.split('-');
    return { name, epoch: 0, version, release, arch: 'x86_64' };
  });
  return { missing: new Set(), packages: new Map([[digest, all]]) };
}
