import { z } from 'zod';
import { contextName, isText, sha256Of } from '../containerfile/context-file.ts';
import type { Command, Instruction } from '../containerfile/instruction.ts';
import { shellTemplate } from '../containerfile/template.ts';
import { absolutePath, fileMode, fileOwner, sourcePath } from '../values/paths.ts';
import { defineStep, type StepContext } from './step.ts';

const file = z
  .strictObject({
    path: absolutePath.describe('Where it is in the image.'),
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

type File = z.output<typeof file>;

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
  render(props, context) {
    const contents = props.map((file, index) => ({ file, ...bytesOf(file, index, context) }));
    if (!context.hasContext) {
      const commands = contents.flatMap(({ file, read }) =>
        read === undefined ? [] : writeCommands(file, read()),
      );
      return { instructions: [{ kind: 'run', commands, cleans: false }] };
    }
    return {
      instructions: contents.flatMap(({ file, contextFile }) =>
        contextFile === undefined ? [] : fromContext(file, contextFile.name),
      ),
      files: contents.flatMap(({ contextFile }) => contextFile ?? []),
    };
  },
});

function bytesOf(file: File, index: number, context: StepContext) {
  if (file.content !== undefined) {
    const content = new TextEncoder().encode(file.content);
    const sha256 = sha256Of(content);
    return { contextFile: { name: contextName(file.path, sha256), sha256, content }, read: () => content };
  }
  const source = context.source(file.source!, [index, 'source']);
  if (source === undefined) return {};
  return {
    contextFile: { name: source.name, sha256: source.sha256, source: source.source },
    read: source.read,
  };
}

/** A name that buildah 1.28 gives a file on its way: others make its COPY fail, for want of room in an old tar header. */
const COPIED_NAME = /^[ -~]{1,100}$/;

function fromContext({ path, mode = '0644', owner = 'root' }: File, source: string): Instruction {
  if (COPIED_NAME.test(path.slice(path.lastIndexOf('/') + 1))) {
    return { kind: 'copy', source, target: path, mode, owner: withGroup(owner) };
  }
  const mounted = `/tmp/${source}`;
  const commands = [
    ...parentOf(path),
    ...copy({ mounted, path }),
    ...attributes({ path, mode, owner: withGroup(owner) }),
  ];
  return { kind: 'run', commands, mounts: [{ source, target: mounted }], cleans: false };
}

/** Said in full: a COPY and chown take a user without a group in different ways. */
function withGroup(owner: string): string {
  return owner.includes(':') ? owner : `${owner}:root`;
}

function parentOf(path: string): Command[] {
  const parent = path.slice(0, path.lastIndexOf('/'));
  return parent === '' ? [] : directory({ directory: parent });
}

const copy = shellTemplate('cp {{sh mounted}} {{sh path}}', { mounted: '', path: '' });
const directory = shellTemplate('mkdir -p {{sh directory}}', { directory: '' });
const textFile = shellTemplate(String.raw`printf '%s\n' {{lines text}} > {{sh path}}`, {
  text: '',
  path: '',
});
const partialLine = shellTemplate('printf %s {{sh text}} > {{sh path}}', { text: '', path: '' });
const binary = shellTemplate('echo {{sh base64}} | base64 -d > {{sh path}}', { base64: '', path: '' });
// The owner first: a change of it takes the set-user-ID bit away.
const attributes = shellTemplate(
  `
    {{#if owner}}chown {{sh owner}} {{sh path}}{{/if}}
    chmod {{sh mode}} {{sh path}}`,
  { path: '', mode: '', owner: '' },
);

/** Without a context the bytes are in the commands: text as text, so that it can be reviewed. */
function writeCommands({ path, mode = '0644', owner = '' }: File, content: Uint8Array): Command[] {
  const text = isText(content) ? Buffer.from(content).toString('utf8') : undefined;
  return [
    ...parentOf(path),
    ...(text === undefined
      ? binary({ base64: Buffer.from(content).toString('base64'), path })
      : text.endsWith('\n')
        ? textFile({ text, path })
        : partialLine({ text, path })),
    ...attributes({ path, mode, owner: owner && withGroup(owner) }),
  ];
}
