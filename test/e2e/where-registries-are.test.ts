import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseRef } from '../fixtures/base.ts';
import { type ConnectProxy, startConnectProxy } from '../fixtures/connect-proxy.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { PROXIED_HOST } from '../fixtures/tls.ts';
import { createWorkspace, type Workspace } from '../fixtures/workspace.ts';
import { documents, motd, pool, release } from './support/documents.ts';
import { layersWith } from './support/running.ts';
import { stateOf } from './support/state.ts';

const ACCOUNT = { user: 'user', password: 'pr0xy-s3cr3t' };
const BUILDER = { user: 'builder', password: 'reg1stry-s3cr3t' };

let registry: Registry;
let mirror: Registry;
let proxy: ConnectProxy;
let workspace: Workspace;
/** The base under a name where nothing is. */
let base: string;

beforeAll(async () => {
  [registry, mirror] = await Promise.all([
    startRegistry({ tls: true, htpasswd: BUILDER }),
    startRegistry({ withBase: true }),
  ]);
  proxy = await startConnectProxy({ account: ACCOUNT, hosts: { [`${PROXIED_HOST}:443`]: registry.host } });
  workspace = await createWorkspace('where');
  base = (await baseRef(mirror)).replace(mirror.host, 'quay.layers.example');
  const auth = Buffer.from(`${BUILDER.user}:${BUILDER.password}`).toString('base64');
  await putHome(`.config/containers/certs.d/${PROXIED_HOST}/ca.crt`, await readFile(registry.caFile!));
  await putHome('.docker/config.json', JSON.stringify({ auths: { [PROXIED_HOST]: { auth } } }));
  await workspace.write('.gitignore', '.layers/\n');
});

afterAll(async () => {
  await workspace?.remove();
  await Promise.all([registry?.stop(), mirror?.stop(), proxy?.stop()]);
});

async function putHome(path: string, content: string | Buffer): Promise<void> {
  const file = join(workspace.env.HOME!, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

const registriesOf = (...lines: string[]) =>
  ['[[registry]]', 'location = "quay.layers.example"', ...lines, ''].join('\n');
const registriesConf = (...lines: string[]) =>
  putHome('.config/containers/registries.conf', registriesOf(...lines));
const MIRRORED = () => ['[[registry.mirror]]', `location = "${mirror.host}"`, 'insecure = true'];

async function givenPool(name: string, image: string): Promise<void> {
  await workspace.write(
    'layers/pools.yaml',
    documents(release('4.18.3', base), pool(name, { image, layers: [motd(name)] })),
  );
  await workspace.layers('synth');
  await workspace.commit(name);
}

describe('a base that only a mirror has, and a registry that only a proxy reaches', () => {
  it.each(['buildah', 'podman'])('build, push, are verified and pinned: %s', async (engine) => {
    await registriesConf(...MIRRORED());
    await givenPool(`worker-${engine}`, `${PROXIED_HOST}/os/worker-${engine}`);
    const env = { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url, NO_PROXY: 'quay.layers.example' };
    const build = await layersWith(workspace, env, 'build', '--engine', engine, '--pin', '--commit');
    expect(build.code, build.stderr).toBe(0);
    const dist = await workspace.read(`dist/worker-${engine}.k8s.yaml`);
    expect(dist).toMatch(new RegExp(`osImageURL: ${PROXIED_HOST}/os/worker-${engine}@sha256:`));
    expect(proxy.requests).toContain(`CONNECT ${PROXIED_HOST}:443`);
    expect(await registry.requests()).toContainEqual(
      expect.stringMatching(`^GET /v2/os/worker-${engine}/manifests/sha256:`),
    );
    const log = await workspace.git('show', 'HEAD');
    for (const secret of [ACCOUNT.password, BUILDER.password]) {
      for (const text of [build.stdout, build.stderr, log]) expect(text).not.toContain(secret);
    }
  });

  it('fails without the proxy, and says what could not be reached', async () => {
    await registriesConf(...MIRRORED());
    await givenPool('direct', `${PROXIED_HOST}/os/direct`);
    const before = await stateOf(workspace);
    const build = await workspace.layers('build', '--pin');
    expect(build.code, build.stderr).toBe(4);
    expect(build.stderr).toContain(`${PROXIED_HOST} cannot be reached`);
    expect(await stateOf(workspace)).toEqual(before);
  });

  it('the file that a variable names holds for what is copied, too', async () => {
    await registriesConf(...MIRRORED());
    const image = `${mirror.host}/copied`;
    await givenPool('first', `${image}/first`);
    const named = join(workspace.env.HOME!, 'named.conf');
    await putHome('named.conf', registriesOf(...MIRRORED()));
    const env = { CONTAINERS_REGISTRIES_CONF: named };
    expect((await layersWith(workspace, env, 'build', '--pin')).code).toBe(0);
    await workspace.write(
      'layers/pools.yaml',
      documents(
        release('4.18.3', base),
        pool('first', { image: `${image}/first`, layers: [motd('first')] }),
        pool('second', { image: `${image}/second`, layers: [motd('first')] }),
      ),
    );
    await workspace.layers('synth');
    await putHome('named.conf', `[[registry]]\nlocation = "${mirror.host}"\nblocked = true\n`);
    const blocked = await layersWith(workspace, env, 'build', '--pin');
    expect(blocked.code, blocked.stderr).toBe(4);
    expect(blocked.stderr).toContain(`is blocked in ${named}:1`);
    await putHome('named.conf', registriesOf(...MIRRORED()));
    const copied = await layersWith(workspace, env, 'build', '--pin');
    expect(copied.code, copied.stderr).toBe(0);
    expect(copied.stdout).toContain('copied');
  });
});

describe('a base that is blocked', () => {
  it('is refused with the file and the line, and no engine is asked', async () => {
    await registriesConf('blocked = true');
    await givenPool('blocked', `${mirror.host}/os/blocked`);
    const before = await stateOf(workspace);
    const build = await workspace.layers('build', '--pin');
    expect(build.code, build.stderr).toBe(4);
    expect(build.stderr).toContain('registry-blocked');
    expect(build.stderr).toContain(
      `quay.layers.example is blocked in ${workspace.env.HOME}/.config/containers/registries.conf:1`,
    );
    expect(await stateOf(workspace)).toEqual(before);
  });
});

describe('a policy.json', () => {
  const reject = { default: [{ type: 'reject' }] };
  const signed = () => ({
    default: [{ type: 'insecureAcceptAnything' }],
    transports: {
      docker: { [mirror.host]: [{ type: 'signedBy', keyType: 'GPGKeys', keyPath: '/dev/null' }] },
    },
  });

  it.each<[string, string, () => string, string]>([
    ['rejects the base', 'buildah', () => JSON.stringify(reject), 'policy.json does not allow'],
    ['rejects the base', 'podman', () => JSON.stringify(reject), 'policy.json does not allow'],
    ['asks for a signature', 'buildah', () => JSON.stringify(signed()), 'asks for a signature of'],
    ['asks for a signature', 'podman', () => JSON.stringify(signed()), 'asks for a signature of'],
    ['is broken', 'buildah', () => '{', 'policy.json is no policy'],
  ])('that %s fails the build, and says so: %s', async (what, engine, policy, says) => {
    const name = `${engine}-${what.replaceAll(' ', '-')}`;
    const own = await createWorkspace(name);
    try {
      await own.write(
        'layers/pools.yaml',
        documents(
          release('4.18.3', await baseRef(mirror)),
          pool('worker', { image: `${mirror.host}/os/worker`, layers: [motd(name)] }),
        ),
      );
      await own.layers('synth');
      const folder = join(own.env.HOME!, '.config/containers');
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'policy.json'), policy());
      const build = await own.layers('build', '--engine', engine);
      expect(build.code, build.stderr).toBe(4);
      expect(build.stderr).toContain('policy-refused');
      expect(build.stderr).toContain(says);
    } finally {
      await own.remove();
    }
  });
});
