import { type ParsedInstruction, parseContainerfile } from '../containerfile/parse.ts';
import { expandPairs, type Variables } from '../containerfile/words.ts';
import type { StepProps } from '../spec/layer.ts';
import { formatImageRef, parsePinnedImage } from '../values/image-ref.ts';
import { ValueError } from '../values/value.ts';
import { builderOf, notRoot, pushStage, readCopyFrom } from './builder.ts';
import { type CopyInput, readCopy } from './instructions/copy.ts';
import { readRun } from './instructions/run.ts';
import { readSetting, type SettingsInput } from './instructions/settings.ts';
import type { Remark, Scope } from './scope.ts';
import { settle } from './settle.ts';
import { isRoot, newStage, pushPiece, type Stage, variablesOf } from './stage.ts';
import { CONFIGS, findStage, stagesOf, unfold, type WrittenStage } from './stages.ts';
import { missingVariable } from './instructions/missing-variable.ts';

export interface ReadInput extends CopyInput, SettingsInput {}

export interface ReadOptions extends Omit<CopyInput, 'escape'> {
  readonly buildArgs: Variables;
  /** An OS image by digest, instead of the last stage's. */
  readonly base: string | undefined;
  readonly needsWrappers: boolean;
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

/** What means something to a container, and nothing to an operating system that boots. */
const OF_CONTAINERS = new Set(['CMD', 'ENTRYPOINT', 'EXPOSE', 'VOLUME', 'STOPSIGNAL', 'HEALTHCHECK', 'MAINTAINER', 'ONBUILD']);

/** Reads a Containerfile's last stage, and those that it copies from. */
export function readContainerfile(text: string, options: ReadOptions): ReadFile {
  const remarks: Remark[] = [];
  const report = (remark: Remark): void => {
    remarks.push(remark);
  };
  const { instructions, escape } = parseContainerfile(text);
  const { stages, globals } = stagesOf(instructions, options.buildArgs, escape);
  const scope: Scope = {
    cwd: '/',
    variables: new Map(),
    pieces: [],
    files: new Map(),
    needsWrappers: options.needsWrappers,
    report,
  };
  const last = stages.at(-1);
  if (last === undefined) {
    report({ code: 'no-instructions', severity: 'error', message: 'this has no FROM', hint: 'Is it a Containerfile?', lines: [1, 1] });
    return { base: undefined, fromLines: [1, 1], scope, instructions: instructions.length, remarks };
  }
  const whole = unfold(last, stages);
  const reader = new FileReader(whole, stages, scope, { ...options, escape, globals });
  reader.read();
  settle(scope);
  const from = whole.fromInstruction;
  const fromLines = from?.lines ?? [1, 1];
  const isOnCluster = whole.from === CONFIGS && options.base === undefined;
  const base = isOnCluster ? undefined : pinned({ ...whole, ...(options.base !== undefined && { from: options.base, missing: undefined }) }, fromLines, report, true);
  return { base, fromLines, scope, instructions: instructions.length, remarks };
}

/** An image by digest, as it is written in documents; '' where it is none, which is reported. */
function pinned(
  { from, missing }: { readonly from: string; readonly missing?: string | undefined },
  lines: readonly [number, number],
  report: (remark: Remark) => void,
  isBase: boolean,
): string {
  if (missing !== undefined) {
    report(missingVariable(missing, lines));
    return '';
  }
  try {
    return formatImageRef(parsePinnedImage(from));
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    report({
      code: 'image-not-pinned',
      severity: 'error',
      message: error.message,
      hint: isBase
        ? `Name the OS image by digest: --base <image>@sha256:…. \`oc adm release info <version> --image-for rhel-coreos\` prints it.`
        : `Write it by digest, with its registry.${error.hint === undefined ? '' : ` ${error.hint}`}`,
      lines,
    });
    return '';
  }
}

class FileReader {
  readonly #written: WrittenStage;
  readonly #stages: readonly WrittenStage[];
  readonly #stage: Stage;
  readonly #input: ReadInput;
  readonly #labels = new Map<string, Record<string, string>>();
  readonly #names = new Set<string>();

  constructor(written: WrittenStage, stages: readonly WrittenStage[], scope: Scope, input: ReadInput) {
    this.#written = written;
    this.#stages = stages;
    this.#stage = newStage(scope);
    this.#input = input;
  }

  read(): void {
    for (const [index, instruction] of this.#written.instructions.entries()) {
      this.#stage.instruction = index;
      if (!readSetting(instruction, this.#stage, this.#input)) this.#readOne(instruction);
    }
    const { env, scope } = this.#stage;
    if (env.size === 0) return;
    scope.report({
      code: 'env-left-out',
      severity: 'info',
      message: `ENV ${[...env.keys()].join(', ')}: commands that are left to run have it, and the image does not`,
      hint: 'Nodes do not see the environment of their image. What services need goes into their units.',
      lines: this.#written.instructions.find(({ keyword }) => keyword === 'ENV')!.lines,
    });
  }

  #readOne(instruction: ParsedInstruction): void {
    const stage = this.#stage;
    const { keyword, lines, flags } = instruction;
    if (keyword === 'RUN') {
      if (isRoot(stage)) readRun(instruction, stage);
      else notRoot(instruction, stage);
    } else if (keyword === 'LABEL') this.#readLabels(instruction);
    else if (keyword === 'COPY' || keyword === 'ADD') {
      if (flags.some(({ name }) => name === 'from')) this.#readCopyFrom(instruction);
      else readCopy(instruction, stage, this.#input);
    } else if (OF_CONTAINERS.has(keyword)) {
      pushPiece(stage, { lines, comments: [], as: 'dropped', steps: [], code: undefined, before: [] });
      stage.scope.report({
        code: 'not-of-an-os',
        severity: 'info',
        message: `${keyword} is left out: it means nothing to an operating system that boots`,
        hint: 'What is to run on nodes is a systemd unit.',
        lines,
      });
    } else {
      stage.scope.report({
        code: 'unknown-instruction',
        severity: 'error',
        message: `${keyword} is no instruction of a Containerfile`,
        hint: 'Correct it: the build would fail here, too.',
        lines,
      });
    }
  }

  /** Of a label that is set twice the last one counts. */
  #readLabels({ text, lines, comments }: ParsedInstruction): void {
    const stage = this.#stage;
    const found = expandPairs(text, variablesOf(stage), this.#input.escape);
    if ('missing' in found) {
      stage.scope.report(missingVariable(found.missing, lines));
      return;
    }
    for (const [key] of found.pairs) {
      const before = this.#labels.get(key);
      if (before !== undefined) delete before[key];
    }
    const labels: Record<string, string> = Object.fromEntries(found.pairs);
    for (const key of Object.keys(labels)) this.#labels.set(key, labels);
    pushPiece(stage, { lines, comments, as: 'steps', steps: [{ labels }], code: undefined, before: [] });
  }

  #readCopyFrom(instruction: ParsedInstruction): void {
    const { scope } = this.#stage;
    const reference = instruction.flags.find(({ name }) => name === 'from')!.value;
    const written = findStage(reference, this.#stages);
    const whole = written && unfold(written, this.#stages);
    if (whole?.from === CONFIGS) {
      scope.report({
        code: 'stage-of-configs',
        severity: 'error',
        message: 'a stage of the node image itself is copied from, and a stage step cannot have it',
        hint: 'Name an image by digest in its FROM.',
        lines: instruction.lines,
      });
      return;
    }
    const lines = whole?.fromInstruction?.lines ?? instruction.lines;
    const from = pinned(whole ?? { from: reference }, lines, scope.report, false);
    // The last piece may be of the same stage: then this is more of its step.
    const last = scope.pieces.findLast(({ as }) => as !== 'dropped' && as !== 'absorbed');
    const before = last?.steps[0];
    const name = this.#nameOf(written?.name ?? reference);
    if (before !== undefined && 'stage' in before && this.#isSame(before, name)) {
      const copy = readCopyFrom(instruction, this.#stage, before.stage!, this.#input.escape);
      before.stage!.copy.push(...(copy ?? []));
      return;
    }
    let unique = name;
    for (let n = 2; this.#names.has(unique); n++) unique = `${name}-${n}`;
    this.#names.add(unique);
    const builder = whole === undefined ? { name: unique, from } : builderOf(whole, from, unique, scope, this.#input);
    const copy = readCopyFrom(instruction, this.#stage, builder, this.#input.escape);
    if (copy !== undefined) pushStage(this.#stage, { ...builder, copy }, instruction);
  }

  #isSame(step: StepProps, name: string): boolean {
    return 'stage' in step && (step.stage!.name === name || step.stage!.name.replace(/-\d+$/, '') === name);
  }

  /** A stage's name as the step takes one, and not one of the build's own. */
  #nameOf(name: string): string {
    const plain = name
      .replace(/@.*$/, '')
      .split('/')
      .at(-1)!
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 50);
    return plain === '' || /^\d/.test(plain) || ['configs', 'extract', 'final'].includes(plain) ? `stage-${plain || 'x'}` : plain;
  }
}
