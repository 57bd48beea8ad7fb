import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildFolder, readBuild } from '../build/dist.ts';
import { failure } from '../diagnostics.ts';
import { openPast } from '../git/past.ts';
import { type BuildPlan, type IndexPlan, isIndex, type PoolBuild, parseJson } from '../plan/plan.ts';

/** What a build was made from, be it an index of several: as `dist/` has it, or else any commit. */
export async function knownBuild(root: string, hash: string): Promise<BuildPlan | IndexPlan | undefined> {
  if (!/^[0-9a-f]{32}$/.test(hash)) return undefined;
  const files = ['index', 'plan'].map((name) => `${buildFolder(hash)}/${name}`);
  const here = files.find((file) => existsSync(join(root, file)));
  if (here !== undefined) return parseJson(readFileSync(join(root, here), 'utf8'), here);
  const past = openPast(root);
  for (const file of files) {
    for await (const { text } of past.texts(file)) return parseJson(text, file);
  }
  return undefined;
}

type Built = Pick<BuildPlan, 'hash' | 'architecture'> | IndexPlan;

/** Refuses an image that is not for all nodes of a pool: the others could not pull it, or not start it. */
export function assertForNodes(root: string, { pool, build }: PoolBuild, plan: Built, image: string): void {
  const has = architecturesOf(plan);
  const wanted = build === undefined ? [] : architecturesOf(readBuild(root, build));
  const missing = wanted.filter((name) => !has.includes(name));
  if (missing.length === 0) return;
  throw failure(
    'input',
    'another-architecture',
    `${image} is for ${has.join(', ')}, and nodes of ${pool} are ${missing.join(', ')}`,
    {
      hint: 'Name an image that is for all of them, or an index: `layers pin list` has those of other pools.',
    },
  );
}

function architecturesOf(plan: Built): readonly string[] {
  return isIndex(plan) ? plan.builds.map(({ architecture }) => architecture) : [plan.architecture];
}
