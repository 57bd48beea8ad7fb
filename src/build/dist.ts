import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { failure } from '../diagnostics.ts';
import { type BuildPlan, type IndexPlan, isIndex, type PoolBuild, parseJson } from '../plan/plan.ts';
import type { Made } from './differences.ts';

/** The folder of manifests and builds, below the repository's root. */
export const DIST = 'dist';

/** Every pool in `dist/`, by identity. */
export function readPoolBuilds(root: string): PoolBuild[] {
  let entries: string[];
  try {
    entries = readdirSync(join(root, DIST), { recursive: true, encoding: 'utf8' });
  } catch {
    throw failure('input', 'no-dist', `there is no ${DIST}/ in ${root}`, {
      hint: 'Write it: `layers synth`.',
    });
  }
  return entries
    .filter((path) => path.endsWith('.build') && !path.startsWith('builds/'))
    .sort()
    .map((path) => parseJson<PoolBuild>(readFileSync(join(root, DIST, path), 'utf8'), `${DIST}/${path}`));
}

/** The folder of a build, which has its Containerfile, its plan and its files. */
export function buildFolder(hash: string): string {
  return `${DIST}/builds/${hash}`;
}

export function readPlan(root: string, hash: string): BuildPlan {
  const file = `${buildFolder(hash)}/plan`;
  let text: string;
  try {
    text = readFileSync(join(root, file), 'utf8');
  } catch {
    throw failure('input', 'no-plan', `${file} is missing`, { hint: 'Write dist/ again: `layers synth`.' });
  }
  return parseJson<BuildPlan>(text, file);
}

/** A build's plan, or the index of several. */
export function readBuild(root: string, hash: string): BuildPlan | IndexPlan {
  return readIndex(root, hash) ?? readPlan(root, hash);
}

/** An index of several builds; undefined where the hash is none's. */
export function readIndex(root: string, hash: string): IndexPlan | undefined {
  const file = `${buildFolder(hash)}/index`;
  if (!existsSync(join(root, file))) return undefined;
  return parseJson<IndexPlan>(readFileSync(join(root, file), 'utf8'), file);
}

/** The plans of a build, which are several for an index. */
export function readPlans(root: string, hash: string): BuildPlan[] {
  const build = readBuild(root, hash);
  return isIndex(build) ? build.builds.map(({ hash }) => readPlan(root, hash)) : [build];
}

/** Builds and indexes by their hashes; what an index is made of is there, too. */
export type Builds = ReadonlyMap<string, BuildPlan | IndexPlan>;

export function readBuilds(root: string, hashes: Iterable<string>): Builds {
  const named = [...hashes].map((hash) => readBuild(root, hash));
  const parts = named.filter(isIndex).flatMap(({ hash }) => readPlans(root, hash));
  return new Map([...named, ...parts].map((build) => [build.hash, build]));
}

/** The plans of one of them, as far as they are known. */
export function plansIn(builds: Builds, hash: string): BuildPlan[] {
  const build = builds.get(hash);
  if (build === undefined) return [];
  return isIndex(build) ? build.builds.flatMap((part) => plansIn(builds, part.hash)) : [build];
}

/** What `dist/` has of a build; undefined where no pool has it any more. */
export function readMade(root: string, hash: string): Made | undefined {
  const folder = join(root, buildFolder(hash));
  if (!['Containerfile', 'index'].some((name) => existsSync(join(folder, name)))) return undefined;
  const [first, ...others] = readPlans(root, hash).map((plan): Made => {
    const file = join(root, buildFolder(plan.hash), 'Containerfile');
    return { ...plan, containerfile: readFileSync(file, 'utf8') };
  });
  return { ...first!, ...(others.length > 0 && { others }) };
}
