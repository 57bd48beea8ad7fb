import type { ParsedInstruction } from '../../containerfile/parse.ts';
import { sh } from '../../containerfile/quote.ts';
import { rpm as rpmSchema } from '../../values/rpm.ts';
import { basenameOf } from '../../values/url.ts';
import { addFile } from '../scope.ts';
import { pushPiece, type Stage } from '../stage.ts';
import type { Fail } from './copy-attributes.ts';
import { targetsOf } from './copy-target.ts';

/** ADD of a URL: an RPM that a later command installs, or a download that is left to run. */
export function readUrl(
  url: string,
  destination: string,
  { lines, comments }: ParsedInstruction,
  stage: Stage,
  fail: Fail,
): void {
  if (!/^https?:\/\//.test(url)) {
    fail('add-not-http', `no step can fetch ${url}`, 'Fetch it, and COPY it.');
    return;
  }
  const [path] = targetsOf([basenameOf(url)], destination, stage.workdir);
  const piece = pushPiece(stage, {
    lines,
    comments,
    as: 'run',
    steps: [],
    code: [`curl -fsSL --create-dirs -o ${sh(path!)} ${sh(url)}`, `chmod 0600 ${sh(path!)}`],
    before: [],
    why: 'a download has no sum to check it by',
  });
  const rpm = rpmSchema.safeParse({ url });
  addFile(stage.scope, path!, piece, { ...(rpm.success && { rpm: rpm.data }) });
}
