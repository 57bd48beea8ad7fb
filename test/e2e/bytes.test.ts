import { chmod, lstat, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import yaml from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseRef } from '../fixtures/base.ts';
import { run } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { createWorkspace, type Workspace } from '../fixtures/workspace.ts';
import { documents, layer, pool, release } from './support/documents.ts';
import { bytesFrom, KNOWN_TEXTS, NAMES, pick, type Random, randomFrom, textFrom } from './support/texts.ts';

const COUNT = process.env.LAYERS_SOAK === '1' ? 90 : 12;
const FOLDER = '/usr/share/bytes';

interface Case {
  path: string;
  bytes: Uint8Array;
  /** The step's own form of the bytes. */
  given: { content: string } | { source: string };
  mode: string | undefined;
  owner: string | undefined;
}

/** As the fixture base's /etc/passwd and /etc/group have them; without a group it is root's. */
const OWNERS: Record<string, number[]> = {
  '0:0': [0, 0],
  '1000:2000': [1000, 2000],
  'daemon:mail': [1, 8],
  daemon: [1, 0],
  '5000': [5000, 0],
};

let registry: Registry;
let workspace: Workspace;
let base: string;
const random = randomFrom(20_250_101);
const onContext = fileCases(random, 'c', COUNT);
const inline = fileCases(random, 'i', COUNT);
const argumentLists = [...KNOWN_TEXTS.map((text) => ['x', text, 'y']), ...manyArguments(random, COUNT)];
/** In a list of their own: one such character changes the form of the whole RUN. */
const onLines = argumentLists.map((list) => list.map((text) => text.replaceAll(/\p{Cc}/gu, '·')));
const code = [
  `x='a b'
# a comment with an unclosed ' quote
if [ "$x" = 'a b' ]; then
	printf '%s\\t%s\\n' "$x" 'c\\d' > ${FOLDER}/code.1
fi`,
  `for i in 1 2 3; do echo "$i"; done > ${FOLDER}/code.2; true || exit 1`,
  `printf '%s' "one \\
two" > ${FOLDER}/code.3
  # the last line is a comment`,
  `echo "$(echo nested "$(echo deeper)")" > ${FOLDER}/code.4 && test -s ${FOLDER}/code.4`,
];
const codeWrites = ['a b\tc\\d\n', '1\n2\n3\n', 'one two', 'nested deeper\n'];

/** Folders of the repository: all of the names, in one with a context and in several without one. */
const treeOnContext = treeOf('c', NAMES, 'daemon:mail');
const treesInline = chunks(NAMES, 6).map((names, index) =>
  treeOf(`i${index}`, names, pick([undefined, '1000:2000'], random)),
);

interface Tree {
  path: string;
  source: string;
  owner: string | undefined;
  files: Case[];
}

/** The odd ones can be executed, which is all that git keeps of a mode. */
function treeOf(prefix: string, names: readonly string[], owner: string | undefined): Tree {
  const path = `${FOLDER}/trees/${prefix}`;
  const source = `files/trees/${prefix}`;
  const files = names.map((name, index): Case => {
    const below = `${index % 3} ${names[0]}/${name}`;
    const bytes = index % 5 === 4 ? bytesFrom(random) : new TextEncoder().encode(textFrom(random));
    const mode = index % 2 === 1 ? '0755' : '0644';
    return { path: `${path}/${below}`, bytes, given: { source: `${source}/${below}` }, mode, owner };
  });
  return { path, source, owner, files };
}

const treeStep = ({ path, source, owner }: Tree) => ({ files: [{ path, source, ...(owner && { owner }) }] });

function fileCases(random: Random, prefix: string, count: number): Case[] {
  const encoder = new TextEncoder();
  const texts = [...KNOWN_TEXTS, ...Array.from({ length: count }, () => textFrom(random))];
  const contents = texts.map((content) => ({ bytes: encoder.encode(content), given: { content } }));
  const binaries = Array.from({ length: 6 }, (_, index) => ({
    bytes: index === 0 ? new Uint8Array([0]) : bytesFrom(random),
    given: { source: `files/${prefix}-${index}.bin` },
  }));
  return [...contents, ...binaries].map((content, index) => ({
    ...content,
    path: `${FOLDER}/${prefix}/${index} ${NAMES[index % NAMES.length]}/${NAMES[(index * 7) % NAMES.length]}`,
    mode: pick([undefined, '0644', '0600', '755', '4755', '0444'], random),
    owner: pick([undefined, ...Object.keys(OWNERS)], random),
  }));
}

function manyArguments(random: Random, count: number): string[][] {
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + Math.floor(random() * 5) }, () => textFrom(random)),
  );
}

const filesStep = (cases: Case[]) => ({
  files: cases.map(({ path, given, mode, owner }) => ({
    path,
    ...given,
    ...(mode && { mode }),
    ...(owner && { owner }),
  })),
});

/** A program that writes its arguments, each ended by a NUL, into the file that the first one names. */
const PROGRAM = {
  path: '/usr/bin/write-arguments',
  mode: '0755',
  content: `#!/bin/sh\nout=$1\nshift\nmkdir -p ${FOLDER}\nprintf '%s\\0' "$@" > "$out"\n`,
};

const runStep = (name: string, lists: string[][]) => ({
  run: {
    reason: 'the arguments of programs',
    commands: lists.map((list, index) => ['write-arguments', `${FOLDER}/${name}.${index}`, ...list]),
  },
});

const programs = [
  { files: [PROGRAM] },
  runStep('arguments', argumentLists),
  runStep('lines', onLines),
  { run: { reason: 'code', commands: code } },
];

beforeAll(async () => {
  registry = await startRegistry({ withBase: true });
  workspace = await createWorkspace('bytes');
  base = await baseRef(registry);
  for (const { given, bytes } of [...onContext, ...inline]) {
    if ('source' in given) await workspace.write(`layers/${given.source}`, bytes);
  }
  for (const { given, bytes, mode } of [treeOnContext, ...treesInline].flatMap(({ files }) => files)) {
    if (!('source' in given)) continue;
    await workspace.write(`layers/${given.source}`, bytes);
    await chmod(join(workspace.root, 'layers', given.source), Number.parseInt(mode!, 8));
  }
  const parts = chunks(inline, 8);
  const image = `${registry.host}/os/bytes`;
  await workspace.write(
    'layers/pools.yaml',
    documents(
      release('4.18.3', base),
      layer('files', filesStep(onContext), treeStep(treeOnContext)),
      layer('programs', ...programs),
      pool('context', { image, layers: ['files', 'programs'] }),
      pool('podman', { image, layers: ['files', 'programs'], refresh: 'podman' }),
      ...parts.map((cases, index) => cluster(`inline-${index}`, filesStep(cases))),
      ...treesInline.map((tree, index) => cluster(`inline-tree-${index}`, treeStep(tree))),
      cluster('inline-program', { files: [PROGRAM] }),
      ...chunks(argumentLists, 10).map((lists, index) =>
        cluster(`inline-arguments-${index}`, runStep(`arguments.${index}`, lists)),
      ),
      ...chunks(onLines, 10).map((lists, index) =>
        cluster(`inline-lines-${index}`, runStep(`lines.${index}`, lists)),
      ),
      cluster('inline-x-code', { run: { reason: 'code', commands: code } }),
    ),
  );
  const synth = await workspace.layers('synth');
  expect(synth.code, synth.stderr).toBe(0);
});

afterAll(async () => {
  await workspace?.remove();
  await registry?.stop();
});

function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}

/** A pool that the cluster builds, with one step. */
function cluster(name: string, step: object): object {
  return {
    ...{ kind: 'Pool', name, release: '4.18.3', layers: [{ name: 'in-place', steps: [step] }] },
    target: {
      machineOSConfig: {
        renderedImagePushSpec: 'registry.example.com/os/image:latest',
        renderedImagePushSecret: { name: 'push' },
      },
    },
  };
}

/** Gives work the folder that an image's files are in. */
async function withRoot(image: string, work: (root: string) => Promise<void>): Promise<void> {
  const buildah = async (...args: string[]) => (await run('buildah', args, { env: workspace.env })).trim();
  const tls = image.startsWith('127.') ? ['--tls-verify=false'] : [];
  const container = await buildah('from', '--quiet', ...tls, image);
  try {
    await work(await buildah('mount', container));
  } finally {
    await buildah('rm', container);
  }
}

async function expectFiles(root: string, cases: Case[]): Promise<void> {
  const found = await Promise.all(
    cases.map(async ({ path }) => {
      const stat = await lstat(join(root, path));
      const owner = [stat.uid, stat.gid];
      return {
        path,
        bytes: hex(await readFile(join(root, path))),
        mode: (stat.mode & 0o7777).toString(8),
        owner,
      };
    }),
  );
  const wanted = cases.map(({ path, bytes, mode = '0644', owner = '0:0' }) => {
    return {
      ...{ path, bytes: hex(bytes), mode: Number.parseInt(mode, 8).toString(8) },
      owner: OWNERS[owner],
    };
  });
  expect(found).toEqual(wanted);
}

async function expectTree(root: string, { path, owner = '0:0', files }: Tree): Promise<void> {
  await expectFiles(root, files);
  for (const folder of ['', ...(await readdir(join(root, path)))]) {
    const { uid, gid, mode } = await lstat(join(root, path, folder));
    expect([uid, gid, (mode & 0o7777).toString(8)], folder).toEqual([...OWNERS[owner]!, '755']);
  }
}

async function expectArguments(root: string, name: string, lists: string[][]): Promise<void> {
  const found = await Promise.all(
    lists.map(async (_, index) => readFile(join(root, FOLDER, `${name}.${index}`), 'utf8')),
  );
  expect(found.map((text) => text.split('\0').slice(0, -1))).toEqual(lists);
}

async function expectCode(root: string): Promise<void> {
  const found = codeWrites.map((_, index) => readFile(join(root, FOLDER, `code.${index + 1}`), 'utf8'));
  expect(await Promise.all(found)).toEqual(codeWrites);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

async function imageOf(poolName: string, ...options: string[]): Promise<string> {
  const build = await workspace.layers('build', poolName, '--output', 'json', ...options);
  expect(build.code, build.stdout + build.stderr).toBe(0);
  const result = JSON.parse(build.stdout.trim().split('\n').at(-1)!);
  return `${result.pools[0].image}@${result.pools[0].digest}`;
}

describe.each(['buildah', 'podman'])('built by %s, with a context', (engine) => {
  it('every file has its bytes, mode and owner, and every program its arguments', async () => {
    const image = await imageOf(engine === 'podman' ? 'podman' : 'context', '--engine', engine);
    await withRoot(image, async (root) => {
      await expectFiles(root, onContext);
      await expectTree(root, treeOnContext);
      expect(await readdir(join(root, 'tmp'))).toEqual([]);
      await expectArguments(root, 'arguments', argumentLists);
      await expectArguments(root, 'lines', onLines);
      await expectCode(root);
    });
  });
});

describe('what a cluster builds, without a context', () => {
  it('every file has its bytes, mode and owner, and every program its arguments', async () => {
    const image = await buildInline();
    await withRoot(image, async (root) => {
      await expectFiles(root, inline);
      for (const tree of treesInline) await expectTree(root, tree);
      for (const [index, lists] of chunks(argumentLists, 10).entries())
        await expectArguments(root, `arguments.${index}`, lists);
      for (const [index, lists] of chunks(onLines, 10).entries())
        await expectArguments(root, `lines.${index}`, lists);
      await expectCode(root);
    });
  });
});

/** The MachineOSConfigs' Containerfiles, one after the other on the base that the cluster would give them. */
async function buildInline(): Promise<string> {
  const names = (await run('ls', [join(workspace.root, 'dist')])).split('\n');
  const contents = await Promise.all(
    names
      .filter((name) => /^inline-.*\.k8s\.yaml$/.test(name))
      .sort((a, b) => Number(b.includes('program')) - Number(a.includes('program')))
      .map(async (name) => {
        const object = yaml.load(await workspace.read(`dist/${name}`)) as {
          spec: { containerFile: { content: string }[] };
        };
        const [first, ...lines] = object.spec.containerFile[0]!.content.split('\n');
        expect(first).toBe('FROM configs AS final');
        return lines.join('\n');
      }),
  );
  expect(contents.length).toBeGreaterThan(10);
  const containerfile = join(workspace.root, '..', 'Containerfile');
  await writeFile(containerfile, `FROM ${base}\n${contents.join('')}`);
  const args = ['build', '--quiet', '--layers=false', '--tls-verify=false', '--file', containerfile];
  return (await run('buildah', [...args, join(workspace.root, '..', 'home')], { env: workspace.env })).trim();
}
