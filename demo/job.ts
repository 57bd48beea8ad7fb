import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import yaml from 'js-yaml';
import { start, type Where } from './children.ts';

interface Manifest {
  readonly kind: string;
  readonly data: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
  readonly spec: { readonly template: { readonly spec: { readonly initContainers: readonly [Container] } } };
}

interface Container {
  readonly command: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
}

/**
 * Does what a cluster does with a pool's Job: mounts the ConfigMap, and runs the script of the container image-build.
 * The digest that the script wrote.
 */
export async function playCluster(manifest: string, registry: string, { cwd, env }: Where): Promise<string> {
  const objects = yaml.loadAll(await readFile(manifest, 'utf8')) as Manifest[];
  const [container] = objects.find(({ kind }) => kind === 'Job')!.spec.template.spec.initContainers;
  const { data, binaryData = {} } = objects.find(({ kind }) => kind === 'ConfigMap')!;
  const pod = await mkdtemp(join(env.HOME!, 'pod-'));
  try {
    for (const [key, text] of Object.entries(data)) await put(join(pod, 'build', key), text);
    for (const [key, text] of Object.entries(binaryData)) {
      await put(join(pod, 'build', key), Buffer.from(text, 'base64'));
    }
    for (const folder of ['work', 'done']) await mkdir(join(pod, folder));
    await put(join(pod, 'auth.json'), '{"auths":{}}');
    // A pod would know the registry's CA; this registry is on loopback and has no TLS.
    await put(join(pod, 'registries.conf'), `[[registry]]\nlocation = "${registry}"\ninsecure = true\n`);
    const theirs = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
    const podEnv = {
      ...env,
      ...theirs,
      BUILD: join(pod, 'build'),
      WORK: join(pod, 'work'),
      DIGEST_FILE: join(pod, 'done', 'digest'),
      PULL_AUTH_FILE: join(pod, 'auth.json'),
      PUSH_AUTH_FILE: join(pod, 'auth.json'),
      CONTAINERS_REGISTRIES_CONF: join(pod, 'registries.conf'),
      // The demo's store is an overlay, as everywhere but in a pod without privileges.
      STORAGE_DRIVER: 'overlay',
    };
    await runQuietly(container.command, join(pod, 'log'), { cwd, env: podEnv });
    return await readFile(join(pod, 'done', 'digest'), 'utf8');
  } finally {
    await rm(pod, { recursive: true, force: true });
  }
}

/** The Job's manifest of the only pool that has one. */
export async function jobManifest(dist: string): Promise<string> {
  const files = await readdir(join(dist, 'builds'), { recursive: true });
  return join('builds', files.find((file) => file.endsWith('.k8s.yaml'))!);
}

async function put(file: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

async function runQuietly(command: readonly string[], log: string, where: Where): Promise<void> {
  const { process: child, ended } = start(command, where, 'pipe');
  const output = createWriteStream(log);
  child.stdout!.pipe(output, { end: false });
  child.stderr!.pipe(output, { end: false });
  const code = await ended;
  await new Promise<void>((resolve) => output.end(resolve));
  if (code !== 0)
    throw new Error(`the Job ended with ${code}:\n${(await readFile(log, 'utf8')).slice(-3000)}`);
}
