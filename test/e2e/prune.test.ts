import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run, tryRun } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { CLI, createWorkspace, type Workspace } from '../fixtures/workspace.ts';
import { documents, motd, pool, release } from './support/documents.ts';
import { pushSmallBase } from './support/small-base.ts';

let registry: Registry;
let workspace: Workspace;
let base: string;
/** The tag and the digest of each text that was built. */
const built = new Map<string, { tag: string; digest: string }>();

/** Months ago, weeks ago, and so on: pins that were replaced since are needed, or not any more. */
beforeAll(async () => {
  registry = await startRegistry();
  workspace = await createWorkspace('prune');
  base = await pushSmallBase(workspace, registry, 'prune', 20);
  await workspace.write('.gitignore', '.layers/\n');
  await build('replaced-long-ago', 300);
  await workspace.git('branch', 'forgotten');
  await build('replaced-today', 200);
  await workspace.git('checkout', '--quiet', 'forgotten');
  await build('on-a-branch', 250);
  await workspace.git('checkout', '--quiet', 'main');
  await build('pinned', 0);
  await build('never-pinned');
}, 180_000);

afterAll(async () => {
  await workspace?.remove();
  await registry?.stop();
});

/** Builds a pool with this text, and pins it in a commit of so many days ago. */
async function build(text: string, days?: number): Promise<void> {
  const image = `${registry.host}/os/worker`;
  const before = await workspace.read('layers/pools.yaml').catch(() => undefined);
  await workspace.write(
    'layers/pools.yaml',
    documents(release('4.18.3', base), pool('worker', { image, layers: [motd(text)] })),
  );
  await workspace.layers('synth');
  const { code, stdout, stderr } = await workspace.layers('build', ...(days === undefined ? [] : ['--pin']));
  expect(code, stderr).toBe(0);
  const hash = JSON.parse(await workspace.read('dist/worker.build')).build;
  built.set(text, { tag: `build-${hash}`, digest: /sha256:[0-9a-f]{64}/.exec(stdout)![0] });
  if (days === undefined) {
    await workspace.write('layers/pools.yaml', before!);
    await workspace.layers('synth');
    return;
  }
  const date = `${Math.floor(Date.now() / 1000) - days * 86_400} +0000`;
  const env = { ...workspace.env, GIT_COMMITTER_DATE: date, GIT_AUTHOR_DATE: date };
  await run('git', ['add', '--all'], { cwd: workspace.root, env });
  await run('git', ['commit', '--quiet', '--message', text], { cwd: workspace.root, env });
}

const tagOf = (text: string) => built.get(text)!.tag;
const digestOf = (text: string) => built.get(text)!.digest;
const manifest = (name: string) => `${registry.url}/v2/os/worker/manifests/${name}`;
const TYPE = 'application/vnd.oci.image.manifest.v1+json';

async function put(tag: string, body: string, type: string): Promise<void> {
  const answer = await fetch(manifest(tag), { method: 'PUT', body, headers: { 'content-type': type } });
  expect(answer.status).toBe(201);
}

async function tagsThere(): Promise<string[]> {
  const { tags } = (await (await fetch(`${registry.url}/v2/os/worker/tags/list`)).json()) as {
    tags: string[];
  };
  return tags.sort();
}

interface Judged {
  tag: string;
  kept?: string;
  deleted?: boolean;
}

/** What becomes of the tags of builds, by the texts that they are of. */
async function prune(...args: string[]) {
  const { code, stdout, stderr } = await workspace.layers('prune', '--output', 'json', ...args);
  expect(code, stderr).toBe(0);
  const { repositories, considered } = JSON.parse(stdout);
  const tags: Judged[] = repositories.flatMap((repository: { tags: Judged[] }) => repository.tags);
  const textOf = (tag: string) => [...built].find(([, one]) => one.tag === tag)![0];
  return {
    considered,
    verdicts: Object.fromEntries(tags.map(({ tag, kept }) => [textOf(tag), kept ?? 'not needed'])),
    deleted: tags.filter((one) => one.deleted).map(({ tag }) => textOf(tag)),
  };
}

const NEEDED = {
  pinned: 'git needs it',
  'replaced-today': 'git needs it',
  'on-a-branch': 'git needs it',
};

describe('layers prune', { timeout: 120_000 }, () => {
  it('needs what any branch has, however old, and what was replaced lately; the rest is too young yet', async () => {
    const { verdicts, considered, deleted } = await prune();
    expect(verdicts).toEqual({
      ...NEEDED,
      'replaced-long-ago': 'it is too young',
      'never-pinned': 'it is too young',
    });
    expect(considered).toEqual({ refs: ['forgotten', 'main'], commits: 1, versions: expect.any(Number) });
    expect(deleted).toEqual([]);
  });

  it('goes as far back as it is told', async () => {
    expect((await prune('--min-age', '0', '--keep-history', '220d')).verdicts).toMatchObject({
      'replaced-long-ago': 'git needs it',
      'never-pinned': 'not needed',
    });
    expect((await prune('--min-age', '0', '--keep-history', '0')).verdicts).toMatchObject({
      pinned: 'git needs it',
      'on-a-branch': 'git needs it',
      'replaced-today': 'not needed',
    });
    expect((await prune('--min-age', '0', '--keep-history', '2')).verdicts).toMatchObject({
      'replaced-today': 'git needs it',
      'replaced-long-ago': 'git needs it',
    });
    const wrong = await workspace.layers('prune', '--keep-history', 'soon');
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('keep-history-form') });
  });

  it('lists, and deletes nothing, unless it is told to', async () => {
    const { code, stdout, stderr } = await workspace.layers('prune', '--min-age', '0');
    expect(code).toBe(0);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split(/ +/)[0]!.split(':').at(-1)),
    ).toEqual([tagOf('never-pinned'), tagOf('replaced-long-ago')].sort());
    expect(stderr).toContain('2 branches and tags as they were fetched last (forgotten, main)');
    expect(stderr).toContain(`not needed: 2 of 5 tags of builds, in ${registry.host}/os/worker`);
    expect(stderr).toContain('this is a dry run');
    expect((await registry.requests()).filter((line) => line.startsWith('DELETE'))).toEqual([]);
  });

  it('keeps a digest that another tag has, and what an index is made of', async () => {
    const bytes = await (
      await fetch(manifest(digestOf('never-pinned')), { headers: { accept: TYPE } })
    ).text();
    await put('production', bytes, TYPE);
    const part = { mediaType: TYPE, digest: digestOf('replaced-long-ago'), size: 1 };
    const inner = await fetch(manifest(part.digest), { headers: { accept: TYPE } });
    part.size = (await inner.arrayBuffer()).byteLength;
    const INDEX = 'application/vnd.oci.image.index.v1+json';
    await put('everywhere', JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [part] }), INDEX);
    const { verdicts, deleted } = await prune('--min-age', '0', '--delete');
    expect(verdicts).toEqual({
      ...NEEDED,
      'never-pinned': 'it is production, too',
      'replaced-long-ago': 'it is part of everywhere',
    });
    expect(deleted).toEqual([]);
    const index = (await fetch(manifest('everywhere'), { method: 'HEAD', headers: { accept: INDEX } }))
      .headers;
    await fetch(manifest(index.get('docker-content-digest')!), { method: 'DELETE' });
  });

  it('deletes what nothing needs, once, and leaves the rest as it is', async () => {
    const before = await tagsThere();
    const { deleted } = await prune('--min-age', '0', '--delete');
    expect(deleted).toEqual(['replaced-long-ago']);
    expect(await tagsThere()).toEqual(before.filter((tag) => tag !== tagOf('replaced-long-ago')));
    for (const text of ['pinned', 'replaced-today', 'on-a-branch', 'never-pinned'])
      expect((await fetch(manifest(digestOf(text)), { headers: { accept: TYPE } })).status).toBe(200);
    expect((await fetch(manifest(digestOf('replaced-long-ago')), { headers: { accept: TYPE } })).status).toBe(
      404,
    );
    const again = await workspace.layers('prune', '--min-age', '0', '--delete');
    expect(again).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('0 deleted') });
    expect((await workspace.layers('check', '--online')).code).toBe(0);
  });

  it.each([
    ['shallow', ['--depth', '1', '--no-single-branch'], 'git fetch --unshallow'],
    ['of one branch', ['--single-branch', '--branch', 'main'], 'git remote set-branches origin "*"'],
  ])('does not judge by a clone that is %s', async (name, args, way) => {
    const clone = join(workspace.root, '..', name);
    const { env } = workspace;
    await run('git', ['clone', '--quiet', ...args, `file://${workspace.root}`, clone], { env });
    const layers = (...more: string[]) =>
      tryRun(process.execPath, [CLI, 'prune', '-C', clone, ...more], { env });
    const refused = await layers();
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(way);
    const told = await layers('--allow-shallow', '--min-age', '0', '--output', 'json');
    expect(told.code, told.stderr).toBe(0);
    const [{ tags }] = JSON.parse(told.stdout).repositories;
    const lost = name === 'shallow' ? 'replaced-today' : 'on-a-branch';
    expect(tags.find(({ tag }: Judged) => tag === tagOf(lost)).kept).toBeUndefined();
  });

  it('says so where a registry deletes nothing, and what else can be done', async () => {
    const keeps = await startRegistry({ deletes: false });
    const other = await createWorkspace('prune-keeps');
    try {
      const small = await pushSmallBase(other, keeps, 'keeps', 20);
      const image = `${keeps.host}/os/worker`;
      await other.write('.gitignore', '.layers/\n');
      const write = (text: string) =>
        other.write(
          'layers/pools.yaml',
          documents(release('4.18.3', small), pool('worker', { image, layers: [motd(text)] })),
        );
      await write('tried');
      await other.layers('synth');
      expect((await other.layers('build')).code).toBe(0);
      await write('meant');
      await other.layers('synth');
      await other.commit('meant');
      const { code, stdout, stderr } = await other.layers('prune', '--min-age', '0', '--delete');
      expect(code).toBe(4);
      expect(stdout).toMatch(/build-[0-9a-f]{32} .* not deleted\n$/);
      expect(stderr).toContain(`${keeps.host} does not delete images when it is asked to (405`);
      expect(stderr).toContain('REGISTRY_STORAGE_DELETE_ENABLED=true');
    } finally {
      await other.remove();
      await keeps.stop();
    }
  });

  it('has to know git', async () => {
    const { root, env } = workspace;
    await run('cp', ['-r', join(root, 'layers'), join(root, '../nowhere-layers')]);
    await run('mkdir', [join(root, '../nowhere')]);
    await run('mv', [join(root, '../nowhere-layers'), join(root, '../nowhere/layers')]);
    const { code, stderr } = await tryRun(process.execPath, [CLI, 'prune', '-C', join(root, '../nowhere')], {
      env,
    });
    expect(code).toBe(2);
    expect(stderr).toContain('(no-git)');
  });
});
