import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildFolder } from '../build/dist.ts';
import { openPast } from '../git/past.ts';
import { type BuildPlan, type IndexPlan, parseJson } from '../plan/plan.ts';

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
