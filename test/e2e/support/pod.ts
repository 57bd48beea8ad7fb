import { chmod, chown, copyFile, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Finished, run, tryRun } from '../../fixtures/process.ts';
import type { RootlessUser } from '../../fixtures/rootless-user.ts';
import { loopbackCertificate } from '../../fixtures/tls.ts';

interface Container {
  name: string;
  command: string[];
  env: { name: string; value: string }[];
  volumeMounts?: { name: string; mountPath: string; subPath?: string }[];
}
interface Volume {
  name: string;
  configMap?: { name: string; items?: { key: string; path: string }[] };
  secret?: { secretName: string; items?: { key: string; path: string }[] };
}
export interface PodSpec {
  initContainers?: Container[];
  containers: Container[];
  volumes?: Volume[];
}
export interface Manifest {
  kind: string;
  metadata: { name: string; namespace: string };
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
  spec: { template: { spec: PodSpec } };
}

export interface Request {
  readonly line: string;
  readonly type: string | undefined;
  readonly body: unknown;
}

export type Api = Awaited<ReturnType<typeof startApi>>;

/** The few endpoints that a Job asks, of a server that knows its token. `answers` are the next ones, in order. */
export async function startApi() {
  const { certFile, keyFile, caFile } = await loopbackCertificate();
  const requests: Request[] = [];
  const answers: (number | { readonly status: number; readonly body: string })[] = [];
  const server: Server = createServer(
    { cert: await readFile(certFile), key: await readFile(keyFile) },
    async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const text = Buffer.concat(chunks).toString();
      requests.push({
        line: `${request.method} ${request.url}`,
        type: request.headers['content-type'],
        body: text === '' ? undefined : JSON.parse(text),
      });
      const next = request.headers.authorization === 'Bearer a-token' ? answers.shift()! : 401;
      const { status, body } = typeof next === 'number' ? { status: next, body: '{}' } : next;
      response.writeHead(status).end(body);
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    caFile,
    requests,
    answers,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

export interface Pod {
  /** A folder of its own. */
  readonly root: string;
  readonly spec: PodSpec;
  readonly api: Pick<Api, 'url' | 'caFile'>;
  /** The builder's, where the pod mounts none. */
  readonly registriesConf: string;
  /** Keys and bytes of ConfigMaps and Secrets, by name. */
  readonly config: Readonly<Record<string, Readonly<Record<string, Buffer>>>>;
  readonly secrets: Readonly<Record<string, Readonly<Record<string, Buffer>>>>;
  /** Who has subordinate ids here, as the builder's user 1000 has. */
  readonly user: RootlessUser;
  /** Of its account. Default: the one that the API of startApi knows. */
  readonly token?: string;
}

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Runs a pod's containers by index: in a mount namespace, where its volumes are at the paths that the manifest says, and
 * without root's rights. Only the API's address is another one.
 */
export async function startPod({
  root,
  spec,
  api,
  registriesConf,
  config,
  secrets,
  user,
  token = 'a-token',
}: Pod) {
  const { initContainers = [], containers, volumes = [] } = spec;
  const all = [...initContainers, ...containers];
  const volume = (name: string) => join(root, 'volumes', name);
  for (const { name, configMap, secret } of volumes) {
    await mkdir(volume(name), { recursive: true });
    const source = configMap ?? secret;
    // As fsGroup has it.
    if (source === undefined) await chown(volume(name), user.uid, user.gid);
    else {
      const keys = configMap === undefined ? secrets[secret!.secretName]! : config[configMap.name]!;
      const items = source.items ?? Object.keys(keys).map((key) => ({ key, path: key }));
      await mountAsLinks(volume(name), Object.fromEntries(items.map(({ key, path }) => [path, keys[key]!])));
    }
  }
  const account = join(root, 'account');
  await mkdir(account, { recursive: true });
  await writeFile(join(account, 'token'), token);
  await writeFile(join(account, 'ca.crt'), await readFile(api.caFile));
  const maps = await mappers(root);
  return (index: number, more: NodeJS.ProcessEnv = {}): Promise<Finished> => {
    const { command, env, volumeMounts = [] } = all[index]!;
    const mounts = [
      [registriesConf, '/etc/containers/registries.conf'],
      [account, ACCOUNT],
      ...maps,
      ...volumeMounts.map(({ name, mountPath, subPath = '' }) => [join(volume(name), subPath), mountPath]),
    ] as [string, string][];
    const script = [
      'set -e',
      // What the machine has there is not the container's.
      'for folder in /tmp /run /home; do mount -t tmpfs tmpfs "$folder"; done',
      ...mounts.map(([from, to]) => `bind ${quote(from)} ${quote(to)}`),
      `chown -R --no-dereference ${user.uid}:${user.gid} /home/build 2>/dev/null || true`,
      `exec setpriv --reuid=${user.uid} --regid=${user.gid} --clear-groups --bounding-set=${CAPABILITIES} -- "$@"`,
    ].join('\n');
    const bind =
      'bind() { if [ -d "$1" ]; then mkdir -p "$2"; else mkdir -p "$(dirname "$2")"; [ -e "$2" ] || touch "$2"; fi; mount --bind "$1" "$2"; }';
    const [shell, option, text] = command as [string, string, string];
    const own = text.replaceAll('https://kubernetes.default.svc', api.url);
    const unshared = ['--mount', '--propagation=private', '--', 'bash', '-c', `${bind}\n${script}`, 'pod'];
    return tryRun('unshare', [...unshared, shell, option, own], {
      cwd: '/',
      env: {
        PATH: process.env.PATH,
        ...Object.fromEntries(env.map(({ name, value }) => [name, value])),
        ...more,
      },
    });
  };
}

/** As builders have them: with the one right that each needs, since setuid root would need the right to mount as well. */
async function mappers(root: string): Promise<[string, string][]> {
  const folder = join(root, 'mappers');
  await mkdir(folder);
  const all = ['newuidmap', 'newgidmap'].map(async (name): Promise<[string, string]> => {
    const program = join(folder, name);
    await copyFile(`/usr/bin/${name}`, program);
    await chmod(program, 0o755);
    await run('setcap', [`cap_set${name.slice(3, 6)}+ep`, program]);
    return [program, `/usr/bin/${name}`];
  });
  return Promise.all(all);
}

/** What the SCC anyuid leaves a container: the right to mount is not among it. */
const CAPABILITIES =
  '-all,+chown,+dac_override,+fsetid,+fowner,+setgid,+setuid,+setpcap,+net_bind_service,+kill';

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The bytes of a ConfigMap's keys. */
export function keysOf({ data = {}, binaryData = {} }: Manifest): Record<string, Buffer> {
  return Object.fromEntries([
    ...Object.entries(data).map(([key, text]) => [key, Buffer.from(text)] as const),
    ...Object.entries(binaryData).map(([key, text]) => [key, Buffer.from(text, 'base64')] as const),
  ]);
}

/** The bytes in a hidden folder, `..data` a link to it, and each file a link through that. */
async function mountAsLinks(folder: string, files: Record<string, Buffer>): Promise<void> {
  const hidden = join(folder, '..2025_01_01');
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(hidden, path, '..'), { recursive: true });
    await writeFile(join(hidden, path), content);
  }
  await symlink('..2025_01_01', join(folder, '..data'));
  for (const name of await readdir(hidden)) await symlink(join('..data', name), join(folder, name));
}
