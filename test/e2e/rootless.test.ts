import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseRef } from '../fixtures/base.ts';
import { run } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { createUser, type RootlessUser } from '../fixtures/rootless-user.ts';
import { CLI } from '../fixtures/workspace.ts';
import { documents, pool, release } from './support/documents.ts';

let registry: Registry;
let user: RootlessUser;

beforeAll(async () => {
  registry = await startRegistry({ withBase: true });
  user = await createUser({ ids: true });
});

afterAll(async () => {
  await user?.remove();
  await registry?.stop();
});

/** A repository of theirs with one pool, rendered. */
async function givenPool(who: RootlessUser, name: string): Promise<string> {
  const steps = [
    { files: [{ path: '/etc/motd', content: `${name}\n` }] },
    { run: { commands: ['id -u > /etc/built-as'], reason: 'to see who builds' } },
  ];
  await who.write(
    `${name}/layers/pools.yaml`,
    documents(
      release('4.18.3', await baseRef(registry)),
      pool(name, { image: `${registry.host}/os/${name}`, layers: [{ name: 'motd', steps }] }),
    ),
  );
  const root = join(who.home, name);
  for (const args of [
    ['init', '--quiet'],
    ['config', 'user.name', 'A'],
    ['config', 'user.email', 'a@b.c'],
  ]) {
    await who.run(root, 'git', args);
  }
  const synth = await layers(who, root, 'synth');
  expect(synth.code, synth.stderr).toBe(0);
  return root;
}

const layers = (who: RootlessUser, root: string, ...args: string[]) => layersWith({}, who, root, ...args);

const layersWith = (env: NodeJS.ProcessEnv, who: RootlessUser, root: string, ...args: string[]) =>
  who.run(root, process.execPath, [CLI, ...args], env);

/** A store of its own for each case: podman remembers the driver of the first. */
const storage = (driver: string, folder: string, more = '') =>
  `[storage]\ndriver = "${driver}"\ngraphroot = "${folder}/graph"\nrunroot = "${folder}/run"\n${more}`;

describe('somebody who is not root', () => {
  it.each([
    ['buildah', 'overlay'],
    ['podman', 'overlay'],
    ['buildah', 'vfs'],
  ])('builds, pushes and pins with %s and the storage driver %s', async (engine, driver) => {
    const name = `${engine}-${driver}`;
    const root = await givenPool(user, name);
    await user.write('.config/containers/storage.conf', storage(driver, join(user.home, `store-${driver}`)));
    // The base is half a gigabyte: a child of the engine pulls it, which takes longer.
    const build = await layersWith({ LAYERS_STALL: '3' }, user, root, 'build', '--engine', engine, '--pin');
    expect(build.code, build.stderr).toBe(0);
    expect(build.stderr).not.toContain('nothing was transferred');
    const { stdout } = await user.run(root, 'cat', [`dist/${name}.k8s.yaml`]);
    const image = /osImageURL: (\S+)/.exec(stdout)?.[1];
    const inspected = await run('skopeo', ['inspect', '--config', '--tls-verify=false', `docker://${image}`]);
    expect(
      JSON.parse(inspected).history.map(({ created_by: by }: { created_by: string }) => by),
    ).toContainEqual(expect.stringContaining('id -u > /etc/built-as'));
    const log = await user.run(root, 'sh', ['-c', 'cat .layers/logs/*.log']);
    expect(log.stdout).toMatch(/STEP \d+\/\d+: RUN id -u/);
    const info = await user.run(root, engine, ['info']);
    expect(info.stdout).toMatch(new RegExp(`graphDriverName"?: "?${driver}`, 'i'));
    expect(info.stdout).toMatch(/"?rootless"?: true/);
  });
});

describe('an engine that is here, and does not work', () => {
  /** What `layers build` says, with no other engine to go to. */
  async function said(engine: string, env: NodeJS.ProcessEnv, ...wrap: string[]): Promise<string> {
    const who = await createUser({ ids: true });
    try {
      const root = await givenPool(who, 'broken');
      const [command = process.execPath, ...args] = [...wrap, process.execPath];
      const all = [...args, CLI, 'build', '--engine', engine];
      const build = await who.run(root, command, all, env);
      expect(build.code, build.stderr).toBe(3);
      expect(build.stderr).toContain(`${engine} is here, but does not work`);
      expect(build.stderr).toContain('engine-unusable');
      return build.stderr;
    } finally {
      await who.remove();
    }
  }
  const engines = ['buildah', 'podman'];

  it.each(engines)('%s, for a storage driver that is none', async (engine) => {
    expect(await said(engine, { STORAGE_DRIVER: 'nonsense' })).toContain('Choose another storage driver');
  });

  it.each(engines)('%s, for a configuration that is not there', async (engine) => {
    const env = { CONTAINERS_STORAGE_CONF: '/nonexistent.conf' };
    expect(await said(engine, env)).toContain('There is no /nonexistent.conf');
  });

  it.each(engines)("%s, for another user's runtime directory", async (engine) => {
    expect(await said(engine, { XDG_RUNTIME_DIR: '/root' })).toContain('sudo and su leave the variable');
  });

  it.each(engines)('%s, for a mount_program that is not installed', async (engine) => {
    const folder = await mkdtemp(join(tmpdir(), 'layers-conf-'));
    const conf = join(folder, 'storage.conf');
    const overlay = '[storage.options.overlay]\nmount_program = "/usr/bin/no-fuse"\n';
    await writeFile(conf, storage('overlay', folder, overlay));
    await chmod(folder, 0o755);
    try {
      const stderr = await said(engine, { CONTAINERS_STORAGE_CONF: conf });
      expect(stderr).toContain('storage.conf has /usr/bin/no-fuse as its mount_program');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each(engines)('%s, without newuidmap', async (engine) => {
    const folder = await mkdtemp(join(tmpdir(), 'layers-path-'));
    await chmod(folder, 0o755);
    for (const program of ['sh', 'git', 'buildah', 'podman', 'crun']) {
      const path = (await run('sh', ['-c', `command -v ${program} || true`])).trim();
      if (path) await symlink(path, join(folder, program));
    }
    try {
      expect(await said(engine, { PATH: folder })).toContain('it needs newuidmap');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('podman, where nobody may gain rights', async () => {
    expect(await said('podman', {}, '/usr/bin/setpriv', '--no-new-privs')).toContain(
      'Nobody but root gets a user namespace here',
    );
  });
});

describe('a build that fails for what somebody without root lacks', () => {
  async function failing(ids: boolean, engine: string, env: NodeJS.ProcessEnv, conf = '') {
    const who = await createUser({ ids });
    try {
      const root = await givenPool(who, 'failing');
      if (conf) await who.write('.config/containers/storage.conf', conf);
      return await who.run(root, process.execPath, [CLI, 'build', '--engine', engine], env);
    } finally {
      await who.remove();
    }
  }

  it.each(['buildah', 'podman'])('says that ids are missing: %s', async (engine) => {
    const { code, stderr } = await failing(false, engine, {});
    expect(code, stderr).toBe(3);
    expect(stderr).toContain('(ids-missing)');
    expect(stderr).toContain('/etc/subuid');
  });

  it('says that ids are missing where they may not be used, as in an unprivileged container', async () => {
    const who = await createUser({ ids: true });
    try {
      const root = await givenPool(who, 'failing');
      const args = ['--no-new-privs', process.execPath, CLI, 'build', '--engine', 'buildah'];
      const { code, stderr } = await who.run(root, '/usr/bin/setpriv', args);
      expect(code, stderr).toBe(3);
      expect(stderr).toContain('(ids-missing)');
    } finally {
      await who.remove();
    }
  });

  it('says that an isolation is none', async () => {
    const { code, stderr } = await failing(true, 'buildah', { BUILDAH_ISOLATION: 'nonsense' });
    expect(code, stderr).toBe(3);
    expect(stderr).toContain('$BUILDAH_ISOLATION is nonsense');
  });

  it.each([
    'buildah',
    'podman',
  ])("%s builds in containers, or says why this machine does not: 'rootless'", async (engine) => {
    const { code, stderr } = await failing(true, engine, { BUILDAH_ISOLATION: 'rootless' });
    if (code === 0) return;
    // As on the machines of these tests: crun refuses cgroups in hybrid mode.
    expect(code, stderr).toBe(3);
    expect(stderr).toContain('(isolation-failed)');
    expect(stderr).toContain('BUILDAH_ISOLATION=chroot');
  });

  it('builds on fuse-overlayfs, or says that /dev/fuse is not for this user', async () => {
    const fuse =
      '[storage]\ndriver = "overlay"\n[storage.options.overlay]\nmount_program = "/usr/bin/fuse-overlayfs"\n';
    const { code, stderr } = await failing(true, 'buildah', {}, fuse);
    if (code === 0) return;
    expect(code, stderr).toBe(3);
    expect(stderr).toContain('(fuse-denied)');
    expect(stderr).toContain('/dev/fuse');
  });
});
