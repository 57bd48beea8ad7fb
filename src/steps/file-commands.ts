import { isText } from '../containerfile/context-file.ts';
import type { Command } from '../containerfile/instruction.ts';
import { shellTemplate } from '../containerfile/template.ts';

/** Said in full: a COPY and chown take a user without a group in different ways. */
export function withGroup(owner: string): string {
  return owner.includes(':') ? owner : `${owner}:root`;
}

export function parentOf(path: string): Command[] {
  const parent = path.slice(0, path.lastIndexOf('/'));
  return parent === '' ? [] : directories({ paths: [parent] });
}

const directories = shellTemplate('mkdir -p {{words paths}}', { paths: [''] });
// One that is there already belongs to somebody: it stays as it is.
const ownedDirectories = shellTemplate(
  `{{#each paths}}
    { test -d {{sh path}} || install -d -o {{sh user}} -g {{sh group}} {{sh path}}; }
  {{/each}}`,
  { paths: [{ path: '', user: '', group: '' }] },
);

/** Makes the folders that are not there, each after its parent. */
export function makeFolders(paths: readonly string[], owner: string | undefined): Command[] {
  if (owner === undefined) return directories({ paths });
  return ownedDirectories({ paths: paths.map((path) => ({ path, ...userAndGroup(owner) })) });
}

const textFile = shellTemplate(String.raw`printf '%s\n' {{lines text}} > {{sh path}}`, {
  text: '',
  path: '',
});
const partialLine = shellTemplate('printf %s {{sh text}} > {{sh path}}', { text: '', path: '' });
const binary = shellTemplate('echo {{sh base64}} | base64 -d > {{sh path}}', { base64: '', path: '' });

/** Bytes within a command: text as text, so that it can be reviewed. */
export function writeBytes(path: string, content: Uint8Array): Command[] {
  const text = isText(content) ? Buffer.from(content).toString('utf8') : undefined;
  if (text === undefined) return binary({ base64: Buffer.from(content).toString('base64'), path });
  return text.endsWith('\n') ? textFile({ text, path }) : partialLine({ text, path });
}

// The owner first: a change of it takes the set-user-ID bit away.
export const attributes = shellTemplate(
  `
    {{#if owner}}chown {{sh owner}} {{words paths}}{{/if}}
    chmod {{sh mode}} {{words paths}}`,
  { paths: [''], mode: '', owner: '' },
);

// Into a link of the base, a redirection or cp would write what the link leads to; install replaces it.
const install = shellTemplate(
  'install -T -m {{sh mode}} {{#if user}}-o {{sh user}} -g {{sh group}} {{/if}}{{sh from}} {{sh path}}',
  { from: '', path: '', mode: '', user: '', group: '' },
);

/** Puts a file of the build where it belongs. */
export function installFile(from: string, path: string, mode: string, owner: string | undefined): Command[] {
  return install({ from, path, mode, ...userAndGroup(owner) });
}

const fetch = shellTemplate(
  `
    curl -fsSL --retry 3 -o {{sh file}} {{sh url}}
    echo {{sh line}} | sha256sum -c -`,
  { file: '', url: '', line: '' },
);
const remove = shellTemplate('rm {{sh file}}', { file: '' });

export interface Download {
  readonly url: string;
  readonly sha256: string;
  /** Where it is until its sum was checked. */
  readonly file: string;
  readonly path: string;
  readonly mode: string;
  readonly owner: string | undefined;
}

/** Downloads a file, and puts it where it belongs only once its sum was checked. */
export function downloadFile({ url, sha256, file, path, mode, owner }: Download): Command[] {
  return [
    ...fetch({ file, url, line: `${sha256}  ${file}` }),
    ...parentOf(path),
    ...installFile(file, path, mode, owner),
    ...remove({ file }),
  ];
}

function userAndGroup(owner: string | undefined): { user: string; group: string } {
  const [user = '', group = ''] = owner === undefined ? [] : withGroup(owner).split(':');
  return { user, group };
}
