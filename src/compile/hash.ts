import { sha256Of } from '../containerfile/context-file.ts';
import type { Instruction } from '../containerfile/instruction.ts';
import { shellText } from '../containerfile/print.ts';
import type { Stage } from '../steps/step.ts';
import type { Architecture } from '../values/architecture.ts';
import type { Digest } from '../values/digest.ts';
import { parsePinnedImage } from '../values/image-ref.ts';

/** What an image's bytes depend on. Not: comments, reasons, names of pools and layers, where it is pulled from and pushed to. */
export interface HashInput {
  readonly format: number;
  readonly architecture: Architecture;
  readonly base: Digest;
  readonly refresh: string | undefined;
  /** Stages before the last one. */
  readonly stages: readonly Stage[];
  readonly instructions: readonly Instruction[];
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
}

/** The content hash: equal builds have equal ones, in any repository and under any name. */
export function contentHash({
  format,
  architecture,
  base,
  refresh,
  stages,
  instructions,
  files,
}: HashInput): string {
  const sums = new Map(files.map(({ name, sha256 }) => [name, sha256]));
  const canonical = {
    format,
    architecture,
    base,
    refresh: refresh ?? null,
    ...(stages.length > 0 && {
      stages: stages.map(({ name, from, instructions }) => [
        name,
        parsePinnedImage(from).digest,
        instructions.map((instruction) => canonicalOf(instruction, sums)),
      ]),
    }),
    instructions: instructions.map((instruction) => canonicalOf(instruction, sums)),
  };
  return sha256Of(JSON.stringify(canonical)).slice(0, 32);
}

/** The hash of an index: what it depends on is in those of its builds, one for each architecture. */
export function indexHash(
  format: number,
  builds: readonly { readonly architecture: Architecture; readonly hash: string }[],
): string {
  const index = builds.map(({ architecture, hash }) => [architecture, hash]).sort();
  return sha256Of(JSON.stringify({ format, index })).slice(0, 32);
}

function canonicalOf(instruction: Instruction, sums: ReadonlyMap<string, string>): unknown[] {
  switch (instruction.kind) {
    case 'copyFrom':
      return ['copyFrom', instruction.stage, instruction.source, instruction.target];
    case 'label':
      return ['label', instruction.key, instruction.value];
    case 'copy':
      return ['copy', sums.get(instruction.source), instruction.target, instruction.mode, instruction.owner];
    case 'run': {
      const mounts = (instruction.mounts ?? []).map(({ source, target }) => [sums.get(source), target]);
      return ['run', shellText(instruction.commands), mounts];
    }
  }
}
