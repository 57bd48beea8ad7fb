import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { run } from '../../fixtures/process.ts';
import type { Registry } from '../../fixtures/registry.ts';
import { buildRpm, createRepository } from '../../fixtures/rpm.ts';
import type { Workspace } from '../../fixtures/workspace.ts';
import { deriveBase } from './derived-base.ts';

const IGNITION = `#!/usr/bin/python3
# Test fixture standing in for the real Ignition: writes the files of a configuration that are data URLs, and nothing else.
import json, os, sys, urllib.request
assert os.environ['container'] == 'oci' and sys.argv[1] == '--ignore-unsupported', sys.argv
for file in json.load(open(sys.argv[2])).get('storage', {}).get('files', []):
    os.makedirs(os.path.dirname(file['path']), exist_ok=True)
    with open(file['path'], 'wb') as out:
        out.write(urllib.request.urlopen(file['contents']['source']).read())
`;

const JQ = `#!/usr/bin/python3
# Test fixture standing in for the real jq: knows one filter.
import json, sys
assert sys.argv[1] == '.spec.config', sys.argv
print(json.dumps(json.load(open(sys.argv[2]))['spec']['config']))
`;

const UPDATE_CA_TRUST = `#!/bin/sh
# Test fixture standing in for the real update-ca-trust: puts the anchors into one file.
mkdir -p /etc/pki/ca-trust/extracted
cat /etc/pki/ca-trust/source/anchors/* > /etc/pki/ca-trust/extracted/all.pem
`;

// rpm-ostree keeps nothing in /var. Its stand-in is dnf, which does, and the stand-in for ostree refuses that.
const DNF = `# Test fixture: the base's own settings, and nothing in /var.
[main]
gpgcheck=1
logdir=/tmp
persistdir=/tmp/dnf
`;

const tool = (name: string, path: string, content: string) =>
  buildRpm({ name, version: '1', release: '1', files: { [path]: content } });

const named = (name: string, version = '1') =>
  buildRpm({ name, version, release: '1', files: { [`/usr/share/fixtures/${name}`]: `${version}\n` } });

/** The base with stand-ins for what the operator runs in it, and with a kernel of packages that hold nothing. */
export async function clusterBase(workspace: Workspace, registry: Registry): Promise<string> {
  return deriveBase(workspace, registry, 'cluster-base', [
    await tool('fixture-ignition', '/usr/lib/dracut/modules.d/30ignition/ignition', IGNITION),
    await tool('fixture-repositories', '/etc/yum.repos.d/none.repo', '# Test fixture: no repository.\n'),
    await tool('fixture-dnf', '/etc/dnf/dnf.conf', DNF),
    await tool('fixture-jq', '/usr/bin/jq', JQ),
    await tool('fixture-update-ca-trust', '/usr/bin/update-ca-trust', UPDATE_CA_TRUST),
    ...(await Promise.all(['kernel', 'kernel-core', 'kernel-modules'].map((name) => named(name)))),
  ]);
}

/** An image of extensions, pushed to the registry: the packages of usbguard and of the realtime kernel. */
export async function extensionsImage({ root, env }: Workspace, registry: Registry): Promise<string> {
  const folder = join(root, '../extensions');
  const packages = join(folder, 'usr/share/rpm-ostree/extensions');
  await mkdir(packages, { recursive: true });
  const kernel = ['kernel-rt-core', 'kernel-rt-modules', 'kernel-rt-modules-extra', 'kernel-rt-kvm'];
  for (const name of ['usbguard', ...kernel]) {
    const rpm = await named(name);
    await copyFile(rpm, join(packages, basename(rpm)));
  }
  await createRepository(packages);
  const buildah = async (...args: string[]) => (await run('buildah', args, { env })).trim();
  const container = await buildah('from', 'scratch');
  await buildah('copy', '--quiet', container, folder, '/');
  const image = `${registry.host}/fixture/extensions`;
  const digestFile = join(root, '../extensions-digest');
  await buildah('commit', '--quiet', '--rm', container, `${image}:1`);
  await buildah('push', '--quiet', '--tls-verify=false', '--digestfile', digestFile, `${image}:1`);
  await buildah('rmi', `${image}:1`);
  return `${image}@${(await readFile(digestFile, 'utf8')).trim()}`;
}

export interface NodeFile {
  path: string;
  content: string;
}

/** A rendered MachineConfig, as `oc get machineconfig -o json` prints it. */
export function renderedConfig(
  pool: string,
  release: string,
  files: readonly NodeFile[],
  spec: object = {},
): string {
  const name = `rendered-${pool}-0123456789abcdef0123456789abcdef`;
  const annotations = { 'machineconfiguration.openshift.io/release-image-version': release };
  const storage = {
    files: files.map(({ path, content }) => ({
      path,
      contents: { source: `data:,${encodeURIComponent(content)}` },
    })),
  };
  return JSON.stringify({
    apiVersion: 'machineconfiguration.openshift.io/v1',
    kind: 'MachineConfig',
    metadata: { name, annotations, generation: 1 },
    spec: { config: { ignition: { version: '3.5.0' }, storage }, ...spec },
  });
}

/** A folder beside the repository, with these files. */
export async function folderOf(workspace: Workspace, name: string, files: Record<string, string>) {
  const folder = join(workspace.root, '..', name);
  await mkdir(folder, { recursive: true });
  for (const [file, content] of Object.entries(files)) await writeFile(join(folder, file), content);
  return folder;
}
