import { basenameOf } from '../../values/url.ts';
import { resolvePath, type Scope } from '../scope.ts';
import { expandBraces } from '../shell/braces.ts';
import { readOptions } from './options.ts';

/** What one command of curl or wget puts where. */
export interface Downloads {
  readonly files: readonly Download[];
  /** Whether it has fewer names for files than URLs: then curl saves the first ones, and writes the others to its output. */
  readonly lacksNames?: boolean;
}

export interface Download {
  readonly url: string;
  readonly path: string;
}

const flags = (...names: string[]): Record<string, 'flag'> =>
  Object.fromEntries(names.map((name) => [name, 'flag']));
const values = (...names: string[]): Record<string, 'value'> =>
  Object.fromEntries(names.map((name) => [name, 'value']));

const CURL = {
  ...flags('-f', '--fail', '-s', '--silent', '-S', '--show-error', '-L', '--location', '-#'),
  ...flags('--progress-bar', '--compressed', '--create-dirs', '--retry-all-errors', '--retry-connrefused'),
  ...flags('-O', '--remote-name', '--remote-name-all'),
  ...values('-o', '--output', '--output-dir'),
  ...values('--retry', '--retry-delay', '--retry-max-time', '--connect-timeout', '-m', '--max-time'),
};

const WGET = {
  ...flags('-q', '--quiet', '-nv', '--no-verbose', '--show-progress'),
  ...values('-O', '--output-document', '-P', '--directory-prefix', '-t', '--tries', '--progress'),
};

/** What curl saves: undefined where it does something else as well. `output`: the file that its output goes to. */
export function byCurl(
  words: readonly string[],
  output: string | undefined,
  scope: Scope,
): Downloads | undefined {
  const read = readOptions(words, CURL);
  const sources = (read?.operands ?? []).map(expandUrl);
  if (read === undefined || sources.length === 0) return undefined;
  if (!sources.every((urls) => urls !== undefined)) return undefined;
  const { options } = read;
  const folder = options.get('--output-dir')?.at(-1);
  const within = (name: string) => resolvePath(folder === undefined ? name : `${folder}/${name}`, scope);
  const named = options.get('-o') ?? options.get('--output') ?? [];
  const remote = ['-O', '--remote-name'].flatMap((name) => options.get(name) ?? []).length;
  const takesAllNames = options.has('--remote-name-all');
  if (named.length > 0 || output !== undefined) {
    const isMixed = remote > 0 || takesAllNames || (options.has('-o') && options.has('--output'));
    const paths = output === undefined ? named.map(within) : [resolvePath(output, scope)];
    // Each name is for the URL at its place; without one it goes to the output.
    const isPaired =
      paths.length === sources.length && sources.every(({ length }) => length === 1) && !isMixed;
    const isFile = named.every((name) => !/\/$|^-$|#\d/.test(name));
    if (!isPaired || !isFile || (output !== undefined && named.length > 0)) return undefined;
    return { files: paths.map((path, at) => ({ url: sources[at]![0]!, path })) };
  }
  if (remote === 0 && !takesAllNames) return undefined;
  return {
    files: sources.flat().map((url) => ({ url, path: within(basenameOf(url)) })),
    lacksNames: remote < sources.length && !takesAllNames,
  };
}

/** Within quotes curl itself reads braces. Its ranges nobody writes for packages. */
function expandUrl(url: string): readonly string[] | undefined {
  if (!/[{}]/.test(url)) return [url];
  return /\[|\.\.|\{[^}]*\{|\{[^,}]*\}/.test(url) ? undefined : expandBraces(url);
}

/** What wget saves. */
export function byWget(
  words: readonly string[],
  output: string | undefined,
  scope: Scope,
): Downloads | undefined {
  const read = readOptions(words, WGET);
  const urls = read?.operands ?? [];
  if (read === undefined || urls.length === 0) return undefined;
  const named = (read.options.get('-O') ?? read.options.get('--output-document'))?.[0];
  const folder = (read.options.get('-P') ?? read.options.get('--directory-prefix'))?.[0] ?? '.';
  if (named === undefined && output === undefined) {
    const files = urls.map((url) => ({ url, path: resolvePath(`${folder}/${basenameOf(url)}`, scope) }));
    // Where there is a file of the name, it saves another one.
    const isNew = files.every(({ path }) => scope.files.get(path)?.isRemoved ?? true);
    return isNew && new Set(files.map(({ path }) => path)).size === files.length ? { files } : undefined;
  }
  // Only what is named `-` goes to the output.
  const to = named === '-' ? output : output === undefined ? named : undefined;
  return urls.length === 1 && to !== undefined
    ? { files: [{ url: urls[0]!, path: resolvePath(to, scope) }] }
    : undefined;
}
