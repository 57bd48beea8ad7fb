import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../fixtures/process.ts';
import { type Scratch, scratchDirectory } from '../fixtures/scratch.ts';
import { onTerminal, type Terminal } from '../fixtures/terminal.ts';
import { CLI } from '../fixtures/workspace.ts';

let scratch: Scratch;
let root: string;
let env: NodeJS.ProcessEnv;

const POOL = (name: string) => `kind: Pool\nname: ${name}\n---\n`;

beforeAll(async () => {
  scratch = await scratchDirectory('completion');
  root = join(scratch.path, 'a repository');
  const bin = join(scratch.path, 'bin');
  for (const folder of [bin, join(root, 'layers'), join(root, 'other place/layers')])
    await mkdir(folder, { recursive: true });
  await symlink(CLI, join(bin, 'layers'));
  await writeFile(join(root, 'auth.json'), '{}\n');
  await writeFile(join(root, 'layers/pools.yaml'), POOL('worker') + POOL('0--a') + POOL('infra'));
  await writeFile(join(root, 'other place/layers/pools.yaml'), POOL('elsewhere'));
  env = {
    ...process.env,
    PATH: [bin, process.env.PATH].join(delimiter),
    HOME: scratch.path,
    XDG_CONFIG_HOME: join(scratch.path, 'config'),
    TERM: 'xterm',
    COLUMNS: '200',
    LC_ALL: 'C.UTF-8',
  };
});

afterAll(async () => {
  await scratch?.remove();
});

/** What is typed before the Tab key, and the command line after it. */
const LINES = [
  ['layers expl', 'layers explain'],
  ['layers build wor', 'layers build worker'],
  ['layers build 0', 'layers build 0--a'],
  ['layers build worker inf', 'layers build worker infra'],
  ['layers build --eng', 'layers build --engine'],
  ['layers build --engine pod', 'layers build --engine podman'],
  ['layers build --engine=pod', 'layers build --engine=podman'],
  ['layers build --authfile au', 'layers build --authfile auth.json'],
  ['layers build --authfile=au', 'layers build --authfile=auth.json'],
  ['layers build -C "other place" el', 'layers build -C "other place" elsewhere'],
  ['layers build -C other\\ place el', 'layers build -C other\\ place elsewhere'],
  ['layers pin prom', 'layers pin promote'],
  ['layers completion f', 'layers completion fish'],
] as const;

/** The words of a command line, each as the shell has it. */
const words = (line: string) =>
  (line.replace('other\\ place', '"other place"').match(/"[^"]*"|\S+/g) ?? [])
    .map((word) => `<${word.replaceAll('"', '')}>`)
    .join('');

describe.each([
  ['bash', 'bash --norc --noprofile -i', 'source <(layers completion bash)'],
  ['zsh', 'zsh -f -i', 'bindkey -e; autoload -U compinit; compinit -D; source <(layers completion zsh)'],
])('in %s, at the Tab key', (_, command, setUp) => {
  let terminal: Terminal;

  beforeAll(async () => {
    terminal = onTerminal(command, { cwd: root, env });
    await terminal.type(`${setUp}; PS1=READ''Y\n`, /READY$/);
  });

  afterAll(async () => {
    await terminal?.close();
  });

  it.each(LINES)('%s', async (typed, completed) => {
    // One after the other: a shell that completes need not keep what is typed meanwhile.
    await terminal.type(`${typed}\t`, new RegExp(completed.split(' ').at(-1)!));
    // At the start of the completed line, a command that prints its words.
    const shown = await terminal.type("\x01printf '<%s>' \n", /<layers>.*READY$/s);
    expect(shown).toContain(words(completed));
  });

  it('shows what there is', async () => {
    await terminal.type('layers pin \t\t', /promote.*list|list.*promote/s);
    await terminal.type('\x15\n', /READY$/);
  });
});

describe('in fish', () => {
  it.each(LINES)('%s', async (typed, completed) => {
    const code = 'layers completion fish | source; complete -C "$argv[1]"';
    const shown = await run('fish', ['--no-config', '-c', code, typed], { cwd: root, env });
    const [only, ...more] = shown.trimEnd().split('\n');
    expect(more).toEqual([]);
    expect(only!.split('\t')[0]).toBe(completed.split(' ').at(-1));
  });

  it('shows what is said of each', async () => {
    const code = 'layers completion fish | source; complete -C "layers pin pr"';
    const shown = await run('fish', ['--no-config', '-c', code], { cwd: root, env });
    expect(shown).toBe('promote\tGive pools that follow another one the image it is pinned to\n');
  });
});
