import { posix } from 'node:path';
import { isText } from '../../containerfile/context-file.ts';
import { quoted, sh } from '../../containerfile/quote.ts';
import type { Code, FileEntry } from '../piece.ts';

/** The most that is written out where no step takes a file. */
const LARGEST = 32 * 1024;

/** A file as code: for what is only there for the build, in /tmp, or where no `files` step may put it. */
export function writing({ path, mode = '0644', owner }: FileEntry, content: Uint8Array): Code[] | undefined {
  if (content.length > LARGEST || !isText(content)) return undefined;
  return [
    `mkdir -p ${sh(posix.dirname(path))}`,
    `printf %s ${quoted(Buffer.from(content).toString('utf8'))} > ${sh(path)}`,
    ...(owner === undefined ? [] : [`chown ${sh(owner)} ${sh(path)}`]),
    `chmod ${mode} ${sh(path)}`,
  ];
}
