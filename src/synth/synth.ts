import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Subject, subjectOf } from '../compile/subject.ts';
import type { CompiledPool } from '../compile/compiled-pool.ts';
import { type Diagnostic, failure } from '../diagnostics.ts';
import { readConfig } from './config.ts';
import { type Change, compare, type Files, readFiles, replace, restore } from './dist.ts';
import { runForeignApp } from './foreign-app.ts';
import { ownApp } from './own-app.ts';
import { reverts } from './reverts.ts';

export interface Rendered {
  readonly files: Files;
  readonly findings: readonly Diagnostic[];
  readonly pools: readonly Subject[];
}

/** All of `dist/` in memory, what was found on the way, and the pools. Throws everything that is wrong, at once. */
export function render(root: string): Rendered {
  if (!existsSync(root) || !statSync(root).isDirectory()) {
    throw failure('input', 'no-folder', `${root} is not a folder`, {
      hint: 'Run layers at the root of a repository, or name it: -C <dir>.',
    });
  }
  restore(join(root, 'dist'));
  const { foreignApp, recordsMetadata } = readConfig(root);
  if (foreignApp !== undefined) return runForeignApp(root, foreignApp, recordsMetadata);
  const app = ownApp(root);
  return { files: app.render(), findings: app.findings, pools: app.compiled.map(subjectOf) };
}

/** The pools of the documents, with the places they were written at; none where an app of the repository's own makes them. */
export function compiledPools(root: string): readonly CompiledPool[] {
  return readConfig(root).foreignApp === undefined ? ownApp(root).compiled : [];
}

/** What a synth would change. */
export function drift(root: string, files: Files): Change[] {
  return compare(join(root, 'dist'), files);
}

/** What a synth would take away from nodes. */
export function reversals(root: string, files: Files): Diagnostic[] {
  return reverts(readFiles(join(root, 'dist')), files);
}

/** Writes `dist/`, whole. */
export function write(root: string, files: Files): Change[] {
  return replace(join(root, 'dist'), files);
}
