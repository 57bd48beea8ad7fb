import type { Command, Copy, Instruction, Run } from './instruction.ts';
import { word, words } from './quote.ts';

/** Characters that no line of a Containerfile can carry: they need the JSON form of RUN. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const NEEDS_JSON = /[\u0000-\u0008\u000a-\u001f\u007f]/;

/** A stage's text: its FROM, then its instructions, each under its comment where comments are wanted. */
export function printStage(
  from: string,
  instructions: readonly { comment?: string; instruction: Instruction }[],
): string {
  const blocks = instructions.map(({ comment, instruction }) =>
    [...(comment === undefined ? [] : [printComment(comment)]), printInstruction(instruction)].join('\n'),
  );
  const separator = instructions.some(({ comment }) => comment !== undefined) ? '\n\n' : '\n';
  return `${[from, ...blocks].join(separator)}\n`;
}

/** A comment on one line. It never opens the file, where `# escape=` would be a directive: FROM does. */
function printComment(comment: string): string {
  return `# ${comment.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()}`;
}

export function printInstruction(instruction: Instruction): string {
  switch (instruction.kind) {
    case 'run':
      return printRun(instruction);
    case 'copy':
      return printCopy(instruction);
    case 'copyFrom':
      return `COPY --from=${instruction.stage} ${words([instruction.source, instruction.target])}`;
    case 'label':
      return `LABEL ${instruction.key}=${word(instruction.value)}`;
  }
}

function printCopy({ source, target, mode, owner }: Copy): string {
  return `COPY --chmod=${mode} --chown=${owner} ${words([source, target])}`;
}

function printRun({ commands, mounts = [] }: Run): string {
  const flags = mounts.map(({ source, target }) => `--mount=type=bind,source=${source},target=${target},z`);
  const start = ['RUN', ...flags].join(' \\\n    ');
  const gap = flags.length > 0 ? ' \\\n    ' : ' ';
  if (commands.some((command) => command.some((piece) => NEEDS_JSON.test(piece)))) {
    return `${start}${gap}${JSON.stringify(['/bin/sh', '-c', shellText(commands)])}`;
  }
  return `${start}${gap}${commands.map(printCommand).join(' && \\\n    ')}`;
}

function printCommand(command: Command): string {
  return command.join(' \\\n        ');
}

/** What the shell is given: the commands on one line. */
export function shellText(commands: readonly Command[]): string {
  return commands.map((command) => command.join(' ')).join(' && ');
}
