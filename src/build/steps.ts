import { createHash } from 'node:crypto';
import { instructionsIn } from '../engines/containerfile.ts';

/**
 * A name for each instruction of a Containerfile, in the order that engines count them: equal where an instruction and all
 * that it builds on are equal. The files of the context are in it as well, because their names have their sums.
 */
export function stepNames(containerfile: string): string[] {
  const stages = new Map<string, string>();
  let stage: string | undefined;
  let last = '';
  return instructionsIn(containerfile).map((instruction) => {
    const [, image, name] = /^FROM (\S+)(?: AS (\S+))?/.exec(instruction) ?? [];
    const from = image ?? /--from=(\S+)/.exec(instruction)?.[1];
    const other = from === undefined ? '' : (stages.get(from) ?? '');
    last = sum(image === undefined ? last : '', other, instruction.replace(/ AS \S+$/, ''));
    if (image !== undefined) stage = name;
    if (stage !== undefined) stages.set(stage, last);
    return last;
  });
}

function sum(...parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
