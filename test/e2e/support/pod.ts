import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Finished, tryRun } from '../../fixtures/process.ts';
import { loopbackCertificate } from '../../fixtures/tls.ts';

interface Container {
  name: string;
  command: string[];
  env: { name: string; value: string }[];
  volumeMounts?: { name: string; mountPath: string }[];
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
  readonly root: string;
  readonly spec: PodSpec;
  readonly api: Pick<Api, 'url' | 'caFile'>;
  readonly registriesConf: string;
  /** Keys and bytes of ConfigMaps and Secrets, by name. */
  readonly config: Readonly<Record<string, Readonly<Record<string, Buffer>>>>;
  readonly secrets: Readonly<Record<string, Readonly<Record<string, Buffer>>>>;
  /** Of its account. Default: the one that the API of startApi knows. */
  readonly token?: string;
}

/** A folder that stands for a pod's file system, with its volumes mounted as the kubelet does. Runs its containers by index. */
export async function startPod({ root, spec, api, registriesConf, config, secrets, token = 'a-token' }: Pod) {
  const { initContainers = [], containers, volumes = [] } = spec;
  const all = [...initContainers, ...containers];
  for (const { name, mountPath } of all[0]!.volumeMounts ?? []) {
    const folder = join(root, mountPath);
    await mkdir(folder, { recursive: true });
    const { configMap, secret } = volumes.find((candidate) => candidate.name === name)!;
    const source = configMap ?? secret;
    if (source === undefined) continue;
    const keys = configMap === undefined ? secrets[secret!.secretName]! : config[configMap.name]!;
    const items = source.items ?? Object.keys(keys).map((key) => ({ key, path: key }));
    await mountAsLinks(folder, Object.fromEntries(items.map(({ key, path }) => [path, keys[key]!])));
  }
  const account = join(root, 'account');
  await mkdir(account, { recursive: true });
  await writeFile(join(account, 'token'), token);
  await writeFile(join(account, 'ca.crt'), await readFile(api.caFile));
  const storage = join(root, 'storage.conf');
  const folders = `graphroot = "${root}/storage"\nrunroot = "${root}/run"`;
  await writeFile(storage, `[storage]\ndriver = "vfs"\n${folders}\n`);
  await mkdir(join(root, 'tmp'), { recursive: true });
  return (index: number): Promise<Finished> => {
    const { command, env } = all[index]!;
    const script = command[2]!
      .replaceAll('/var/run/secrets/kubernetes.io/serviceaccount', account)
      .replaceAll('https://kubernetes.default.svc', api.url);
    const variables = env.map(({ name, value }) => [name, value.startsWith('/') ? join(root, value) : value]);
    return tryRun('bash', ['-c', script], {
      cwd: root,
      env: {
        ...{ PATH: process.env.PATH, HOME: root, TMPDIR: join(root, 'tmp') },
        CONTAINERS_STORAGE_CONF: storage,
        CONTAINERS_REGISTRIES_CONF: registriesConf,
        ...Object.fromEntries(variables),
      },
    });
  };
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
