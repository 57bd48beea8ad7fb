import { execFileSync, type SpawnSyncReturns, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import type { LayersError } from '../../src/diagnostics.ts';
import { readFiles } from '../../src/synth/dist.ts';
import { render } from '../../src/synth/synth.ts';
import { GIT_ENV } from '../git/work-tree.ts';

const PROJECT = resolve('.');
const CDK8S = join(PROJECT, 'node_modules/cdk8s-cli/bin/cdk8s');

/** A user's repository on disk, for as long as a test runs. */
export interface TemporaryRepository {
  readonly root: string;
  /** What programs of ours that ran in it have left in the folder for temporary files. */
  leftOver(): string[];
  write(files: Readonly<Record<string, string | Uint8Array>>): void;
  read(path: string): string;
  /** The files of `dist/`, as text. */
  dist(): Record<string, string>;
  /** The published CLI, as its users spawn it. */
  layers(...args: string[]): SpawnSyncReturns<string>;
  /** The CLI of cdk8s. */
  cdk8s(...args: string[]): SpawnSyncReturns<string>;
  git(...args: string[]): string;
}

export function temporaryRepository(
  files: Readonly<Record<string, string | Uint8Array>> = {},
): TemporaryRepository {
  const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'layers-synth-test-')));
  onTestFinished(() => rmSync(scratch, { recursive: true, force: true }));
  const root = join(scratch, 'repository');
  const temporary = join(scratch, 'temporary');
  for (const folder of [root, temporary]) mkdirSync(folder);
  const env = { ...process.env, ...GIT_ENV, TMPDIR: temporary, CHECKPOINT_DISABLE: '1', NO_COLOR: '1' };
  const spawn = (script: string, args: string[]) =>
    spawnSync(process.execPath, [script, ...args], { cwd: root, env, encoding: 'utf8' });
  const repository: TemporaryRepository = {
    root,
    leftOver: () => readdirSync(temporary).filter((name) => name.startsWith('layers-')),
    write(files) {
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), content);
      }
    },
    read: (path) => readFileSync(join(root, path), 'utf8'),
    dist: () => asText(readFiles(join(root, 'dist'))),
    layers: (...args) => spawn(join(PROJECT, 'lib/layers.js'), args),
    cdk8s: (...args) => spawn(CDK8S, args),
    git: (...args) => execFileSync('git', args, { cwd: root, env, encoding: 'utf8' }),
  };
  repository.write({
    'cdk8s.yaml': `language: typescript\napp: node ${PROJECT}/lib/app.js\noutput: dist\n`,
    ...files,
  });
  return repository;
}

/** A copy of a folder's `layers/`, with what the sample repository of this project or a scenario has in it. */
export function repositoryFrom(folder: string): TemporaryRepository {
  const repository = temporaryRepository();
  cpSync(join(folder, 'layers'), join(repository.root, 'layers'), { recursive: true });
  return repository;
}

/** Lets a user's program import this package, cdk8s and constructs, as after `npm install`. */
export function installInto({ root }: TemporaryRepository): void {
  mkdirSync(join(root, 'node_modules'));
  symlinkSync(PROJECT, join(root, 'node_modules/cdk8s-os-layers'));
  for (const name of ['cdk8s', 'constructs']) {
    symlinkSync(join(PROJECT, 'node_modules', name), join(root, 'node_modules', name));
  }
}

/** What synth makes of a repository, in memory. */
export function rendered(repository: TemporaryRepository): Record<string, string> {
  return asText(render(repository.root).files);
}

/** The codes of what is wrong with a repository. */
export function errorsOf(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    return (error as LayersError).diagnostics
      .filter(({ severity }) => severity === 'error')
      .map(({ code }) => code);
  }
  return [];
}

export function asText(files: ReadonlyMap<string, string | Uint8Array | undefined>): Record<string, string> {
  return Object.fromEntries(
    [...files].map(([path, content]) => [path, Buffer.from(content ?? '').toString('utf8')]),
  );
}
