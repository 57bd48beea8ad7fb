import { z } from 'zod';
import { argvCommand, codeCommand } from '../containerfile/code.ts';
import { ValueError, value } from '../values/value.ts';
import { defineStep } from './step.ts';

const code = value((text) => {
  if (text.trim() === '') throw new ValueError('this command is empty');
  if (/<<-?\s*['"\\]?[A-Za-z_]/.test(text)) {
    throw new ValueError(
      'this command has a here-document',
      'Older builders cannot read them: put the text into a files step.',
    );
  }
  if (text.includes('\0')) throw new ValueError('this command has a NUL byte');
  return text;
});

const argument = value((text) => {
  if (text.includes('\0'))
    throw new ValueError('this argument has a NUL byte, which no program can be given');
  return text;
});

export const run = defineStep({
  name: 'run',
  summary: 'Runs commands: the way out for what no other step can say. `layers check` reports its use.',
  schema: z.strictObject({
    reason: z.string().min(1).describe('Why no other step would do.'),
    commands: z
      .array(z.union([code, z.array(argument).min(1)]))
      .min(1)
      .describe(
        'Shell code, or a program and its arguments as a list, which are then passed exactly as written. Each runs if the one before it succeeded.',
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
    const ours = commands.map((item) => (typeof item === 'string' ? codeCommand(item) : argvCommand(item)));
    return { instructions: [{ kind: 'run', commands: ours, cleans: true }] };
  },
});
