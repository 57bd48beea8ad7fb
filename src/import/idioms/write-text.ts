import type { FileEntry, KnownFile } from '../piece.ts';
import {
  addFile,
  type Found,
  type Idiom,
  type Recognized,
  resolvePath,
  type Scope,
  untouched,
} from '../scope.ts';
import type { ShellCommand } from '../shell/script.ts';
import { printed } from './printed.ts';

/** Folders of small files, each somebody's own: what is appended to one there begins it. */
const DROP_INS = /\/[^/]+\.d\/[^/]+$/;

/** Text that a command writes into a file. */
export const writeText: Idiom = {
  name: 'write-text',
  examples: [
    { code: "echo 'd /var/opt 0755 root root -' >> /usr/lib/tmpfiles.d/agent.conf", becomes: 'files' },
    { code: "printf '%s\\n' 'a = 1' 'b = 2' > /etc/agent.conf", becomes: 'files' },
    { code: "cat <<'EOF' > /etc/agent.conf\na = 1\nEOF", becomes: 'files' },
    { code: "echo 'vm.swappiness = 1' | tee /etc/sysctl.d/90-agent.conf", becomes: 'files' },
  ],
  recognize(found, scope) {
    const written = readWrite(found);
    if (written === undefined) return undefined;
    const { text, to, appends } = written;
    const path = resolvePath(to, scope);
    if (path.startsWith('/dev/') || to.endsWith('/')) return undefined;
    const known = scope.files.get(path);
    if (known === undefined) return begin(path, text, appends, found, scope);
    return goOn(known, text, appends, scope);
  },
};

function begin(
  path: string,
  text: string,
  appends: boolean,
  { lines }: Found,
  scope: Scope,
): Recognized | undefined {
  if (appends && !DROP_INS.test(path)) return undefined;
  if (appends) {
    scope.report({
      code: 'append-taken-for-new',
      severity: 'info',
      message: `${path} is taken for a new file, though this appends to it`,
      hint: 'Where the base has a file of this name, the step would replace it.',
      lines,
    });
  }
  const entry: FileEntry = { path, content: text };
  return {
    steps: [{ files: [entry] }],
    placed: (piece) => addFile(scope, path, piece, { entry }),
  };
}

/** More of a file, or the file anew, as long as nothing that is left to run has to do with it. */
function goOn(known: KnownFile, text: string, appends: boolean, scope: Scope): Recognized | undefined {
  const file = untouched(scope, known.path);
  if (file?.entry?.content === undefined || file.takenBy !== undefined || file.piece.as !== 'steps')
    return undefined;
  file.entry.content = appends ? file.entry.content + text : text;
  return { into: file.piece };
}

interface Written {
  readonly text: string;
  readonly to: string;
  readonly appends: boolean;
}

function readWrite({ commands }: Found): Written | undefined {
  if (commands.some(({ assignments, args }) => assignments.length > 0 || args.some(({ isGlob }) => isGlob)))
    return undefined;
  const [first, second, ...others] = commands;
  if (first === undefined || others.length > 0) return undefined;
  if (second === undefined) return readTee(first, first.input) ?? readRedirect(first);
  const text = first.redirects.length === 0 ? textOf(first) : undefined;
  return text === undefined || second.input !== undefined ? undefined : readTee(second, text);
}

function readRedirect(command: ShellCommand): Written | undefined {
  const [redirect, ...others] = command.redirects;
  if (redirect === undefined || others.length > 0 || !/^1(?:>|>>|>\|)$/.test(redirect.operator))
    return undefined;
  const text = textOf(command);
  return text === undefined ? undefined : { text, to: redirect.to, appends: redirect.operator === '1>>' };
}

function readTee({ args, redirects }: ShellCommand, text: string | undefined): Written | undefined {
  const [program, ...rest] = args.map((arg) => arg.text);
  if (program !== 'tee' || text === undefined || redirects.some(({ to }) => to !== '/dev/null'))
    return undefined;
  const appends = rest[0] === '-a' || rest[0] === '--append';
  const [to, ...more] = appends ? rest.slice(1) : rest;
  return to === undefined || to.startsWith('-') || more.length > 0 ? undefined : { text, to, appends };
}

function textOf({ args, input }: ShellCommand): string | undefined {
  const [program, ...words] = args.map(({ text }) => text);
  if (program === 'cat') return words.length === 0 || words.join() === '-' ? input : undefined;
  return input === undefined ? printed(program, words) : undefined;
}
