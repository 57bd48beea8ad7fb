import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SCRIPTS } from '../../src/cli/completion/scripts.ts';
import { type TemporaryRepository, temporaryRepository } from '../synth/temporary-repository.ts';

const RELEASE = `kind: Release
name: "4.19.3"
amd64: { rhel-coreos: "quay.io/o/os@sha256:${'4'.repeat(64)}" }
---
`;
const pool = (name: string) => `kind: Pool
name: ${name}
release: "4.19.3"
layers: [{ name: tools, steps: [{ packages: { install: [vim] } }] }]
target: { machineConfig: { image: registry.example.com/os/${name} } }
---
`;
const cluster = (name: string) => `kind: Cluster\nname: ${name}\n---\n`;

/** What is offered for a command line, whose last word is being typed. */
function offered(repository: TemporaryRepository, ...words: string[]): string[] {
  const { status, stdout, stderr } = repository.layers('__complete', ...words);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t')[0]!);
}

const names = (...all: string[]) => ['names', ...all];

/** The words that a help page lists: verbs below `Commands:`, options below `Options:`. */
function listed(repository: TemporaryRepository, ...verb: string[]): { verbs: string[]; options: string[] } {
  const { stdout } = repository.layers(...verb, '--help');
  const depth = verb.length + 1;
  return {
    verbs: [...stdout.matchAll(/^ {2}(layers .*?)(?: {2}|$)/gm)].map((match) => match[1]!.split(' ')[depth]!),
    options: [...stdout.matchAll(/^ {2,}(?:-\w, )?--([\w-]+) /gm)].map((match) => match[1]!),
  };
}

describe('completion', () => {
  it('has every verb and option that the help has, at any depth', { timeout: 300_000 }, () => {
    const repository = temporaryRepository();
    const seen: string[] = [];
    const visit = (...verb: string[]): void => {
      const { verbs, options } = listed(repository, ...verb);
      expect(options.length, verb.join(' ')).toBeGreaterThanOrEqual(4);
      const given = offered(repository, ...verb, '--').slice(1);
      expect(given.map((option) => option.replace(/^--(?:no-)?/, '')).sort()).toEqual(options.sort());
      if (verbs.length > 0) expect(offered(repository, ...verb, '')).toEqual(names(...verbs));
      for (const next of verbs) visit(...verb, next);
      seen.push(verb.join(' '));
    };
    visit();
    expect(seen).toEqual(expect.arrayContaining(['synth', 'pin promote', 'completion', '']));
  });

  it('has what is said of each verb and option', () => {
    const { stdout } = temporaryRepository().layers('__complete', 'sy');
    expect(stdout).toBe('names\nsynth\tCompile layers/ into dist/\n');
  });

  it('has the values of options and arguments', () => {
    const repository = temporaryRepository();
    expect(offered(repository, 'build', '--engine', '')).toEqual(names('buildah', 'podman'));
    expect(offered(repository, 'build', '--engine=p')).toEqual(names('--engine=podman'));
    expect(offered(repository, 'build', '--engine', '=', 'p')).toEqual(names('--engine=podman'));
    expect(offered(repository, 'synth', '--output', 'j')).toEqual(names('json'));
    expect(offered(repository, 'completion', '')).toEqual(names('bash', 'zsh', 'fish'));
    expect(offered(repository, 'release', '')).toEqual(names('add'));
    expect(offered(repository, 'release', 'add', '')).toEqual(names());
  });

  it('has files and folders where these are meant', () => {
    const repository = temporaryRepository();
    expect(offered(repository, 'build', '--authfile', '')).toEqual(['files']);
    expect(offered(repository, 'build', '--secret', 'a=/x')).toEqual(['files']);
    expect(offered(repository, 'release', 'add', '4.19.3', '--from', '')).toEqual(['files']);
    expect(offered(repository, 'explain', 'worker', '--from', '')).toEqual(['folders']);
    expect(offered(repository, 'init', '')).toEqual(['folders']);
    expect(offered(repository, '-C', '')).toEqual(['folders']);
    expect(offered(repository, '--directory=')).toEqual(['folders']);
    expect(offered(repository, 'install-manifests', 'worker', '--to', '')).toEqual(['folders']);
    expect(offered(repository, 'pin', 'rollback', 'worker', '--to', '')).toEqual(names());
    expect(offered(repository, 'pin', 'set', 'worker', '')).toEqual(names());
  });

  it('offers an option once, unless it may be repeated', () => {
    const repository = temporaryRepository();
    const options = offered(repository, 'build', '-C', '.', '--pin', '--no-push', '--secret', 'a=b', '--');
    for (const given of ['--directory', '--pin', '--no-push', '--push']) expect(options).not.toContain(given);
    expect(options).toEqual(expect.arrayContaining(['--commit', '--secret']));
  });

  it('offers options where no more words are taken, and none after --', () => {
    const repository = temporaryRepository();
    expect(offered(repository, 'synth', '')).toContain('--strict');
    expect(offered(repository, 'build', '--', '--')).toEqual(names());
    expect(offered(repository, 'sinth', '')).toEqual(names());
  });
});

describe('the names that are completed', () => {
  it('are the pools of layers/ before there is a dist/, however they are called', () => {
    const odd = ['0', 'a--b', '1-2-3', 'x'.repeat(21)].sort();
    const repository = temporaryRepository({ 'layers/a.yaml': RELEASE + odd.map(pool).join('') });
    expect(offered(repository, 'explain', '')).toEqual(names(...odd));
    repository.layers('synth');
    expect(offered(repository, 'build', '')).toEqual(names(...odd));
    expect(offered(repository, 'build', 'a')).toEqual(names('a--b'));
    expect(offered(repository, 'build', '0', 'a--b', '')).toEqual(names('1-2-3', 'x'.repeat(21)));
  });

  it('are identities where there are clusters, and the clusters', () => {
    const documents = RELEASE + cluster('east') + cluster('west-2') + pool('worker');
    const repository = temporaryRepository({ 'layers/a.yaml': documents });
    const all = ['east/worker', 'west-2/worker', 'east', 'west-2'];
    expect(offered(repository, 'build', '')).toEqual(names(...all));
    repository.layers('synth');
    expect(offered(repository, 'build', 'w')).toEqual(names('west-2/worker', 'west-2'));
    for (const verb of ['hold', 'release'])
      expect(offered(repository, 'pin', verb, '')).toEqual(names(...all));
    // These are for one pool.
    for (const verb of ['rollback', 'set'])
      expect(offered(repository, 'pin', verb, '')).toEqual(names('east/worker', 'west-2/worker'));
    expect(offered(repository, 'pin', 'promote', 'e')).toEqual(names('east/worker', 'east'));
    // One that is new, and was not compiled yet.
    repository.write({ 'layers/b.yaml': pool('infra') });
    expect(offered(repository, 'explain', 'east/')).toEqual(names('east/infra', 'east/worker'));
  });

  it('are those of the folder that the command line names', () => {
    const other = temporaryRepository({ 'layers/a.yaml': RELEASE + pool('worker') });
    const repository = temporaryRepository();
    expect(offered(repository, 'build', '-C', other.root, '')).toEqual(names('worker'));
    expect(offered(repository, `-C${other.root}`, 'build', '')).toEqual(names('worker'));
    expect(offered(repository, `--directory=${other.root}`, 'build', '')).toEqual(names('worker'));
  });

  it('need no document to be right, and no folder to be there', () => {
    const broken = temporaryRepository({
      'layers/a.yaml': `${RELEASE}${pool('worker')}kind: Layer\nname: [\n\t{`,
      'layers/b.yaml': Buffer.from([0xff, 0xfe, 0, 1]),
      'layers/c.yaml/d': 'a folder',
      dist: 'a file',
    });
    expect(offered(broken, 'build', '')).toEqual(names('worker'));
    expect(offered(temporaryRepository(), 'build', '')).toEqual(names());
    expect(offered(broken, 'build', '-C', '/nowhere', '')).toEqual(names());
  });
});

describe('layers completion', () => {
  it.each(['bash', 'zsh', 'fish'] as const)('prints the script for %s', (shell) => {
    const repository = temporaryRepository();
    expect(repository.layers('completion', shell).stdout).toBe(SCRIPTS[shell]);
    const json = repository.layers('completion', shell, '--output', 'json').stdout;
    expect(JSON.parse(json)).toEqual({ shell, script: SCRIPTS[shell] });
  });

  it('says how to install it', () => {
    const { stdout } = temporaryRepository().layers('completion', '--help');
    for (const shell of Object.keys(SCRIPTS)) expect(stdout).toContain(`layers completion ${shell}`);
  });

  it('has no script for another shell', () => {
    const { status, stderr } = temporaryRepository().layers('completion', 'tcsh');
    expect(status).toBe(2);
    expect(stderr).toContain('"bash", "zsh", "fish"');
  });
});

describe('in bash', () => {
  /** What the function answers for these words of a command line. */
  function reply(repository: TemporaryRepository, ...words: string[]): string[] {
    symlinkSync(resolve('lib/layers.js'), join(repository.root, 'layers-cli'));
    const code =
      'source <(./layers-cli completion bash); COMP_WORDS=(./layers-cli "$@"); COMP_CWORD=$#; _layers; printf "%s\\n" "${COMPREPLY[@]}"';
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', code, 'bash', ...words], {
      cwd: repository.root,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    return stdout.trimEnd().split('\n');
  }

  it.each([
    [['sy'], ['synth']],
    [
      ['build', ''],
      ['infra', 'worker'],
    ],
    [['build', '"wo'], ['worker']],
    [['build', '--engine', '=', 'pod'], ['podman']],
    [
      ['build', '--engine', '='],
      ['buildah', 'podman'],
    ],
    [['build', '-C', '"."', 'w'], ['worker']],
    [['build', '-C', '\\.', 'w'], ['worker']],
    [['build', '--authfile', ''], ['']],
  ])('%j is completed by %j', (words, expected) => {
    const documents = RELEASE + pool('worker') + pool('infra');
    expect(reply(temporaryRepository({ 'layers/a.yaml': documents }), ...words)).toEqual(expected);
  });
});
