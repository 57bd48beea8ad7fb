import { contextName, isText, sha256Of } from '../containerfile/context-file.ts';
import type { Command, Instruction } from '../containerfile/instruction.ts';
import { shellTemplate } from '../containerfile/template.ts';
import type { AbsolutePath } from '../values/paths.ts';
import type { Claim, StepContext, StepOutput } from './step.ts';

/** A file for the image: its text, or the file below `layers/` that has its bytes. */
export interface PutFile {
  readonly path: AbsolutePath;
  readonly content?: string | undefined;
  readonly source?: string | undefined;
  readonly mode?: string | undefined;
  readonly owner?: string | undefined;
  /** Where it is written, within the step's props. */
  readonly at: readonly (string | number)[];
  /** The key there that its path is made of. Default: path. */
  readonly named?: string;
}

/** Of RHEL CoreOS: these are in /var, or lead into it, and so belong to the node; or they are gone with the next boot. */
const NOT_SHIPPED = {
  "is the node's own": ['/var'],
  "leads into /var, which is the node's own": ['/opt', '/usr/local', '/home', '/root', '/srv', '/mnt'],
  'is empty at every boot': ['/run', '/tmp', '/media', '/dev', '/proc', '/sys'],
};

/** Puts files into the image: from the build's context where there is one, else within the commands. */
export function putFiles(
  files: readonly PutFile[],
  context: StepContext,
): Required<Pick<StepOutput, 'instructions' | 'files' | 'claims'>> {
  const claims = files.map(
    ({ path, at, named = 'path' }): Claim => ({ verb: 'writes', name: path, at: [...at, named] }),
  );
  for (const { name, at } of claims) reportNotShipped(name, at, context);
  const contents = files.map((file) => ({ file, ...bytesOf(file, context) }));
  if (!context.hasContext) {
    const commands = contents.flatMap(({ file, read }) =>
      read === undefined ? [] : writeCommands(file, read()),
    );
    return {
      instructions: commands.length === 0 ? [] : [{ kind: 'run', commands, cleans: false }],
      files: [],
      claims,
    };
  }
  const found = contents.flatMap(({ file, contextFile }) =>
    contextFile === undefined ? [] : { file, contextFile },
  );
  return {
    instructions: found.map(({ file, contextFile }) => fromContext(file, contextFile.name)),
    files: found.map(({ contextFile }) => contextFile),
    claims,
  };
}

function reportNotShipped(path: string, at: Claim['at'], context: StepContext): void {
  for (const [why, folders] of Object.entries(NOT_SHIPPED)) {
    const folder = folders.find((name) => path === name || path.startsWith(`${name}/`));
    if (folder === undefined) continue;
    context.report({
      code: 'path-not-shipped',
      message: `${path} would not reach the nodes: ${folder} ${why}`,
      hint: 'Put it below /usr or /etc. What has to be there, systemd-tmpfiles can make at boot, by a file in /usr/lib/tmpfiles.d.',
      path: at,
    });
  }
}

function bytesOf(file: PutFile, context: StepContext) {
  if (file.content !== undefined) {
    const content = new TextEncoder().encode(file.content);
    const sha256 = sha256Of(content);
    return { contextFile: { name: contextName(file.path, sha256), sha256, content }, read: () => content };
  }
  const source = context.source(file.source!, [...file.at, 'source']);
  if (source === undefined) return {};
  return {
    contextFile: { name: source.name, sha256: source.sha256, source: source.source },
    read: source.read,
  };
}

/** A name that buildah 1.28 gives a file on its way: others make its COPY fail, for want of room in an old tar header. */
const COPIED_NAME = /^[ -~]{1,100}$/;

function fromContext({ path, mode = '0644', owner = 'root' }: PutFile, source: string): Instruction {
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
function writeCommands({ path, mode = '0644', owner = '' }: PutFile, content: Uint8Array): Command[] {
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
