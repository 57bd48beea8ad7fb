import { rpm as rpmSchema } from '../../values/rpm.ts';
import { httpUrl } from '../../values/url.ts';
import type { Piece } from '../piece.ts';
import {
  addFile,
  type Found,
  type Idiom,
  type Recognized,
  resolvePath,
  type Scope,
  untouched,
} from '../scope.ts';
import { byCurl, byWget, type Download, type Downloads } from './download-arguments.ts';

/** Why a download is left to run. */
export const NO_SUM = 'a download has no sum to check it by: --fetch takes it from what is there now';

/** RPMs that a later command installs, and files that a sum is known of. RPMs are named by the names that their URLs end in. */
export const download: Idiom = {
  name: 'download',
  examples: [
    {
      code: 'curl -fsSL -o /tmp/agent-7.1-1.x86_64.rpm https://example.com/files/agent-7.1-1.x86_64.rpm && dnf install -y /tmp/agent-7.1-1.x86_64.rpm && rm -f /tmp/agent-7.1-1.x86_64.rpm',
      becomes: 'rpms',
    },
    {
      code: 'wget -q -P /tmp/rpms https://example.com/files/{agent-7.1,tool-2.0}-1.x86_64.rpm && rpm -Uvh /tmp/rpms/*.rpm && rm -rf /tmp/rpms',
      becomes: 'rpms',
    },
  ],
  recognize(found, scope) {
    const downloads = readDownloads(found, scope);
    if (downloads === undefined) return undefined;
    const { files, lacksNames } = downloads;
    const areRpms = files.every(({ url }) => rpmSchema.safeParse({ url }).success);
    if (!areRpms) return files.length === 1 ? fileOf(files[0]!, scope) : undefined;
    return {
      waits: true,
      placed(piece) {
        piece.why = 'no command installs what is downloaded';
        if (lacksNames) placeUnsaved(files, piece, found, scope);
        else for (const { url, path } of files) addFile(scope, path, piece, { rpm: { url } });
      },
    };
  },
};

function readDownloads({ commands }: Found, scope: Scope): Downloads | undefined {
  const [command, ...others] = commands;
  if (command === undefined || others.length > 0 || command.input !== undefined) return undefined;
  if (command.assignments.length > 0 || command.args.some(({ isGlob }) => isGlob)) return undefined;
  const redirects = command.redirects.filter(({ to }) => to !== '/dev/null' && !/^[12]$/.test(to));
  if (redirects.length > 1 || redirects.some(({ operator }) => operator !== '1>')) return undefined;
  const [program, ...words] = command.args.map(({ text }) => text);
  const read = program === 'curl' ? byCurl : program === 'wget' ? byWget : undefined;
  return read?.(words, redirects[0]?.to, scope);
}

/** Of these the first ones are files. Only a kernel is known to be meant whole: it is none without the others. */
function placeUnsaved(
  files: readonly Download[],
  piece: Piece,
  { lines }: Found,
  { unsaved, report }: Scope,
): void {
  piece.why = 'it does not save all that it downloads';
  for (const { url, path } of files)
    unsaved.set(path, { path, piece, rpm: { url }, isTouched: false, isRemoved: false });
  report({
    code: 'download-not-saved',
    severity: 'warning',
    message: 'curl saves one of these URLs for each -O, and writes the others to its output',
    hint: 'Write --remote-name-all. A kernel that is replaced by them is imported whole, and anything else stays as it is.',
    lines,
  });
}

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
