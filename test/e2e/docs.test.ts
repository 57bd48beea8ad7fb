import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf } from '../docs/blocks.ts';
import { baseRef } from '../fixtures/base.ts';
import { type Finished, run, tryRun } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { type Scratch, scratchDirectory } from '../fixtures/scratch.ts';
import { CLI, createWorkspace, type Workspace } from '../fixtures/workspace.ts';

let registry: Registry;
let scratch: Scratch;
/** For its environment: a person, an image store. */
let workspace: Workspace;

beforeAll(async () => {
  registry = await startRegistry({ withBase: true });
  scratch = await scratchDirectory('docs');
  workspace = await createWorkspace('docs');
});

afterAll(async () => {
  await workspace?.remove();
  await scratch?.remove();
  await registry?.stop();
});

/** Documents that the fixture base can build: it has no repository with rsyslog. */
async function documents(text: string): Promise<Record<string, string>> {
  return {
    'layers/layers.yaml': `kind: Layer
name: remote-logs
steps:
  - files: [{ path: /etc/rsyslog.d/remote.conf, content: "${text}\\n" }]
`,
    'layers/pools.yaml': `kind: Pool
name: worker
release: "4.19.3"
layers: [remote-logs]
target: { machineConfig: { image: ${registry.host}/os/worker } }
`,
    'layers/releases.yaml': `kind: Release
name: "4.19.3"
amd64: { rhel-coreos: "${await baseRef(registry, '2')}" }
`,
  };
}

async function write(root: string, files: Record<string, string>): Promise<void> {
  await mkdir(join(root, 'layers'), { recursive: true });
  for (const [path, text] of Object.entries(files)) await writeFile(join(root, path), text);
}

describe('docs/getting-started.md', { timeout: 300_000 }, () => {
  const blocks = blocksOf('docs/getting-started.md').filter(({ language }) => language === 'sh');
  let cwd: string;

  /** Runs the next block where the one before it ended. */
  async function next(...expected: string[]): Promise<Finished> {
    const { text, line } = blocks.shift()!;
    expect(text.trim().split('\n'), `line ${line}`).toEqual(expected);
    const where = join(scratch.path, 'cwd');
    const finished = await tryRun('bash', ['-euc', `${text}pwd > ${where}`], { cwd, env: workspace.env });
    expect(finished.code, `${text}${finished.stderr}`).toBe(0);
    cwd = (await readFile(where, 'utf8')).trim();
    return finished;
  }

  it('has commands that work in their order', async () => {
    cwd = join(scratch.path, 'clone');
    await mkdir(cwd);
    await symlink(join(CLI, '..'), join(cwd, 'lib'));

    await next('node lib/layers.js init ../os-layers');
    const first = await next('cd ../os-layers', 'git init', 'npm install', 'npx layers synth');
    expect(first.stderr).toContain('(pin-missing)');
    expect(cwd).toBe(join(scratch.path, 'os-layers'));

    await write(cwd, await documents('*.* @@logs.example.com:514'));
    const synth = await next('npx layers synth');
    expect(synth.stdout).toMatch(/^added dist\/builds\/[0-9a-f]{32}\/Containerfile$/m);

    const build = await next(
      'git add .',
      'git commit -m "Remote logs for the worker pool"',
      'npx layers build --pin --commit',
    );
    expect(build.stderr).toContain('pushed and verified');
    const shown = await next('git show --stat', 'npx layers check');
    expect(shown.stdout).toMatch(
      / dist\/worker\.k8s\.yaml .*\n layers\/lock\/worker\.lock .*\n 2 files changed/,
    );
    const again = await next('npx layers build --pin --commit');
    expect(again.stderr).toContain('nothing to commit');
    expect(blocks).toEqual([]);
  });

  it('shows a mistake as it is printed', async () => {
    const page = blocksOf('docs/getting-started.md');
    const layer = page.find(({ text }) => text.startsWith('kind: Layer'))!.text;
    const root = join(scratch.path, 'mistake');
    await write(root, { 'layers/layers.yaml': layer.replace('packages:', 'package:') });
    const { code, stderr } = await tryRun(process.execPath, [CLI, 'synth'], {
      cwd: root,
      env: workspace.env,
    });
    expect(code).toBe(2);
    const shown = page.find(({ text }) => text.startsWith('layers/layers.yaml:'))!.text;
    expect(stderr).toContain(shown);
    // The fields are those of the JSON example, too.
    const json = await tryRun(process.execPath, [CLI, 'synth', '--output', 'json'], {
      cwd: root,
      env: workspace.env,
    });
    const example = blocksOf('docs/exit-codes-and-output.md').find(({ language }) => language === 'json')!;
    expect(JSON.parse(json.stdout).diagnostics).toContainEqual(JSON.parse(example.text));
  });
});

describe('docs/pull-request-flow.md', { timeout: 300_000 }, () => {
  let origin: string;

  beforeAll(async () => {
    origin = join(scratch.path, 'origin.git');
    await run('git', ['init', '--quiet', '--bare', '--initial-branch=main', origin], { env: workspace.env });
    await run('git', ['config', 'receive.advertisePushOptions', 'true'], { cwd: origin, env: workspace.env });
  });

  /** What somebody does before CI starts: a branch with changed layers and what they compile to. */
  async function openRequest(branch: string, text: string): Promise<void> {
    await workspace.write('.gitignore', '.layers/\nnode_modules/\n');
    await write(workspace.root, await documents(text));
    expect((await workspace.layers('synth')).code).toBe(0);
    await workspace.commit(text);
    await workspace.git('push', '--quiet', origin, `HEAD:refs/heads/${branch}`);
  }

  async function checkOut(branch: string, name: string): Promise<string> {
    const root = join(scratch.path, name);
    await run('git', ['clone', '--quiet', '--branch', branch, origin, root], { env: workspace.env });
    await mkdir(join(root, 'node_modules/.bin'), { recursive: true });
    await symlink(CLI, join(root, 'node_modules/.bin/layers'));
    return root;
  }

  it('has a way on for a runner that finds an image which another run pushed, and did not commit', async () => {
    await openRequest('again', 'from a run that failed');
    const layers = async (checkout: string, ...args: string[]) =>
      tryRun(process.execPath, [CLI, ...args], {
        cwd: await checkOut('again', checkout),
        env: workspace.env,
      });
    expect((await layers('failed', 'build', '--pin')).code).toBe(0);
    const refused = await layers('fresh', 'build', '--pin', '--commit');
    expect(refused.stderr).toContain('(tag-exists)');
    expect(refused.code).toBe(4);
    const way = blocksOf('docs/pull-request-flow.md').find(({ text }) => text.includes('--adopt'))!.text;
    expect(way).toBe('npx layers build --pin --commit --adopt\n');
    const went = await tryRun('bash', ['-euc', way], {
      cwd: join(scratch.path, 'fresh'),
      env: workspace.env,
    });
    expect(went.code, went.stderr).toBe(0);
  });
});
