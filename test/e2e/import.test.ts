import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseRef } from '../fixtures/base.ts';
import { type DirectoryServer, serveDirectory } from '../fixtures/http.ts';
import { run } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { type Scratch, scratchDirectory } from '../fixtures/scratch.ts';
import { createWorkspace, type Workspace } from '../fixtures/workspace.ts';
import { SAMPLES, type Sample } from './support/containerfiles.ts';
import { deriveBase } from './support/derived-base.ts';
import { SCAN, serveRpms } from './support/step-rpms.ts';

let registry: Registry;
let served: DirectoryServer;
let files: Scratch;
let workspace: Workspace;
let bases: Record<string, string>;
let agent: string;

beforeAll(async () => {
  registry = await startRegistry({ withBase: true });
  files = await scratchDirectory('served');
  served = await serveDirectory(files.path);
  workspace = await createWorkspace('import');
  const rpms = await serveRpms(files.path, served.url);
  agent = rpms.agent;
  await writeFile(join(files.path, 'scan'), SCAN);
  bases = {
    own: await baseRef(registry),
    'with-kernel': await deriveBase(workspace, registry, 'with-kernel', rpms.oldKernel),
  };
});

afterAll(async () => {
  await workspace?.remove();
  await served?.stop();
  await files?.remove();
  await registry?.stop();
});

/** Packages, files and their contents, but for what no two builds have in common: the database of rpm, logs, caches and what is mounted. */
const LIST = `
seen() {
  find / -xdev \\( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /var \\
    -o -path /usr/share/rpm -o -path /etc/hosts -o -path /etc/hostname -o -path /etc/resolv.conf -o -path /etc/ld.so.cache \\
    -o -name __pycache__ \\) -prune -o "$@"
}
rpm -qa > /tmp/all && sort /tmp/all
echo; seen \\( -type l -printf '%p -> %l\\n' \\) -o -printf '%p %y %m %U:%G\\n' | sort
echo; seen -type f -exec sha256sum -b {} + | sort -k 2
echo; find /var -xdev ! -type d | sort
`;

async function contentsOf(image: string) {
  const inspected = JSON.parse(
    await run('buildah', ['inspect', '--type=image', image], { env: workspace.env }),
  );
  const labels = Object.entries(inspected.OCIv1.config.Labels ?? {}).filter(
    ([key]) => !key.startsWith('cdk8s-os-layers/') && key !== 'io.buildah.version',
  );
  return {
    list: (await workspace.inImage(image, 'sh', '-c', LIST)).split('\n'),
    labels: Object.fromEntries(labels.sort()),
  };
}

/** The folder of a sample, beside the repository. */
async function writeSample(name: string, { files, containerfile, base }: Sample): Promise<string> {
  const folder = join(workspace.root, '..', 'samples', name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'Containerfile'), containerfile(bases[base ?? 'own']!, served.url));
  for (const [path, content] of Object.entries(files?.(served.url, agent) ?? {})) {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    if (typeof content === 'string') {
      await writeFile(target, content, { mode: content.startsWith('#!') ? 0o755 : 0o644 });
    } else await copyFile(content.copy, target);
  }
  return folder;
}

describe('what is imported from a Containerfile builds the image that the Containerfile builds', {
  timeout: 600_000,
}, () => {
  it('is shown by ten Containerfiles or more', () => {
    expect(Object.keys(SAMPLES).length).toBeGreaterThanOrEqual(10);
  });

  it.each(Object.entries(SAMPLES))('%s', async (name, sample) => {
    const folder = await writeSample(name, sample);
    const buildArgs = (sample.buildArgs ?? []).flatMap((argument) => ['--build-arg', argument]);
    const direct = `localhost/direct/${name}`;
    await run(
      'buildah',
      [
        'build',
        '--quiet',
        '--tls-verify=false',
        ...buildArgs,
        '--tag',
        direct,
        '--file',
        join(folder, 'Containerfile'),
        folder,
      ],
      { env: workspace.env },
    );

    const imported = await workspace.layers(
      ...['import', join(folder, 'Containerfile'), '--release', sample.release ?? '4.19.3'],
      ...[
        '--image',
        `${registry.host}/os/${name}`,
        '--output',
        'json',
        ...buildArgs,
        ...(sample.importArgs ?? []),
      ],
    );
    expect(imported.code, imported.stderr + imported.stdout).toBe(0);
    const { reports } = JSON.parse(imported.stdout);
    const synth = await workspace.layers('synth');
    expect(synth.code, synth.stderr).toBe(0);
    const built = await workspace.layers('build', name, '--pin');
    expect(built.code, built.stderr + (await workspace.read(`layers/${name}.yaml`))).toBe(0);

    const image = /osImageURL: (\S+)/.exec(await workspace.read(`dist/${name}.k8s.yaml`))![1]!;
    await run('buildah', ['pull', '--quiet', '--tls-verify=false', image], { env: workspace.env });
    expect(await contentsOf(image)).toEqual(await contentsOf(direct));
    expect(reports[0].leftToRun, JSON.stringify(reports[0].left, undefined, 2)).toBe(sample.leftToRun);
  });
});
