import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { baseRef } from '../fixtures/base.ts';
import { run } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { createWorkspace, type Workspace } from '../fixtures/workspace.ts';
import { documents, motd, pool, release } from './support/documents.ts';
import { start } from './support/running.ts';
import { watchCommandLines } from './support/search.ts';
import { stateOf } from './support/state.ts';

const ACCOUNT = { user: 'builder', password: "s3cr3t-pass'word" };
const SECRETS = [ACCOUNT.password, base64(ACCOUNT)];

let registry: Registry;
let workspace: Workspace;
let home: string;

beforeAll(async () => {
  registry = await startRegistry({ withBase: true, tls: true, htpasswd: ACCOUNT });
  workspace = await createWorkspace('registries');
  home = workspace.env.HOME!;
  await putHome(`.config/containers/certs.d/${registry.host}/ca.crt`, await readFile(registry.caFile!));
  await workspace.write('.gitignore', '.layers/\n');
});

afterAll(async () => {
  await workspace?.remove();
  await registry?.stop();
});

beforeEach(async () => {
  for (const path of ['.docker', 'auth.json']) await rm(join(home, path), { recursive: true, force: true });
});

function base64({ user, password }: typeof ACCOUNT): string {
  return Buffer.from(`${user}:${password}`).toString('base64');
}

async function putHome(path: string, content: string | Buffer): Promise<string> {
  const file = join(home, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  return file;
}

const authFile = (account = ACCOUNT) =>
  JSON.stringify({ auths: { [registry.host]: { auth: base64(account) } } });

/** One pool with a build of its own, committed. */
async function givenPool(name: string): Promise<void> {
  await workspace.write(
    'layers/pools.yaml',
    documents(
      release('4.18.3', await baseRef(registry)),
      pool(name, { image: `${registry.host}/os/${name}`, layers: [motd(name)] }),
    ),
  );
  await workspace.layers('synth');
  await workspace.commit(name);
}

describe('a registry with TLS, by a CA of its own, and passwords', () => {
  it.each([
    ['--authfile', async () => ({ args: ['--authfile', await putHome('auth.json', authFile())] })],
    [
      '$REGISTRY_AUTH_FILE',
      async () => ({ env: { REGISTRY_AUTH_FILE: await putHome('auth.json', authFile()) } }),
    ],
    [
      '~/.docker/config.json',
      async () => {
        await putHome('.docker/config.json', authFile());
        return {};
      },
    ],
  ] as [
    string,
    () => Promise<{ args?: string[]; env?: NodeJS.ProcessEnv }>,
  ][])('gets its credentials from %s, and nobody sees them', async (_, prepare) => {
    const name = `pool-${(await workspace.git('rev-list', '--all', '--count')).trim()}`;
    await givenPool(name);
    const { args = [], env = {} } = await prepare();
    const build = start(workspace, ['build', '--pin', '--commit', ...args], env);
    const seen = await watchCommandLines(build);
    const { code, stdout, stderr } = await build.finished;
    expect(code, stderr).toBe(0);

    expect(seen.some((line) => line.startsWith('buildah push '))).toBe(true);
    const logs = await run('cat', await logFiles());
    const committed = await workspace.git('show', 'HEAD');
    for (const secret of SECRETS) {
      for (const text of [stdout, stderr, logs, committed, seen.join('\n')])
        expect(text).not.toContain(secret);
    }
    const image = /osImageURL: (\S+)/.exec(await workspace.read(`dist/${name}.k8s.yaml`))![1]!;
    const credentials = ['--creds', `${ACCOUNT.user}:${ACCOUNT.password}`];
    const inspected = await run('skopeo', ['inspect', ...credentials, `docker://${image}`], {
      env: workspace.env,
    });
    expect(JSON.parse(inspected)).toMatchObject({ Digest: image.split('@')[1] });
  });

  it.each([
    ['none', undefined, 'there is no auth file'],
    ['wrong ones', { user: 'builder', password: 'wr0ng-one' }, 'with the credentials that'],
  ])('refuses without right credentials: %s', async (name, account, says) => {
    await givenPool(name.replace(' ', '-'));
    if (account !== undefined) await putHome('.docker/config.json', authFile(account));
    const before = await stateOf(workspace);
    const build = await workspace.layers('build', '--pin', '--commit');
    expect(build.code, build.stderr).toBe(4);
    expect(build.stderr).toContain(`${registry.host} refused access to os/`);
    expect(build.stderr).toContain(says);
    expect(build.stderr).toContain(`podman login ${registry.host}`);
    expect(build.stderr).not.toContain('wr0ng-one');
    expect(await stateOf(workspace)).toEqual(before);
  });

  it('is not trusted without its CA', async () => {
    await givenPool('no-ca');
    const env = { HOME: join(home, 'elsewhere') };
    const auth = await putHome('auth.json', authFile());
    const build = await start(workspace, ['build', '--pin', '--authfile', auth], env).finished;
    expect(build.code, build.stderr).toBe(4);
    expect(build.stderr).toContain('is not trusted');
    expect(build.stderr).toContain(`certs.d/${registry.host}/ca.crt`);
  });
});

async function logFiles(): Promise<string[]> {
  const folder = join(workspace.root, '.layers/logs');
  return (await run('ls', [folder]))
    .trim()
    .split('\n')
    .map((name) => join(folder, name));
}
