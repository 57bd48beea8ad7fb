import { type ParsedInstruction, parseContainerfile } from '../containerfile/parse.ts';
import type { Variables } from '../containerfile/words.ts';
import { readFinal } from './final.ts';
import type { CopyInput } from './instructions/copy.ts';
import type { SettingsInput } from './instructions/settings.ts';
import { pinned } from './pinned.ts';
import type { Remark, Scope } from './scope.ts';
import { settle } from './settle.ts';
import { CONFIGS, stagesOf, unfold } from './stages.ts';

export interface ReadInput extends CopyInput, SettingsInput {}

export interface ReadOptions extends Omit<CopyInput, 'escaping'> {
  readonly buildArgs: Variables;
  /** An OS image by digest, instead of the last stage's. */
  readonly base: string | undefined;
  readonly needsWrappers: boolean;
  /** Fetches what is at a URL, and sums it. */
  readonly sumOf: ((url: string) => string) | undefined;
}

/** A Containerfile as pieces of steps and code. */
export interface ReadFile {
  /** The image that it begins with, by digest; undefined where an on-cluster build has its own. */
  readonly base: string | undefined;
  readonly fromLines: readonly [number, number];
  readonly scope: Scope;
  readonly instructions: number;
  readonly remarks: readonly Remark[];
}

/** Reads a Containerfile's last stage, and those that it copies from. */
export function readContainerfile(text: string, options: ReadOptions): ReadFile {
  const remarks: Remark[] = [];
  const report = (remark: Remark): void => {
    remarks.push(remark);
  };
  const { instructions, escaping } = parseContainerfile(text);
  refuseCredentials(instructions, report);
  const { stages, globals } = stagesOf(instructions, options.buildArgs, escaping);
  const scope: Scope = {
    cwd: '/',
    variables: new Map(),
    pieces: [],
    files: new Map(),
    unsaved: new Map(),
    needsWrappers: options.needsWrappers,
    ...(options.sumOf && { sumOf: options.sumOf }),
    report,
  };
  const last = stages.at(-1);
  if (last === undefined) {
    report({
      code: 'no-instructions',
      severity: 'error',
      message: 'this has no FROM',
      hint: 'Is it a Containerfile?',
      lines: [1, 1],
    });
    return { base: undefined, fromLines: [1, 1], scope, instructions: instructions.length, remarks };
  }
  const whole = unfold(last, stages);
  readFinal(whole, stages, scope, { ...options, escaping, globals });
  settle(scope);
  const from = whole.fromInstruction;
  const fromLines = from?.lines ?? [1, 1];
  const isOnCluster = whole.from === CONFIGS && options.base === undefined;
  const base = isOnCluster
    ? undefined
    : pinned(
        { ...whole, ...(options.base !== undefined && { from: options.base, missing: undefined }) },
        fromLines,
        report,
        true,
      );
  return { base, fromLines, scope, instructions: instructions.length, remarks };
}

/** What is imported goes into git, and from there into the image's history. */
function refuseCredentials(
  instructions: readonly ParsedInstruction[],
  report: (remark: Remark) => void,
): void {
  for (const { text, body, lines } of instructions) {
    if (!/https?:\/\/[^\s/'"]+@/.test(`${text}\n${body}`)) continue;
    report({
      code: 'credentials-in-code',
      severity: 'error',
      message: 'a URL carries credentials, which would be in git and in the image',
      hint: 'Take them out of the URL: rpms and repositories take auth, which names a Secret.',
      lines,
    });
  }
}
