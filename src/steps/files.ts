import { z } from 'zod';
import { absolutePath, fileMode, fileOwner, sourcePath } from '../values/paths.ts';
import { putFiles } from './put-files.ts';
import { defineStep } from './step.ts';

const file = z
  .strictObject({
    path: absolutePath.describe(
      'Where it is in the image: below /usr or /etc. What is in /var, /opt, /usr/local or a home would not reach the nodes.',
    ),
    content: z.string().optional().describe('Its text, byte for byte as UTF-8.'),
    source: sourcePath.optional().describe('Instead of `content`: a file below `layers/`, `files/<name>`.'),
    mode: fileMode.optional().describe('Permissions in octal, in quotes. Default: "0644".'),
    owner: fileOwner
      .optional()
      .describe('`user` or `user:group`; the group is root where none is given. Default: root:root.'),
  })
  .superRefine(({ content, source }, context) => {
    if ((content === undefined) === (source === undefined)) {
      context.addIssue({
        code: 'custom',
        message: 'a file has either a content or a source',
        params: { hint: 'Write its text as content, or the path of a file below layers/files/ as source.' },
      });
    }
  });

export const files = defineStep({
  name: 'files',
  summary: 'Puts files into the image.',
  schema: z.array(file).min(1),
  examples: [
    {
      title: 'Text in the layer, and a file beside it',
      props: [
        { path: '/etc/rsyslog.d/remote.conf', content: '*.* @@logs.example.com:514\n' },
        { path: '/etc/motd', content: 'Managed by git.\nChanges here do not last.\n', mode: '0644' },
      ],
    },
  ],
  render: (props, context) =>
    putFiles(
      props.map((file, index) => ({ ...file, at: [index] })),
      context,
    ),
});
