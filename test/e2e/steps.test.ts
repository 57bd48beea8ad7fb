import { readFileSync } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Of } from '../../src/containerfile/context-file.ts';
import { STEPS } from '../../src/steps/index.ts';
import { baseRef } from '../fixtures/base.ts';
import { type DirectoryServer, serveDirectory } from '../fixtures/http.ts';
import { run } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { gpgKey } from '../fixtures/rpm.ts';
import { type Scratch, scratchDirectory } from '../fixtures/scratch.ts';
import { createWorkspace, type Workspace } from '../fixtures/workspace.ts';
import { deriveBase } from './support/derived-base.ts';
import { documents, layer, pool, release } from './support/documents.ts';
import { BUILDS, type Fixtures } from './support/step-builds.ts';
import { SCAN, serveRpms, unit } from './support/step-rpms.ts';

let registry: Registry;
let served: DirectoryServer;
let files: Scratch;
let workspace: Workspace;

const ALL = Object.entries(BUILDS).flatMap(([kind, builds]) =>
  'notHere' in builds ? [] : builds.map((build) => ({ kind, ...build })),
);
const CASES = ALL.map((build, index) => ({ ...build, name: `${build.kind.slice(0, 10)}-${index}` }));

beforeAll(async () => {
  registry = await startRegistry({ withBase: true });
  files = await scratchDirectory('served');
  served = await serveDirectory(files.path);
  workspace = await createWorkspace('steps');
  const { agent, oldKernel } = await serveRpms(files.path, served.url);
  const bases = {
    'with-kernel': await deriveBase(workspace, registry, 'with-kernel', oldKernel),
    'with-agent': await deriveBase(workspace, registry, 'with-agent', [agent]),
  };
  const fixtures: Fixtures = {
    sumOf: (name) => sha256Of(readFileSync(join(files.path, name))),
    toolkit: await baseRef(registry),
  };
  await workspace.write('layers/files/KEY', await gpgKey());
  await workspace.write('layers/files/tool', SCAN);
  await writeFile(join(files.path, 'tool'), SCAN);
  await workspace.write('layers/files/tree/a.conf', 'a\n');
  await workspace.write('layers/files/tree/conf.d/.b c', 'b\n');
  await workspace.write('layers/files/tree/conf.d/run', SCAN);
  await chmod(join(workspace.root, 'layers/files/tree/conf.d/run'), 0o755);
  await workspace.write('layers/files/agent.timer', unit('[Timer]\nOnCalendar=daily\n'));
  await workspace.write('layers/files/fixture-agent-7.1-1.noarch.rpm', await readFile(agent));
  await workspace.write(
    'layers/all.yaml',
    documents(
      release('4.18.3', await baseRef(registry)),
      release('4.19.3', await baseRef(registry, '2'), {
        'driver-toolkit': fixtures.toolkit,
        kernel: '5.14.0-1.el9.x86_64',
        el: '9.6',
      }),
      ...CASES.flatMap(({ name, steps, base, release = '4.19.3' }) => [
        layer(name, ...steps(served.url, fixtures)),
        {
          ...pool(name, { release, image: `${registry.host}/os/${name}`, layers: [name] }),
          ...(base && { base: bases[base] }),
        },
      ]),
    ),
  );
  const synth = await workspace.layers('synth');
  expect(synth.code, synth.stderr).toBe(0);
});

afterAll(async () => {
  await workspace?.remove();
  await served?.stop();
  await files?.remove();
  await registry?.stop();
});

async function imageOf(name: string): Promise<string> {
  return /osImageURL: (\S+)/.exec(await workspace.read(`dist/${name}.k8s.yaml`))![1]!;
}

describe('every kind of step', () => {
  it('is built here, or says why it cannot be', () => {
    expect(Object.keys(BUILDS).sort()).toEqual(Object.keys(STEPS).sort());
    for (const [kind, builds] of Object.entries(BUILDS)) {
      if ('notHere' in builds) expect(builds.notHere).toMatch(/\w+ \w+/);
      else
        expect(
          builds.some(({ holds, labels }) => (holds ?? labels) !== undefined),
          kind,
        ).toBe(true);
    }
  });
});

describe('a real build of', { timeout: 300_000 }, () => {
  it.each(CASES)('$kind: $what', async ({ name, fails, holds = [], labels }) => {
    const { code, stderr } = await workspace.layers('build', name, '--pin');
    if (fails !== undefined) {
      expect(stderr).toMatch(fails);
      expect(code).toBe(3);
      return;
    }
    expect(code, stderr).toBe(0);
    const image = await imageOf(name);
    // Each by itself: what is said names the one that does not hold.
    const script = holds.map((line) => `${line} || { echo ${quote(line)}; exit 1; }`).join('\n');
    await workspace.inImage(image, 'sh', '-c', script || 'true');
    if (labels === undefined) return;
    const inspected = await run('skopeo', ['inspect', '--tls-verify=false', `docker://${image}`]);
    expect(JSON.parse(inspected).Labels).toMatchObject(labels);
  });
});

function quote(line: string): string {
  return `'does not hold: ${line.replaceAll("'", `'\\''`)}'`;
}
