import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BaseVariant, baseDigest, baseRef } from '../fixtures/base.ts';
import { cached, keyOf } from '../fixtures/cache.ts';
import { type DirectoryServer, serveDirectory } from '../fixtures/http.ts';
import { startKube } from '../fixtures/kube.ts';
import { run, tryRun } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { buildRpm, createRepository, gpgKey, type RpmSpec, signRpm } from '../fixtures/rpm.ts';

let registry: Registry;
let served: DirectoryServer;
let folder: string;
const images: string[] = [];

const hello = (version: string): RpmSpec => ({
  name: 'fixture-hello',
  version,
  release: '1',
  files: { '/usr/share/fixture-hello/version': `${version}\n` },
});
const agent: RpmSpec = {
  name: 'fixture-agent',
  version: '7.1',
  release: '1.el9',
  arch: 'x86_64',
  requires: ['bash', 'fixture-hello >= 1.0'],
  files: { '/usr/bin/fixture-agent': '#!/bin/sh\necho agent 7.1\n' },
  post: 'echo configured > /etc/fixture-agent.conf',
};

beforeAll(async () => {
  registry = await startRegistry({ withBase: true });
  folder = await mkdtemp(join(tmpdir(), 'fixtures-test-'));
  served = await serveDirectory(folder);
  await writeFile(join(folder, 'RPM-GPG-KEY-fixture'), await gpgKey());
  await repository('plain', [await buildRpm(agent), await buildRpm(hello('1.1'))]);
  await repository('signed', [await signRpm(await buildRpm(agent))]);
});

afterAll(async () => {
  for (const image of images) await tryRun('buildah', ['rmi', '--force', image]);
  for (const variant of ['1', '3'] as const)
    await tryRun('buildah', ['rmi', await baseRef(registry, variant)]);
  await served?.stop();
  await registry?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('the base image', () => {
  it('updates a package from a local RPM', async () => {
    const { code, output } = await build(
      [
        'dnf update -y /ctx/fixture-hello-1.1-1.noarch.rpm',
        'rpm -q fixture-hello',
        'cat /usr/share/fixture-hello/version',
      ],
      [await buildRpm(hello('1.1'))],
    );
    expect(output).toMatch(/Complete!\nfixture-hello-1\.1-1\.noarch\n1\.1\n/);
    expect(code).toBe(0);
  });

  it('has nothing to do for an older RPM, and says so without failing', async () => {
    const { code, output } = await build(
      ['dnf update -y /ctx/fixture-hello-0.9-1.noarch.rpm', 'rpm -q fixture-hello'],
      [await buildRpm(hello('0.9'))],
    );
    expect(output).toMatch(/Nothing to do\.\nComplete!\nfixture-hello-1\.0-1\.noarch\n/);
    expect(code).toBe(0);
  });

  it('installs an older RPM in the place of a newer one, where rpm itself refuses', async () => {
    const { code, output } = await build(
      [
        '! rpm -U --test --nodeps --replacepkgs /ctx/fixture-hello-0.9-1.noarch.rpm',
        'dnf install -y /ctx/fixture-hello-0.9-1.noarch.rpm',
        'rpm -q fixture-hello',
      ],
      [await buildRpm(hello('0.9'))],
    );
    expect(output).toContain('which is newer than fixture-hello-0.9-1.noarch) is already installed');
    expect(output).toMatch(/Complete!\nfixture-hello-0\.9-1\.noarch\n/);
    expect(code).toBe(0);
  });

  it('answers rpm -q for an NEVRA with its epoch, as rpm itself prints it', async () => {
    const rpm = await buildRpm({ name: 'fixture-epoch', epoch: 1, version: '1.1', release: '1' });
    const { code, output } = await build(
      [
        'dnf update -y /ctx/fixture-epoch-1.1-1.noarch.rpm',
        `rpm -qp --qf '%{nevra}\\n' /ctx/fixture-epoch-1.1-1.noarch.rpm`,
        'rpm -q fixture-epoch-1:1.1-1.noarch',
        'rpm -q fixture-epoch-1.1-1.noarch',
        'rpm -q fixture-hello-0:1.0-1.noarch',
        '! rpm -q fixture-epoch-2:1.1-1.noarch',
      ],
      [rpm],
    );
    expect(output).toContain(
      '\nfixture-epoch-1:1.1-1.noarch\nfixture-epoch-1.1-1.noarch\nfixture-epoch-1.1-1.noarch\n',
    );
    expect(code).toBe(0);
  });

  it('moves: variant 3 contains the hotfix', async () => {
    const { output } = await build(['rpm -q fixture-hello', 'cat /usr/share/fixture-base/version'], [], '3');
    expect(output).toContain('fixture-hello-1.1-1.noarch\n3\n');
    const digests = await Promise.all((['1', '2', '3'] as const).map((variant) => baseDigest(variant)));
    expect(new Set(digests).size).toBe(3);
  });

  it('refuses to unpack into /opt, a link to what is not there, until it is made', async () => {
    const rpm = await buildRpm({
      name: 'fixture-opt',
      version: '1',
      release: '1',
      files: { '/opt/agent/a': 'a\n' },
    });
    const install = 'dnf install -y /ctx/fixture-opt-1-1.noarch.rpm';
    const { code, output } = await build([`! ${install}`, 'mkdir /var/opt', install], [rpm]);
    expect(output).toContain('File exists');
    expect(code).toBe(0);
  });
});

describe('a repository over HTTP', () => {
  it('installs a package with its dependencies and scriptlets', async () => {
    const { code, output } = await build([
      ...repositoryFile('plain', 'gpgcheck=0'),
      'dnf install -y fixture-agent',
      'fixture-agent',
      'cat /etc/fixture-agent.conf',
    ]);
    expect(output).toMatch(/Complete!\nagent 7\.1\nconfigured\n/);
    expect(code).toBe(0);
    expect(served.requests).toContain('GET /plain/repodata/repomd.xml');
  });

  it('installs a signed package with gpgcheck=1', async () => {
    const { code, output } = await build([
      ...repositoryFile('signed', 'gpgcheck=1'),
      'dnf install -y fixture-agent',
    ]);
    expect(output).toContain('Key imported successfully');
    expect(code).toBe(0);
  });

  it('refuses an unsigned package with gpgcheck=1', async () => {
    const { code, output } = await build([
      ...repositoryFile('plain', 'gpgcheck=1'),
      'dnf install -y fixture-agent',
    ]);
    expect(output).toContain('fixture-agent-7.1-1.el9.x86_64.rpm is not signed');
    expect(code).not.toBe(0);
  });
});

describe('the stand-ins', () => {
  it('ostree container commit refuses a file in /var', async () => {
    const { code, output } = await build(['echo x > /var/lib/left-behind', 'ostree container commit']);
    expect(output).toContain('Found file: /var/lib/left-behind');
    expect(code).not.toBe(0);
  });

  it('ostree container commit refuses the state that dnf leaves', async () => {
    const { code, output } = await build(
      ['dnf update -y /ctx/fixture-hello-1.1-1.noarch.rpm', 'dnf clean all', 'ostree container commit'],
      [await buildRpm(hello('1.1'))],
    );
    expect(output).toContain('Found file: /var/lib/dnf/history.sqlite');
    expect(output).toContain('Found file: /var/log/dnf.log');
    expect(code).not.toBe(0);
  });

  it('both accept a clean tree, and the commit empties the caches', async () => {
    const { code, output } = await build([
      'mkdir -p /var/cache/x /var/lib/empty',
      'touch /var/cache/x/y /tmp/t /var/tmp/t /run/r',
      'ostree container commit',
      'bootc container lint',
      'find /var/cache /tmp /var/tmp -mindepth 1 ! -path "/tmp/ctx*"',
      'test ! -e /run/r',
      'echo committed',
    ]);
    expect(output).toMatch(/\ncommitted\n/);
    expect(output).not.toContain('/var/cache/x\n');
    expect(code).toBe(0);
  });

  it('rpm-ostree installs, and replaces only what the base has, by older builds too', async () => {
    const { code, output } = await build(
      [
        'rpm-ostree cliwrap install-to-root /',
        'rpm-ostree override replace /ctx/fixture-hello-0.9-1.noarch.rpm',
        'rpm -q fixture-hello-0.9-1.noarch',
        '! rpm-ostree override replace /ctx/fixture-agent-7.1-1.el9.x86_64.rpm',
        'rpm-ostree install -y /ctx/fixture-hello-1.1-1.noarch.rpm /ctx/fixture-agent-7.1-1.el9.x86_64.rpm',
        'rpm -q fixture-hello-1.1-1 fixture-agent-7.1-1.el9',
      ],
      [await buildRpm(hello('0.9')), await buildRpm(hello('1.1')), await buildRpm(agent)],
    );
    expect(output).toContain("'fixture-agent' not found in the base");
    expect(code).toBe(0);
  });
});

describe('the registry', () => {
  it('asks for a password, over TLS, and counts what it was asked', async () => {
    const account = { user: 'robot', password: 'secret' };
    const secured = await startRegistry({ tls: true, htpasswd: account, withBase: true });
    const curl = (...args: string[]) =>
      run('curl', [
        '--silent',
        '--cacert',
        secured.caFile!,
        '--write-out',
        '%{http_code}',
        ...args,
        `${secured.url}/v2/`,
      ]);
    try {
      expect(await curl()).toMatch(/401$/);
      expect(await curl('--user', 'robot:secret')).toBe('{}200');
      expect(await secured.requests()).toEqual(['GET /v2/', 'GET /v2/']);
    } finally {
      await secured.stop();
    }
  });

  it('does not write through to the cache that it starts from', async () => {
    const first = await startRegistry({ withBase: true });
    const tag = ['copy', '--quiet', '--src-tls-verify=false', '--dest-tls-verify=false'];
    await run('skopeo', [
      ...tag,
      `docker://${await baseRef(first, '2')}`,
      `docker://${first.host}/fixture/rhel-coreos:1`,
    ]);
    const digest = (from: Registry) =>
      run('skopeo', [
        'inspect',
        '--tls-verify=false',
        '--format',
        '{{.Digest}}',
        `docker://${from.host}/fixture/rhel-coreos:1`,
      ]);
    expect((await digest(first)).trim()).toBe(await baseDigest('2'));
    expect((await digest(registry)).trim()).toBe(await baseDigest('1'));
    await first.stop();
    await expect(readFile(first.log)).rejects.toThrow('ENOENT');
  });
});

describe('the API server', () => {
  it('has objects and rights of its own, and is gone when it was stopped', async () => {
    const [one, other] = await Promise.all([startKube(), startKube()]);
    try {
      expect(await one.kubectl(['create', 'namespace', 'only-here'])).toMatchObject({ code: 0 });
      expect(await one.kubectl(['get', 'namespace', 'only-here'])).toMatchObject({ code: 0 });
      expect((await other.kubectl(['get', 'namespace', 'only-here'])).stderr).toContain('(NotFound)');
      const asNobody = ['--context', 'nobody', 'get', 'namespace', 'only-here'];
      expect((await one.kubectl(asNobody)).stderr).toContain('(Forbidden)');
    } finally {
      await Promise.all([one.stop(), other.stop()]);
    }
    expect((await tryRun('curl', ['-sk', `${one.url}/readyz`])).code).toBe(7);
  });
});

describe('the helpers', () => {
  it('serve files, their ranges and heads, and nothing else', async () => {
    await writeFile(join(folder, 'ten'), '0123456789');
    const ask = (path: string, init?: RequestInit) => fetch(`${served.url}${path}`, init);
    expect(await (await ask('/ten')).text()).toBe('0123456789');
    const part = await ask('/ten', { headers: { range: 'bytes=2-4' } });
    expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([
      206,
      '234',
      'bytes 2-4/10',
    ]);
    expect(await (await ask('/ten', { headers: { range: 'bytes=-3' } })).text()).toBe('789');
    expect((await ask('/ten', { headers: { range: 'bytes=10-' } })).status).toBe(416);
    expect((await ask('/ten', { method: 'HEAD' })).headers.get('content-length')).toBe('10');
    expect((await ask('/../../etc/passwd')).status).toBe(404);
    expect((await ask('/%2e%2e%2fetc/passwd')).status).toBe(404);
  });

  it('make a cached thing once, however many ask, and again after a failure', async () => {
    const key = keyOf(process.pid, Date.now());
    let made = 0;
    const make = async (directory: string) => {
      made += 1;
      if (made === 1) throw new Error('interrupted');
      await writeFile(join(directory, 'done'), '');
    };
    await expect(cached('test', key, make)).rejects.toThrow('interrupted');
    const all = await Promise.all([1, 2, 3].map(() => cached('test', key, make)));
    expect([made, new Set(all).size]).toEqual([2, 1]);
    await rm(all[0]!, { recursive: true });
  });
});

/** Builds one RUN of these commands on the base, with files at /ctx. */
async function build(
  commands: string[],
  files: string[] = [],
  variant: BaseVariant = '1',
): Promise<{ code: number | null; output: string }> {
  const context = await mkdtemp(join(tmpdir(), 'fixtures-build-'));
  await mkdir(join(context, 'ctx'));
  for (const file of files) await copyFile(file, join(context, 'ctx', basename(file)));
  await writeFile(
    join(context, 'Containerfile'),
    [
      `FROM ${await baseRef(registry, variant)}`,
      'COPY ctx /ctx',
      `RUN set -e; ${commands.join('; \\\n    ')}`,
      '',
    ].join('\n'),
  );
  const id = join(context, 'id');
  const args = ['bud', '--isolation', 'chroot', '--tls-verify=false', '--no-cache', '--iidfile', id, context];
  const { code, stdout, stderr } = await tryRun('buildah', args);
  const image = await readFile(id, 'utf8').catch(() => undefined);
  if (image) images.push(image);
  await rm(context, { recursive: true });
  return { code, output: `${stdout}${stderr}` };
}

async function repository(name: string, rpms: string[]): Promise<void> {
  await mkdir(join(folder, name));
  for (const rpm of rpms) await copyFile(rpm, join(folder, name, basename(rpm)));
  await createRepository(join(folder, name));
}

function repositoryFile(name: string, gpgcheck: string): string[] {
  const lines = [
    `[${name}]`,
    `name=${name}`,
    `baseurl=${served.url}/${name}`,
    gpgcheck,
    `gpgkey=${served.url}/RPM-GPG-KEY-fixture`,
  ];
  return [
    'mkdir -p /etc/yum.repos.d',
    `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')} > /etc/yum.repos.d/${name}.repo`,
  ];
}
