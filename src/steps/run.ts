import * as z from 'zod';
import { argvCommand, codeCommand, isShellsOwn } from '../containerfile/code.ts';
import { ValueError, value } from '../values/value.ts';
import { defineStep } from './step.ts';
import { expandArgument, expandCommand } from './variables.ts';

const code = value(parseCode, { pattern: /\S/ });

function parseCode(text: string): string {
  if (text.trim() === '') throw new ValueError('this command is empty');
  if (looksLikeHereDocument(text)) {
    throw new ValueError(
      'this command has a here-document',
      'Older builders cannot read them: put the text into a files step.',
    );
  }
  if (text.includes('\0')) throw new ValueError('this command has a NUL byte');
  return text;
}

/** Also where it is quoted, and no here-document to a shell. Not the here-string `<<<`, nor a shift in `$((1<<n))`. */
export function looksLikeHereDocument(text: string): boolean {
  return /(?<!<)<<-?\s*['"\\]?[A-Za-z_]/.test(text.replaceAll(/\(\(.*?\)\)/g, ''));
}

const argv = z
  .array(
    value((text) => {
      if (text.includes('\0')) {
        throw new ValueError('this argument has a NUL byte, which no program can be given');
      }
      return text;
    }),
  )
  .min(1)
  .superRefine(([program = ''], context) => {
    if (!isShellsOwn(program)) return;
    context.addIssue({
      code: 'custom',
      path: [0],
      message: `${program} is not a program: it would change the shell that runs it`,
      params: { hint: 'Write shell code as one text, such as "cd /opt && make".' },
    });
  });

export const run = defineStep({
  name: 'run',
  summary: 'Runs commands: the way out for what no other step can say. `layers check` reports its use.',
  schema: z.strictObject({
    reason: z.string().min(1).describe('Why no other step would do.'),
    commands: z
      .array(z.union([code, argv]))
      .min(1)
      .describe(
        'Shell code, or a program and its arguments as a list, which are then passed exactly as written, but for `${release.kernel}` and the like, which are replaced in both. Each runs if the one before it succeeded, and as if in a shell of its own: write "cd /opt && make" as one.',
      ),
  }),
  examples: [
    {
      title: 'A default that only a program sets',
      props: {
        reason: 'the vendor has no package for it',
        commands: ['update-crypto-policies --set FUTURE', ['ln', '-s', '/usr/lib/agent', '/usr/bin/agent']],
      },
    },
  ],
  comment: ({ reason }) => reason,
  render({ reason, commands }, context) {
    context.report({
      code: 'run-step',
      severity: 'info',
      message: `code of the layer's own runs in the build: ${reason}`,
      hint: 'Nothing checks what it does. Prefer another step where one can say it.',
    });
    const ours = commands.map((item, index) =>
      typeof item === 'string'
        ? codeCommand(expandCommand(item, context, ['commands', index]))
        : argvCommand(item.map((text, at) => expandArgument(text, context, ['commands', index, at]))),
    );
    return { instructions: [{ kind: 'run', commands: ours, cleans: true }] };
  },
});
