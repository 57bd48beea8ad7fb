import type { Phase } from '../engines/failures/failure.ts';
import { linesOf } from '../engines/steps.ts';

/** What the log of a build's container says of how it ended. */
export interface BuildLog {
  /** `script`: before buildah was called. */
  readonly phase: Phase | 'script';
  /** Its last lines, from where the instruction that was last begins; without what buildah says for debugging. */
  readonly lines: readonly string[];
  /** The image that was pulled, or where it was to be pushed. */
  readonly image?: string;
  /** The instruction it came to last, as buildah prints it. */
  readonly instruction?: string;
  /** The stage and the instruction in it, both from 1. */
  readonly position?: { readonly stage: number; readonly step: number };
  /** What buildah ended with; none where the log is of a build that goes on, or went well. */
  readonly error?: string;
}

const STEP = /^(?:\[(\d+)\/\d+\] )?STEP (\d+)(?:\/\d+)?: (.*)$/;
const ERROR = /^(?:Error|error): (.*)$/;

/** What skopeo's and buildah's library says where it cannot get an image. */
const PULL =
  /initializing source|pinging container registry|reading manifest|copying system image|unable to pull|Source image rejected|trying to reuse blob/i;
const SOURCE =
  /(?:docker:\/\/|pulling image "|reading manifest \S+ in )([^\s":]+(?::\d+)?\/[^\s":,]+(?::[\w][\w.-]*|@sha256:[0-9a-f]+)?)/;

/** Reads the log of `buildah bud` and `buildah push` as the operator's script calls them. */
export function readBuildLog(all: readonly string[]): BuildLog {
  const lines = all.filter((line) => !/^time="[^"]*" level=(?:debug|info|trace)\b/.test(line));
  // Up to 4.19 the script itself tries again: what an earlier call ended with was got over.
  const call = lines.findLastIndex((line) => /^\++ buildah (?:bud|push)\b/.test(line));
  const error = lines
    .slice(call + 1)
    .findLast((line) => ERROR.test(line))
    ?.replace(ERROR, '$1');
  const ended = error === undefined ? {} : { error };
  const push = lines.findLastIndex(
    (line) => /^\++ buildah push\b/.test(line) || /^Error: pushing image "/.test(line),
  );
  const last = lines.findLastIndex((line) => STEP.test(line));
  if (push > last || /^pushing image/.test(error ?? '')) {
    const image = /to "docker:\/\/([^"]+)"/.exec(error ?? '')?.[1] ?? /\s(\S+)$/.exec(lines[push] ?? '')?.[1];
    return { phase: 'push', lines: linesOf(lines.slice(push)), ...(image && { image }), ...ended };
  }
  const match = STEP.exec(lines[last] ?? '');
  const named = namedIn(error ?? '', match?.[3]);
  const instruction = named ?? match?.[3];
  const position =
    match === null ? {} : { position: { stage: Number(match[1] ?? 1), step: Number(match[2]) } };
  const where = { ...(instruction !== undefined && { instruction }), ...position, ...ended };
  if (
    error !== undefined &&
    named === undefined &&
    (PULL.test(error) || /^FROM\b/i.test(instruction ?? ''))
  ) {
    return { phase: 'pull', lines: since(lines, last, undefined), ...imageIn(error, instruction), ...where };
  }
  if (error !== undefined && PULL.test(error)) {
    return { phase: 'pull', lines: since(lines, last, instruction), ...imageIn(error, undefined), ...where };
  }
  if (last === -1 && named === undefined && !lines.some((line) => /^\++ buildah bud\b/.test(line)))
    return { phase: 'script', lines, ...ended };
  return { phase: 'step', lines: since(lines, last, instruction), ...where };
}

/** The instruction that an error names. It is not escaped: quotes in it look like its end. */
function namedIn(error: string, last: string | undefined): string | undefined {
  if (last !== undefined && error.includes(`building at STEP "${last}": `)) return last;
  const [, named] =
    /building at STEP "(.*)": [^"]*$/.exec(error) ?? /building at STEP "(.*?)": /.exec(error) ?? [];
  // Of an instruction that it does not know it names the keyword only.
  return named !== undefined && last?.startsWith(named) ? last : named;
}

function since(lines: readonly string[], last: number, instruction: string | undefined): string[] {
  const step = { index: 0, total: 0, instruction: instruction ?? '' };
  return linesOf(lines.slice(last + 1), step);
}

function imageIn(error: string, instruction: string | undefined): { image?: string } {
  const image = SOURCE.exec(error)?.[1] ?? /^FROM\s+(?:--\S+\s+)*(\S+\/\S+)/i.exec(instruction ?? '')?.[1];
  return image === undefined ? {} : { image };
}
