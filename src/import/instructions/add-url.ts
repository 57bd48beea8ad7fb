import type { ParsedInstruction } from '../../containerfile/parse.ts';
import { sh } from '../../containerfile/quote.ts';
import { rpm as rpmSchema } from '../../values/rpm.ts';
import { basenameOf } from '../../values/url.ts';
import { NO_SUM } from '../idioms/download.ts';
import { addFile } from '../scope.ts';
import { pushPiece, type Stage } from '../stage.ts';
import type { Attributes, Fail } from './copy-attributes.ts';
import { targetsOf } from './copy-target.ts';

/** ADD of a URL: an RPM that a later command installs, or a download that is left to run. */
export function readUrl(
  url: string,
  destination: string,
  { lines, comments }: ParsedInstruction,
  { mode = '0600', owner }: Attributes,
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
    code: [
      `curl -fsSL --create-dirs -o ${sh(path!)} ${sh(url)}`,
      ...(owner.owner === undefined ? [] : [`chown ${sh(owner.owner)} ${sh(path!)}`]),
      `chmod ${mode} ${sh(path!)}`,
    ],
    before: [],
    why: NO_SUM,
  });
  const rpm = rpmSchema.safeParse({ url });
  if (rpm.success) addFile(stage.scope, path!, piece, { rpm: rpm.data });
  else addFile(stage.scope, path!, piece, { entry: { path: path!, url, mode, ...owner } });
}
