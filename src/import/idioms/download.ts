import { rpm as rpmSchema } from '../../values/rpm.ts';
import { basenameOf, httpUrl } from '../../values/url.ts';
import {
  addFile,
  type Idiom,
  type Recognized,
  resolvePath,
  type Scope,
  untouched,
  wordsOf,
} from '../scope.ts';
import { readOptions } from './options.ts';

interface Download {
  readonly url: string;
  readonly path: string;
}

/** Why a download is left to run. */
export const NO_SUM = 'a download has no sum to check it by: --fetch takes it from what is there now';

const CURL = {
  ...Object.fromEntries(
    ['-f', '--fail', '-s', '--silent', '-S', '--show-error', '-L', '--location', '-#', '--progress-bar'].map(
      (name) => [name, 'flag' as const],
    ),
  ),
  '--compressed': 'flag',
  '-O': 'flag',
  '--remote-name': 'flag',
  '--remote-name-all': 'flag',
  '-o': 'value',
  '--output': 'value',
  '--retry': 'value',
  '--retry-delay': 'value',
  '--connect-timeout': 'value',
  '-m': 'value',
  '--max-time': 'value',
} as const;

const WGET = {
  '-q': 'flag',
  '--quiet': 'flag',
  '-nv': 'flag',
  '--no-verbose': 'flag',
  '-O': 'value',
  '--output-document': 'value',
  '-P': 'value',
  '--directory-prefix': 'value',
  '-t': 'value',
  '--tries': 'value',
} as const;

/** RPMs that a later command installs, and files that a sum is known of. RPMs are named by the names that their URLs end in. */
export const download: Idiom = {
  name: 'download',
  examples: [
    {
      code: 'curl -fsSL -o /tmp/agent-7.1-1.x86_64.rpm https://example.com/files/agent-7.1-1.x86_64.rpm && dnf install -y /tmp/agent-7.1-1.x86_64.rpm && rm -f /tmp/agent-7.1-1.x86_64.rpm',
      becomes: 'rpms',
    },
  ],
  recognize(found, scope) {
    const [program, ...rest] = wordsOf(found) ?? [];
    const downloads =
      program === 'curl' ? byCurl(rest, scope) : program === 'wget' ? byWget(rest, scope) : undefined;
    if (downloads === undefined || downloads.length === 0) return undefined;
    const areRpms = downloads.every(({ url }) => rpmSchema.safeParse({ url }).success);
    if (!areRpms) return downloads.length === 1 ? fileOf(downloads[0]!, scope) : undefined;
    return {
      waits: true,
      placed(piece) {
        piece.why = 'no command installs what is downloaded';
        for (const { url, path } of downloads) addFile(scope, path, piece, { rpm: { url } });
      },
    };
  },
};

/** A file by its URL: a step says it if there is a sum to check it by. */
function fileOf({ url, path }: Download, scope: Scope): Recognized | undefined {
  if (!httpUrl.safeParse(url).success) return undefined;
  return {
    waits: true,
    placed(piece) {
      piece.why = NO_SUM;
      addFile(scope, path, piece, { entry: { path, url } });
    },
  };
}

function byCurl(words: readonly string[], scope: Scope): Download[] | undefined {
  const read = readOptions(words, CURL);
  const urls = read?.operands ?? [];
  if (read === undefined || urls.length === 0) return undefined;
  const outputs = [...(read.options.get('-o') ?? []), ...(read.options.get('--output') ?? [])];
  if (outputs.length > 0) {
    return outputs.length === 1 && urls.length === 1 && !outputs[0]!.endsWith('/')
      ? [{ url: urls[0]!, path: resolvePath(outputs[0]!, scope) }]
      : undefined;
  }
  const names = (read.options.get('-O')?.length ?? 0) + (read.options.get('--remote-name')?.length ?? 0);
  // Without one for each, the others go to the output.
  if (names < urls.length && !read.options.has('--remote-name-all')) return undefined;
  return urls.map((url) => ({ url, path: resolvePath(basenameOf(url), scope) }));
}

function byWget(words: readonly string[], scope: Scope): Download[] | undefined {
  const read = readOptions(words, WGET);
  const urls = read?.operands ?? [];
  if (read === undefined || urls.length === 0) return undefined;
  const output = (read.options.get('-O') ?? read.options.get('--output-document'))?.[0];
  const folder = (read.options.get('-P') ?? read.options.get('--directory-prefix'))?.[0] ?? '.';
  if (output !== undefined) {
    return urls.length === 1 && output !== '-'
      ? [{ url: urls[0]!, path: resolvePath(output, scope) }]
      : undefined;
  }
  return urls.map((url) => ({ url, path: resolvePath(`${folder}/${basenameOf(url)}`, scope) }));
}

/** The sums of downloads, checked as `sha256sum -c` does. */
export const checksum: Idiom = {
  name: 'sha256sum',
  examples: [
    {
      code: "curl -O https://example.com/files/agent-7.1-1.x86_64.rpm && echo '3c8fc667b2a1f0e9d8c7b6a5948372615049382716f5e4d3c2b1a09f8e7d6c5b  agent-7.1-1.x86_64.rpm' | sha256sum -c - && dnf install -y ./agent-7.1-1.x86_64.rpm && rm agent-7.1-1.x86_64.rpm",
      becomes: 'rpms',
    },
    {
      code: "curl -fsSL -o /usr/bin/yq https://example.com/files/yq && echo '3c8fc667b2a1f0e9d8c7b6a5948372615049382716f5e4d3c2b1a09f8e7d6c5b  /usr/bin/yq' | sha256sum -c - && chmod +x /usr/bin/yq",
      becomes: 'files',
    },
  ],
  recognize({ commands }, scope) {
    const [echo, check, ...others] = commands;
    if (echo === undefined || check === undefined || others.length > 0) return undefined;
    const texts = [echo, check].map(({ args }) => args.map(({ text }) => text));
    if (!/^sha256sum (?:-c|--check)(?: --(?:quiet|status|strict))*(?: -)?$/.test(texts[1]!.join(' ')))
      return undefined;
    if (texts[0]![0] !== 'echo' || texts[0]!.length !== 2) return undefined;
    const [, sum, name] = /^([0-9a-f]{64}) [ *](\S+)$/.exec(texts[0]![1]!) ?? [];
    const file = name === undefined ? undefined : untouched(scope, resolvePath(name, scope));
    if (file?.entry?.url !== undefined) {
      file.entry.sha256 = sum!;
      return { into: file.piece };
    }
    if (file?.rpm?.url === undefined || file.takenBy !== undefined) return undefined;
    file.rpm = { url: file.rpm.url, sha256: sum! };
    return { into: file.piece };
  },
};
