import type { ParsedInstruction } from '../../containerfile/parse.ts';
import { sh } from '../../containerfile/quote.ts';
import { pushPiece, type Stage } from '../stage.ts';
import { type CopyInput, readCopy } from './copy.ts';

/** A part of the context that a RUN sees, and that its image does not have. */
interface Bound {
  readonly source: string;
  readonly target: string;
}

/**
 * What a RUN sees beside its image. A cache has no trace in the image; files of the context are there as if by COPY, and
 * removed afterwards, unless steps take them. Undefined where no step can say it, which is reported.
 */
export function readMounts(
  instruction: ParsedInstruction,
  stage: Stage,
  input: CopyInput,
): readonly string[] | undefined {
  const { flags, lines } = instruction;
  const bound: Bound[] = [];
  for (const { name, value } of flags) {
    const options = new Map(
      value.split(',').map((part) => part.split('=', 2) as [string, string | undefined]),
    );
    if (name === 'mount' && (options.get('type') === 'cache' || options.get('type') === 'tmpfs')) continue;
    const target = options.get('target') ?? options.get('dst') ?? options.get('destination');
    const isBound = name === 'mount' && (options.get('type') ?? 'bind') === 'bind' && !options.has('from');
    if (!isBound || target === undefined) {
      stage.scope.report({
        code: 'run-option',
        severity: 'error',
        message: `no step can say RUN --${name}=${value}`,
        hint: 'COPY the files instead, or write what this RUN does as a step.',
        lines,
      });
      return undefined;
    }
    bound.push({ source: options.get('source') ?? options.get('src') ?? '.', target });
  }
  for (const { source, target } of bound) {
    const text = JSON.stringify([source.replace(/^\//, '') || '.', target]);
    readCopy({ ...instruction, keyword: 'COPY', flags: [], heredocs: [], text, comments: [] }, stage, input);
  }
  return bound.map(({ target }) => target);
}

/** Takes away what was only there for a RUN. */
export function unmount(targets: readonly string[], { lines }: ParsedInstruction, stage: Stage): void {
  if (targets.length === 0) return;
  for (const file of stage.scope.files.values()) {
    if (targets.some((target) => file.path === target || file.path.startsWith(`${target}/`)))
      file.isRemoved = true;
  }
  pushPiece(stage, {
    lines,
    comments: [],
    as: 'run',
    steps: [],
    code: [`rm -rf ${targets.map(sh).join(' ')}`],
    before: [],
    removes: targets,
    why: 'a mount is not there afterwards',
  });
}
