import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { failure } from '../diagnostics.ts';
import type { BuildPlan } from '../plan/plan.ts';
import { buildFolder } from './dist.ts';

/** Puts a plan's files into a folder, each checked against the sum that was reviewed. */
export async function stageContext(root: string, plan: BuildPlan, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { name, sha256, source } of plan.files) {
    const file = source ?? `${buildFolder(plan.hash)}/context/${name}`;
    const staged = join(folder, name);
    try {
      await copyFile(join(root, file), staged);
    } catch (error) {
      throw failure('input', 'no-source', `${file} cannot be read: ${(error as Error).message}`);
    }
    // The copy is summed, not the original: nobody can change it in between.
    if ((await sumOf(staged)) !== sha256) {
      throw failure('input', 'source-changed', `${file} is not what dist/ was made from`, {
        hint: 'Run `layers synth` and review what changes.',
        origin: { file },
      });
    }
  }
}

async function sumOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
