import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { baseRef } from '../test/fixtures/base.ts';
import { serveDirectory } from '../test/fixtures/http.ts';
import { startRegistry } from '../test/fixtures/registry.ts';
import { buildRpm, createRepository, gpgKey, signRpm } from '../test/fixtures/rpm.ts';
import { scratchDirectory } from '../test/fixtures/scratch.ts';
import { createWorkspace } from '../test/fixtures/workspace.ts';
import { stopChildren, type Where } from './children.ts';
import type { Sources } from './samples.ts';

/** What the demo runs on. All of it is real, on loopback, and gone after `stop`. */
export interface Parts {
  /** The registry's host and port. */
  readonly registry: string;
  readonly sources: Sources;
  /** The git repository, and the environment to work on it. */
  readonly where: Where;
  stop(): Promise<void>;
}

/** `keep` names a folder for the git repository; else it is temporary. */
export async function startParts(keep: string | undefined): Promise<Parts> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    await stopChildren();
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    const registry = await startRegistry({ withBase: true });
    stops.push(registry.stop);
    const served = await scratchDirectory('demo-served');
    stops.push(served.remove);
    const rpms = await publish(served.path);
    const server = await serveDirectory(served.path);
    stops.push(server.stop);
    const workspace = await createWorkspace('demo');
    stops.push(workspace.remove);
    return {
      registry: registry.host,
      sources: {
        registry: registry.host,
        base: await baseRef(registry),
        rpms: server.url,
        ...rpms,
      },
      where: { cwd: keep ?? workspace.root, env: environment(workspace.env) },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A folder to keep the repository in has to be new or empty: the demo overwrites nothing. */
export async function keptFolder(name: string | undefined): Promise<string | undefined> {
  if (!name) return undefined;
  const folder = resolve(name);
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) throw new Error(`LAYERS_DEMO_DIR is not empty: ${folder}`);
  return folder;
}

/** A hotfix by URL, and a signed package in a repository. */
async function publish(folder: string): Promise<Pick<Sources, 'hotfix' | 'sha256' | 'key'>> {
  const hello = await buildRpm({
    name: 'fixture-hello',
    version: '1.1',
    release: '1',
    files: { '/usr/share/fixture-hello/version': '1.1\n' },
  });
  const agent = await signRpm(
    await buildRpm({
      name: 'fixture-agent',
      version: '7.1',
      release: '1.el9',
      files: { '/usr/bin/fixture-agent': '#!/bin/sh\necho agent 7.1\n' },
    }),
  );
  const repository = join(folder, 'el9');
  await mkdir(repository);
  await copyFile(hello, join(folder, basename(hello)));
  await copyFile(agent, join(repository, basename(agent)));
  await createRepository(repository);
  const sha256 = createHash('sha256')
    .update(await readFile(hello))
    .digest('hex');
  return { hotfix: basename(hello), sha256, key: await gpgKey() };
}

function environment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const person = { NAME: 'Demo', EMAIL: 'demo@example.com' };
  return {
    ...env,
    NO_COLOR: process.env.NO_COLOR,
    GIT_PAGER: 'cat',
    GIT_AUTHOR_NAME: person.NAME,
    GIT_AUTHOR_EMAIL: person.EMAIL,
    GIT_COMMITTER_NAME: person.NAME,
    GIT_COMMITTER_EMAIL: person.EMAIL,
  };
}
