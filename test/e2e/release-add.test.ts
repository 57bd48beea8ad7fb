import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { createWorkspace, type Workspace } from '../fixtures/workspace.ts';
import { type ImageMaker, imageMaker, imageReferences, payloadOf } from './support/payload.ts';
import { type FaultyProxy, startProxy } from './support/proxy.ts';
import { layersWith } from './support/running.ts';

const VERSION = '4.19.3';
const KERNEL = '5.14.0-570.16.1.el9_6.x86_64';
const PLAIN = '--dest-tls-verify=false';
const ACCOUNT = { user: 'puller', password: "pu11-s3cr3t'word" };

let maker: ImageMaker;
let registry: Registry;
let workspace: Workspace;
/** The digest of the OS image with labels; the same in every registry. */
let os: string;
let references: string;

const QUAY = 'quay.io/openshift-release-dev/ocp-v4.0-art-dev';
const other = (digit: string) => `${QUAY}@sha256:${digit.repeat(64)}`;

const imagesWith = (osImage: string) => ({
  cli: other('9'),
  'driver-toolkit': other('1'),
  'rhel-coreos': osImage,
  'rhel-coreos-extensions': other('2'),
});

beforeAll(async () => {
  maker = await imageMaker();
  registry = await startRegistry();
  const labels = { 'ostree.linux': KERNEL, 'org.opencontainers.image.version': '9.6.20250701-0' };
  await maker.make('os', { layers: [{ 'etc/os-release': 'an OS\n' }], labels });
  os = await maker.push('os', `${registry.host}/ocp/os:it`, PLAIN);
  references = imageReferences(VERSION, imagesWith(`${registry.host}/ocp/os@${os}`), '9.6.20250701-0');
  await maker.make('payload', payloadOf(VERSION, references));
  await maker.push('payload', `${registry.host}/ocp/release:${VERSION}-x86_64`, PLAIN);
});

afterAll(async () => {
  await registry?.stop();
  await maker?.remove();
});

beforeEach(async () => {
  workspace = await createWorkspace('release-add');
  await workspace.write('layers/.keep', '');
});

afterEach(() => workspace.remove());

const RELEASES = 'layers/releases.yaml';
const add = (...args: string[]) => workspace.layers('release', 'add', VERSION, ...args);
const payload = (repository = 'ocp/release', host = registry.host) => ['--payload', `${host}/${repository}`];

/** Makes a payload of its own in a repository, and gives the options that name it. */
async function given(name: string, text: string, to = `ocp/${name}`): Promise<string[]> {
  await maker.make(name, payloadOf(VERSION, text));
  await maker.push(name, `${registry.host}/${to}:${VERSION}-x86_64`, PLAIN);
  return payload(to);
}

async function failing(...args: string[]) {
  const { code, stdout, stderr } = await add(...args, '--output', 'json');
  expect(stderr).toBe('');
  const { type, diagnostics } = JSON.parse(stdout);
  expect(type).toBe('failed');
  expect(await readdir(join(workspace.root, 'layers'))).toEqual(['.keep']);
  return { code, ...diagnostics[0] };
}

describe('a release of several architectures', () => {
  const ARM_KERNEL = KERNEL.replace('x86_64', 'aarch64');
  let multi: string;
  let armOs: string;

  beforeAll(async () => {
    const labels = { 'ostree.linux': ARM_KERNEL, 'org.opencontainers.image.version': '9.6.20250701-0' };
    await maker.make('arm-os', { layers: [{ 'etc/os-release': 'an OS\n' }], labels, arch: 'arm64' });
    armOs = await maker.push('arm-os', `${registry.host}/ocp/os:arm`, PLAIN);
    const bothOs = await maker.index(
      `${registry.host}/ocp/os:all`,
      [os, armOs].map((digest) => `${registry.host}/ocp/os@${digest}`),
    );
    const text = imageReferences(VERSION, imagesWith(bothOs), '9.6.20250701-0');
    await maker.make('multi-amd64', payloadOf(VERSION, text));
    await maker.make('multi-arm64', { ...payloadOf(VERSION, text), arch: 'arm64' });
    const parts = await Promise.all(
      ['amd64', 'arm64'].map((name) =>
        maker.push(`multi-${name}`, `${registry.host}/ocp/multi:${name}`, PLAIN),
      ),
    );
    multi = await maker.index(
      `${registry.host}/ocp/multi:all`,
      parts.map((digest) => `${registry.host}/ocp/multi@${digest}`),
    );
  });

  it('gets the block of each from one payload for all, beside what people wrote there', async () => {
    const first = await add('--payload', multi);
    expect(first.code, first.stderr).toBe(0);
    const before = await workspace.read(RELEASES);
    await workspace.write(
      RELEASES,
      `# ours\n${before}  # the end\n---\nkind: Layer\nname: a\nsteps: [{ labels: { a: b } }]\n`,
    );
    const second = await add('--payload', multi, '--architecture', 'arm64');
    expect(second.code, second.stderr).toBe(0);
    const after = await workspace.read(RELEASES);
    expect(after).toMatch(/^# ours\nkind: Release\n[\s\S]*\n---\nkind: Layer\n/);
    const [document] = parseAllDocuments(after);
    const { amd64, arm64, ...rest } = document!.toJS();
    expect(rest).toEqual({ kind: 'Release', name: VERSION });
    expect(amd64.kernel).toBe(KERNEL);
    expect(arm64).toEqual({ ...amd64, kernel: ARM_KERNEL });
    const again = await add('--payload', multi, '--architecture', 'arm64');
    expect(again).toMatchObject({ code: 0, stdout: '' });
    expect(await workspace.read(RELEASES)).toBe(after);
  });

  it('has payloads of their own, whose tags say which', async () => {
    await maker.make('own-arm', {
      ...payloadOf(VERSION, imageReferences(VERSION, imagesWith(`${registry.host}/ocp/os@${armOs}`))),
      arch: 'arm64',
    });
    await maker.push('own-arm', `${registry.host}/ocp/own:${VERSION}-aarch64`, PLAIN);
    const added = await add(...payload('ocp/own'), '--architecture', 'arm64');
    expect(added.code, added.stderr).toBe(0);
    const text = await workspace.read(RELEASES);
    expect(text).toContain(`kernel: ${ARM_KERNEL}`);
    expect(text).not.toContain('amd64:');
  });

  it('that are not in the payload is told what is', async () => {
    const error = await failing('--payload', multi, '--architecture', 's390x');
    expect(error).toMatchObject({ code: 'another-architecture', source: 'remote' });
    expect(error.message).toContain('is for "amd64", "arm64", and not for s390x');
    expect(error.hint).toContain(`${VERSION}-s390x`);
  });

  it('in a document that is no block is left to people, with what to add', async () => {
    expect((await add('--payload', multi)).code).toBe(0);
    const [document] = parseAllDocuments(await workspace.read(RELEASES));
    const flow = `${JSON.stringify(document!.toJS())}\n`;
    await workspace.write(RELEASES, flow);
    const { code, stderr } = await add('--payload', multi, '--architecture', 'arm64');
    expect(code).toBe(2);
    expect(stderr).toContain('(release-unusual)');
    expect(stderr).toContain(ARM_KERNEL);
    expect(await workspace.read(RELEASES)).toBe(flow);
  });
});

describe('a payload at a mirror that registries.conf names', () => {
  it('is found under the name that it has at quay.io, and so is the OS image', async () => {
    const from = `${QUAY}@${os}`;
    await maker.make('mirrored', payloadOf(VERSION, imageReferences(VERSION, imagesWith(from))));
    await maker.push('mirrored', `${registry.host}/mirror/ocp-release:${VERSION}-x86_64`, PLAIN);
    await maker.push('os', `${registry.host}/mirror/ocp-v4.0-art-dev:it`, PLAIN);
    const folder = join(workspace.env.HOME!, '.config/containers');
    await mkdir(folder, { recursive: true });
    // As on a machine without a way out.
    const conf = ['[[registry]]', 'location = "quay.io/openshift-release-dev"', 'blocked = true'];
    const mirror = ['[[registry.mirror]]', `location = "${registry.host}/mirror"`, 'insecure = true', ''];
    await writeFile(join(folder, 'registries.conf'), conf.join('\n'));
    const blocked = await failing();
    expect(blocked.code).toBe('registry-blocked');
    expect(blocked.message).toContain(`is blocked in ${folder}/registries.conf:1`);

    await writeFile(join(folder, 'registries.conf'), [...conf, ...mirror].join('\n'));
    const { code, stderr } = await add();
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/^read quay\.io\/openshift-release-dev\/ocp-release@sha256:/);
    const release = await workspace.read(RELEASES);
    expect(release).toContain(`  rhel-coreos: ${from}\n`);
    expect(release).toContain(`  kernel: ${KERNEL}\n`);
  });
});

describe('a payload in a registry', () => {
  it('gives the document that its image-references give, and the kernel', async () => {
    const { code, stdout, stderr } = await add(...payload());
    expect({ code, stdout }).toEqual({ code: 0, stdout: `added ${VERSION} to ${RELEASES}\n` });
    expect(stderr).toMatch(new RegExp(`^read ${registry.host}/ocp/release@sha256:[0-9a-f]{64}\n$`));
    const online = await workspace.read(RELEASES);

    await workspace.write('references.json', references);
    await workspace.write(RELEASES, '');
    expect((await add('--from', 'references.json')).code).toBe(0);
    const offline = await workspace.read(RELEASES);
    expect(online).toContain(`\n  kernel: ${KERNEL}\n`);
    expect(online.replace(`  kernel: ${KERNEL}\n`, '')).toBe(offline);
    expect(offline).toContain(`  rhel-coreos: ${registry.host}/ocp/os@${os}\n`);
    expect(offline).toContain('  el: "9.6"\n');
  });

  it('may be named by its tag, or its digest', async () => {
    const first = JSON.parse((await add(...payload(), '--output', 'json')).stdout);
    expect(first).toMatchObject({ added: true, file: RELEASES, notes: [] });
    expect(first.release.amd64.kernel).toBe(KERNEL);
    for (const image of [first.payload, `${registry.host}/ocp/release:${VERSION}-x86_64`]) {
      const again = JSON.parse((await add('--payload', image, '--output', 'json')).stdout);
      expect(again).toEqual({ ...first, added: false });
    }
  });

  it('is added once, and a document that says less is told what it lacks', async () => {
    await workspace.write('references.json', references);
    await add('--from', 'references.json');
    const before = await workspace.read(RELEASES);
    const { code, stderr } = await add(...payload());
    expect(code).toBe(0);
    expect(stderr).toContain(`${RELEASES}:3:1 warning`);
    expect(stderr).toContain(`hint: kernel: "${KERNEL}"`);
    expect(stderr).toContain('is in layers/releases.yaml already');
    expect(await workspace.read(RELEASES)).toBe(before);

    await workspace.write(RELEASES, before.replace(/\n*$/, `\n  kernel: ${KERNEL}\n`));
    expect((await add(...payload())).stderr).not.toContain('warning');
    // Who has added the kernel by hand may add the file again.
    expect((await add('--from', 'references.json')).code).toBe(0);
    await workspace.write(RELEASES, before.replace(/\n*$/, '\n  kernel: 5.14.0-1.el9_6.x86_64\n'));
    const differing = await add(...payload());
    expect(differing.code).toBe(2);
    expect(differing.stderr).toContain('there is another Release document for 4.19.3 (release-differs)');
    expect(differing.stderr).toContain(`| kernel: ${KERNEL}`);
  });

  it('is read from the layer that has its file, whichever that is, and no further', async () => {
    const { layers, labels } = payloadOf(VERSION, references);
    const [base, manifests, release] = layers;
    const stale = { 'release-manifests/image-references': imageReferences('4.1.0', {}) };
    await maker.make('older', { layers: [base!, stale, release!, manifests!], ...(labels && { labels }) });
    await maker.push('older', `${registry.host}/ocp/older:${VERSION}-x86_64`, PLAIN);
    const before = (await registry.requests()).length;
    expect((await add(...payload('ocp/older'))).code).toBe(0);
    const blobs = (await registry.requests()).slice(before).filter((line) => line.includes('older/blobs/'));
    expect(blobs).toHaveLength(3); // the configuration, and two of four layers
  });

  it('without the label of the kernel gives a document without it, and says so', async () => {
    await maker.make('bare', { layers: [{ 'etc/os-release': 'an OS\n' }] });
    const digest = await maker.push('bare', `${registry.host}/ocp/bare:it`, PLAIN);
    const text = imageReferences(VERSION, imagesWith(`${registry.host}/ocp/bare@${digest}`));
    const { code, stderr } = await add(...(await given('kernelless', text)));
    expect(code).toBe(0);
    expect(stderr).toContain('warning the OS image of 4.19.3 has no label ostree.linux');
    const document = await workspace.read(RELEASES);
    expect(document).not.toMatch(/kernel:|el:/);
    await workspace.write(RELEASES, document.replace(/\n*$/, `\n  kernel: ${KERNEL}\n`));
    expect((await add(...payload('ocp/kernelless'))).stderr).not.toContain('warning');
  });

  it('that does not say its RHEL takes it from the OS image', async () => {
    const text = imageReferences(VERSION, imagesWith(`${registry.host}/ocp/os@${os}`));
    expect((await add(...(await given('silent', text)))).code).toBe(0);
    expect(await workspace.read(RELEASES)).toContain('  el: "9.6"\n');
  });
});

describe('a mirror', () => {
  it.each([
    ['ocp/mirror', 'ocp/mirror', 'oc adm release mirror'],
    ['openshift/release-images', 'openshift/release', 'oc-mirror'],
  ])('has the OS image, too: %s and %s of %s', async (payloads, components) => {
    // Nothing listens at the reference's own registry.
    const name = payloads.replace('/', '-');
    const own = `127.0.0.1:1/ocp/os@${os}`;
    const args = await given(name, imageReferences(VERSION, imagesWith(own)), payloads);
    await maker.push('os', `${registry.host}/${components}:os`, PLAIN);
    expect((await add(...args)).code).toBe(0);
    const document = await workspace.read(RELEASES);
    expect(document).toContain(`kernel: ${KERNEL}`);
    expect(document).toContain(`rhel-coreos: ${own}\n`);
  });

  it('that lacks the OS image, where its own registry is out of reach, is told with both places', async () => {
    const text = imageReferences(VERSION, imagesWith(`127.0.0.1:1/ocp/os@${os}`));
    const error = await failing(...(await given('lonely', text)));
    expect(error).toMatchObject({ code: 'registry-unreachable', source: 'remote' });
    expect(error.message).toContain('127.0.0.1:1 cannot be reached');
    expect(error.detail).toBe(`${registry.host} has no ocp/lonely@${os}`);
    expect(error.hint).toContain('--from release.txt');
  });

  it('with TLS and passwords is read with the credentials and the CA of the usual places', async () => {
    const secure = await startRegistry({ tls: true, htpasswd: ACCOUNT });
    try {
      const certificates = join(workspace.env.HOME!, '.config/containers/certs.d', secure.host);
      await mkdir(certificates, { recursive: true });
      await copyFile(secure.caFile!, join(certificates, 'ca.crt'));
      const auth = Buffer.from(`${ACCOUNT.user}:${ACCOUNT.password}`).toString('base64');
      const authfile = join(workspace.env.HOME!, 'pull-secret.json');
      await writeFile(authfile, JSON.stringify({ auths: { [secure.host]: { auth } } }));
      const options = ['--dest-authfile', authfile, '--dest-cert-dir', certificates];
      await maker.push('payload', `${secure.host}/ocp/release:${VERSION}-x86_64`, ...options);
      await maker.push('os', `${secure.host}/ocp/release:os`, ...options);

      const named = payload('ocp/release', secure.host);
      const refused = await failing(...named);
      expect(refused).toMatchObject({ code: 'registry-denied', source: 'remote' });
      expect(refused.hint).toContain('--authfile pull-secret.json');
      const { code, stdout, stderr } = await add(...named, '--authfile', authfile);
      expect({ code, stdout }).toEqual({ code: 0, stdout: `added ${VERSION} to ${RELEASES}\n` });
      expect(stdout + stderr).not.toContain(auth);
      const again = await layersWith(
        workspace,
        { REGISTRY_AUTH_FILE: authfile },
        ...['release', 'add', VERSION, ...named],
      );
      expect(again.stderr).toContain('already');
    } finally {
      await secure.stop();
    }
  });
});

describe('what is no payload of this release', () => {
  it('is of another version', async () => {
    const text = imageReferences('4.19.4', imagesWith(`${registry.host}/ocp/os@${os}`));
    const error = await failing(...(await given('another', text)));
    expect(error).toMatchObject({ code: 'another-release', source: 'input' });
    expect(error.message).toMatch(/ is of 4\.19\.4, not of 4\.19\.3$/);
  });

  it('is for another architecture', async () => {
    await maker.make('arm', { ...payloadOf(VERSION, references), arch: 'arm64' });
    await maker.push('arm', `${registry.host}/ocp/arm:it`, PLAIN);
    const error = await failing(...payload('ocp/arm:it'));
    expect(error).toMatchObject({ code: 'another-architecture', source: 'remote' });
    expect(error.message).toContain('is for "arm64", and not for amd64');
    expect(error.hint).toContain('4.19.3-x86_64');
  });

  it('is an OS image, of which no layer is read', async () => {
    const before = (await registry.requests()).length;
    const error = await failing('--payload', `${registry.host}/ocp/os@${os}`);
    expect(error).toMatchObject({ code: 'not-a-payload', source: 'input' });
    expect(error.message).toContain('is an OS image');
    expect((await registry.requests()).slice(before).filter((line) => line.includes('/blobs/'))).toHaveLength(
      1,
    );
  });

  it('is any other image', async () => {
    await maker.make('any', { layers: [{ 'release-manifests/other': 'x' }, { file: 'y' }] });
    await maker.push('any', `${registry.host}/ocp/any:it`, PLAIN);
    const error = await failing(...payload('ocp/any:it'));
    expect(error).toMatchObject({ code: 'not-a-payload', source: 'input' });
    expect(error.message).toContain('has no release-manifests/image-references');
  });

  it('is not there', async () => {
    const error = await failing(...payload('ocp/absent'));
    expect(error).toMatchObject({ code: 'registry-not-found', source: 'remote' });
    expect(error.message).toContain(`has no ocp/absent:${VERSION}-x86_64`);
    expect(error.hint).toContain('skopeo list-tags');
  });
});

describe('a registry with faults', () => {
  let proxy: FaultyProxy;

  beforeEach(async () => {
    proxy = await startProxy(registry);
  });
  afterEach(() => proxy.stop());

  const newestLayer = async () => {
    const answer = await fetch(`${registry.url}/v2/ocp/release/manifests/${VERSION}-x86_64`, {
      headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
    });
    return ((await answer.json()) as { layers: { digest: string }[] }).layers.at(-1)!.digest;
  };

  it('that sends another layer than was asked for is not believed', async () => {
    const layer = await newestLayer();
    proxy.corrupt = (request) => request === `GET /v2/ocp/release/blobs/${layer}`;
    const error = await failing(...payload('ocp/release', proxy.host));
    expect(error).toMatchObject({ code: 'registry-digest', source: 'remote' });
    expect(error.message).toContain(layer);
  });

  it('that sends another OS image is not believed, and no other place is asked', async () => {
    const text = imageReferences(VERSION, imagesWith(`${registry.host}/ocp/os@${os}`));
    await given('faulty', text);
    await maker.push('os', `${registry.host}/ocp/faulty:os`, PLAIN);
    proxy.corrupt = (request) => request.endsWith(`/manifests/${os}`);
    const error = await failing(...payload('ocp/faulty', proxy.host));
    expect(error.code).toBe('registry-digest');
    expect(error.message).toContain('the OS image of 4.19.3 cannot be read');
  });

  it('that passes is asked again', async () => {
    const layer = await newestLayer();
    let left = 2;
    proxy.fate = (request) => (request.endsWith(layer) && left-- > 0 ? 503 : 'pass');
    expect((await add(...payload('ocp/release', proxy.host))).code).toBe(0);
    expect(proxy.requests.filter((request) => request.endsWith(layer))).toHaveLength(3);
  });

  it('that is slow is told of on stderr', async () => {
    const layer = await newestLayer();
    let left = 1;
    proxy.fate = (request) => (request.endsWith(layer) && left-- > 0 ? 'late' : 'pass');
    const { code, stderr } = await add(...payload('ocp/release', proxy.host));
    expect(code).toBe(0);
    expect(stderr).toContain(`reading ${proxy.host}/ocp/release:${VERSION}-x86_64 …`);
  });
});

/** As `oc adm release info --pullspecs` prints it. */
const ARM64 = `Name:           ${VERSION}
OS/Arch:        linux/arm64

Images:
  NAME         PULL SPEC
  rhel-coreos  ${other('3')}
`;

describe('the command line', () => {
  it.each([
    [['--payload', 'ocp-release'], 'does not say which registry it is in'],
    [['--from', 'a', '--payload', 'b.example.com/c'], 'mutually exclusive'],
    [['--from', 'absent.txt'], 'absent.txt cannot be read'],
    [['--from', 'arm64.txt'], 'arm64.txt is of linux/arm64, not of linux/amd64'],
    [['--from', 'damaged.json'], 'its image-references are damaged at spec.tags[0]'],
    [['--authfile', '/nonexistent', '--payload', '127.0.0.1:1/a/b'], 'auth file /nonexistent cannot be read'],
  ])('%j is refused', async (args, message) => {
    await workspace.write('arm64.txt', ARM64);
    await workspace.write('damaged.json', references.replace(/"tags":\s*\[/, '"tags":[null,'));
    const { code, stderr } = await add(...args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  it('wants the z-stream in full, before any registry is asked', async () => {
    const { code, stderr } = await workspace.layers('release', 'add', '4.19');
    expect(stderr).toContain('"4.19" is not a release');
    expect(code).toBe(2);
  });

  it('leaves the file as it was where the layers are wrong', async () => {
    await workspace.write(RELEASES, 'kind: Release\nname: "4.19.2"\n');
    expect((await add(...payload())).code).toBe(2);
    expect(await readFile(join(workspace.root, RELEASES), 'utf8')).toBe('kind: Release\nname: "4.19.2"\n');
  });
});
