import { Refusal } from './refusal.ts';

/** What each instruction cannot be without; these are all that there are. */
const INSTRUCTIONS: Readonly<Record<string, string | undefined>> = {
  add: 'source and destination paths',
  arg: 'a variable name',
  cmd: 'a command or arguments',
  copy: 'source and destination paths',
  entrypoint: 'a command or arguments',
  env: 'key=value pairs',
  expose: 'a port',
  from: 'a base image',
  healthcheck: undefined,
  label: 'key=value pairs',
  maintainer: undefined,
  onbuild: 'an instruction to execute',
  run: 'a command',
  shell: 'a shell command array',
  stopsignal: 'a signal',
  user: 'a username or UID',
  volume: 'a mount point',
  workdir: 'a directory path',
};

interface Line {
  readonly keyword: string;
  /** What follows, without flags. */
  readonly rest: string;
}

/** From 5.0 on the operator reads what it is about to have built, and starts nothing that is no Containerfile. */
export function validateContainerfile(text: string): void {
  const lines = linesOf(text);
  for (const { keyword, rest } of lines) {
    if ((keyword === 'env' || keyword === 'label') && rest !== '' && !/[=\s]/.test(rest)) {
      throw new Refusal(
        `Containerfile validation failed: failed to parse Containerfile: ${keyword.toUpperCase()} must have two arguments`,
      );
    }
  }
  for (const { keyword, rest } of lines) {
    if (!Object.hasOwn(INSTRUCTIONS, keyword)) {
      throw new Refusal(`Containerfile validation failed: unknown Dockerfile instruction: ${keyword}`);
    }
    const needed = INSTRUCTIONS[keyword];
    // What ONBUILD has is parsed to nothing that the operator sees.
    if (needed !== undefined && (rest === '' || keyword === 'onbuild')) {
      throw new Refusal(
        `Containerfile validation failed: ${keyword.toUpperCase()} instruction requires ${needed}`,
      );
    }
  }
}

/** The instructions, each on a line; comments, empty lines and here-documents are left out. */
function linesOf(text: string): Line[] {
  const found: Line[] = [];
  const heredocs: { name: string; isIndented: boolean }[] = [];
  let joined = '';
  for (const raw of text.split('\n')) {
    const line = raw.replace(/\r$/, '');
    const heredoc = heredocs[0];
    if (heredoc !== undefined) {
      if ((heredoc.isIndented ? line.replace(/^\t+/, '') : line) === heredoc.name) heredocs.shift();
      continue;
    }
    if (/^\s*(?:#.*)?$/.test(line)) continue;
    const continued = /^(.*)\\[ \t]*$/.exec(line);
    joined += continued === null ? line : continued[1]!;
    if (continued !== null) continue;
    found.push(lineOf(joined));
    if (/^\s*(?:run|copy|add)\s/i.test(joined)) heredocs.push(...heredocsOf(joined));
    joined = '';
  }
  return joined.trim() === '' ? found : [...found, lineOf(joined)];
}

function lineOf(joined: string): Line {
  const [, keyword, rest] = /^\s*(\S+)\s*([\s\S]*?)\s*$/.exec(joined)!;
  return { keyword: keyword!.toLowerCase(), rest: rest!.replace(/^(?:--[a-z]\S*\s*)+/, '') };
}

function heredocsOf(line: string): { name: string; isIndented: boolean }[] {
  return [...line.matchAll(/<<(-?)\s*(["']?)([A-Za-z_][\w.]*)\2/g)].map(([, dash, , name]) => ({
    name: name!,
    isIndented: dash === '-',
  }));
}
