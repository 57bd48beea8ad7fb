// `npm run demo`: the whole loop once, on three sample pools, with real parts on this machine's loopback.
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ensurePackages } from '../test/fixtures/packages.ts';
import { run } from '../test/fixtures/process.ts';
import { prepareFixtures } from '../test/fixtures/setup.ts';
import { CLI } from '../test/fixtures/workspace.ts';
import { jobManifest, playCluster } from './job.ts';
import { chapter, good, perform, say, shell, show } from './narrator.ts';
import { keptFolder, type Parts, startParts } from './parts.ts';
import { MOTD, samples } from './samples.ts';

async function demo(parts: Parts): Promise<void> {
  const { where, registry } = parts;
  const layers = (...args: string[]) =>
    perform(`layers ${args.join(' ')}`, [process.execPath, CLI, ...args], where);
  const succeed = async (...args: string[]) => {
    const code = await layers(...args);
    if (code !== 0) throw new Error(`layers ${args.join(' ')} ended with ${code}`);
  };
  const read = (path: string) => readFile(join(where.cwd, path), 'utf8');
  const write = async (path: string, content: string) => {
    await mkdir(dirname(join(where.cwd, path)), { recursive: true });
    await writeFile(join(where.cwd, path), content);
  };
  const commit = async (message: string) => {
    await shell(['git', 'add', '.'], where);
    await shell(['git', 'commit', '--quiet', '-m', message], where);
  };

  chapter(
    '1. Declare',
    'People write layers, which are lists of steps, and pools, which get layers.',
    'Here: one pool that is built here, one that the cluster builds, one that a Job builds.',
  );
  for (const [path, content] of Object.entries(samples(parts.sources))) await write(path, content);
  if (where.cwd !== process.cwd()) await run('git', ['init', '--quiet', '--initial-branch=main'], where);
  await shell(['cat', 'layers/layers.yaml', 'layers/pools.yaml'], where);

  chapter(
    '2. Compile',
    'Each pool becomes a Containerfile and Kubernetes objects in dist/. People review these in a pull request.',
    'worker and edge have no MachineConfig yet, as no image was built: that is what the warnings say.',
  );
  await succeed('synth');
  const plan = JSON.parse(await read('dist/worker.build')) as { build: string };
  say('', 'What will be built for worker:');
  show(await read(`dist/builds/${plan.build}/Containerfile`));
  say('What Argo CD will apply for infra, which the cluster builds by itself:');
  show(await read('dist/infra.k8s.yaml'));
  await commit('Layers for three pools');

  chapter(
    '3. Build and pin',
    'buildah builds what dist/ says and pushes it. layers reads the digest, asks the registry for it, and commits it.',
  );
  await succeed('build', '--pin', '--commit');

  chapter(
    '4. The Job',
    'edge is built by a Job. There is no cluster here, so the demo plays one: it runs the script of the Job in',
    `dist/${await jobManifest(join(where.cwd, 'dist'))}.`,
  );
  const digest = await playCluster(
    join(where.cwd, 'dist', await jobManifest(join(where.cwd, 'dist'))),
    registry,
    where,
  );
  say(`The Job pushed ${digest}.`, 'Nobody has checked that image yet: --adopt does, and pins it.');
  await succeed('build', 'edge', '--pin', '--commit', '--adopt');

  chapter('5. What is in git now', 'The commit that pinned the digest of worker:');
  await shell(
    [
      'git',
      'log',
      '--max-count=1',
      '--stat',
      '--full-diff',
      '--format=%h %s%n%n%b',
      '--',
      'dist/worker.k8s.yaml',
    ],
    where,
  );
  say('', 'and the MachineConfig that came of it, which Argo CD applies once this is merged:');
  show(await read('dist/worker.k8s.yaml'));
  const first = await osImageOf(read, 'worker');
  say('Does the registry have it?');
  await askRegistry(first, parts);

  chapter(
    '6. Change something',
    'Somebody gives worker a layer more. Its image does not have that layer yet. The MachineConfig keeps the',
    'old digest, and says that it is behind: no node changes before a new image was built, checked and reviewed.',
  );
  await write('layers/motd.yaml', MOTD);
  const pools = await read('layers/pools.yaml');
  await write(
    'layers/pools.yaml',
    pools.replace('layers: [hello-hotfix]\n', 'layers: [hello-hotfix, motd]\n'),
  );
  await succeed('synth');
  await shell(['git', 'diff', '-U0', '--', 'dist/worker.k8s.yaml'], where);
  if ((await osImageOf(read, 'worker')) !== first) throw new Error('the MachineConfig lost its digest');
  say('', 'In CI, layers check fails until the image is there:');
  if ((await layers('check')) !== 1) throw new Error('layers check should have ended with 1');
  await commit('A message of the day for worker');

  chapter('7. Build and pin again', 'Only worker is built: what has not changed starts no build.');
  await succeed('build', '--pin', '--commit');
  await shell(['git', 'show', '--stat', '--format=%h %s%n%n%b'], where);

  const second = await osImageOf(read, 'worker');
  if (second === first) throw new Error('the second build has the digest of the first');
  chapter('The result');
  say(`osImageURL: ${second}`, 'Does the registry have it?');
  await askRegistry(second, parts);
}

async function osImageOf(read: (path: string) => Promise<string>, pool: string): Promise<string> {
  return /osImageURL: (\S+)/.exec(await read(`dist/${pool}.k8s.yaml`))![1]!;
}

/** Asks by HTTP, and not by `layers`: it is the registry's word that counts. */
async function askRegistry(image: string, { registry, where }: Parts): Promise<void> {
  const [repository, digest] = image.slice(registry.length + 1).split('@') as [string, string];
  const url = `http://${registry}/v2/${repository}/manifests/${digest}`;
  const accept = 'Accept: application/vnd.oci.image.manifest.v1+json';
  say(`$ curl --head --header '${accept}' ${url}`);
  const answer = await run('curl', ['--silent', '--show-error', '--head', '--header', accept, url], where);
  show(answer.replaceAll('\r', ''));
  if (!/^HTTP\/1\.1 200 /.test(answer) || !answer.includes(digest))
    throw new Error('the registry does not have it');
  good(`The registry has ${digest}, the digest that git pins.`);
}

let interrupted = false;

async function main(): Promise<void> {
  if (!existsSync(CLI)) throw new Error(`${CLI} is not there: run \`npm ci\` first, which builds it`);
  const keep = await keptFolder(process.env.LAYERS_DEMO_DIR);
  say(
    'The demo makes a git repository, a registry and RPMs on this machine, and runs the loop of cdk8s-os-layers on them.',
    'All traffic stays on loopback. The base image is a small Debian root with a real dnf and rpm, in place of RHCOS.',
    keep === undefined
      ? 'The repository is temporary, and removed at the end. LAYERS_DEMO_DIR=<folder> keeps it.'
      : `The repository is kept in ${keep}.`,
  );
  await ensurePackages();
  say('The first run makes the base image and takes two minutes more; later ones find it in ~/.cache.');
  await prepareFixtures();
  const parts = await startParts(keep);
  const onSignal = (signal: NodeJS.Signals) => {
    interrupted = true;
    say('', 'demo: stopping …');
    parts.stop().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143));
  };
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    await demo(parts);
  } finally {
    await parts.stop();
  }
  say(
    '',
    keep === undefined
      ? 'The registry is stopped, and all that the demo made is removed.'
      : `The registry is stopped. The repository is in ${keep}: \`git log --stat\` tells its story.`,
    'Start a repository of your own: node lib/layers.js init <folder>. docs/getting-started.md goes on from there.',
  );
}

try {
  await main();
} catch (error) {
  // What fails because it was stopped is no news.
  if (!interrupted) process.stderr.write(`demo: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
