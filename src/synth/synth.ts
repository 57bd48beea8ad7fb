import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Place, type PlacedBuild, placedBuilds as placedBuildsOf } from '../compile/places.ts';
import { type Subject, subjectOf } from '../compile/subject.ts';
import { type Diagnostic, failure } from '../diagnostics.ts';
import { readConfig } from './config.ts';
import { type Change, compare, type Files, readFiles, replace, restore } from './dist.ts';
import { runForeignApp } from './foreign-app.ts';
import { orphans } from './orphans.ts';
import { ownApp } from './own-app.ts';
import { reverts } from './reverts.ts';

export interface Rendered {
  readonly files: Files;
  readonly findings: readonly Diagnostic[];
  readonly pools: readonly Subject[];
}

export function assertFolder(root: string): void {
  if (!existsSync(root) || !statSync(root).isDirectory()) {
    throw failure('input', 'no-folder', `${root} is not a folder`, {
      hint: 'Run layers at the root of a repository, or name it: -C <dir>.',
    });
  }
}

/** All of `dist/` in memory, what was found on the way, and the pools. Throws everything that is wrong, at once. */
export function render(root: string): Rendered {
  assertFolder(root);
  restore(join(root, 'dist'));
  const { foreignApp, recordsMetadata } = readConfig(root);
  if (foreignApp !== undefined) {
    const { files, findings, pools } = runForeignApp(root, foreignApp, recordsMetadata);
    return { files, findings: [...findings, ...orphans(root, files)], pools };
  }
  const app = ownApp(root);
  const files = app.render();
  return { files, findings: [...app.findings, ...orphans(root, files)], pools: app.compiled.map(subjectOf) };
}

/** Where each instruction of each build was written, by the builds' hashes. */
export function buildPlaces(root: string): ReadonlyMap<string, readonly Place[]> {
  return new Map(placedBuilds(root).map(({ hash, places }) => [hash, places]));
}

/** Every pool's build, and where its instructions were written. */
export function placedBuilds(root: string): readonly PlacedBuild[] {
  const { foreignApp, recordsMetadata } = readConfig(root);
  if (foreignApp !== undefined) return runForeignApp(root, foreignApp, recordsMetadata).builds;
  return ownApp(root).compiled.flatMap(placedBuildsOf);
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
