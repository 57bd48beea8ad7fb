import type { ParsedInstruction } from '../../containerfile/parse.ts';
import { expandWords } from '../../containerfile/words.ts';
import type { FileEntry } from '../piece.ts';
import { addFile } from '../scope.ts';
import { pushPiece, type Stage, variablesOf } from '../stage.ts';
import type { Attributes, Fail } from './copy-attributes.ts';
import { targetsOf } from './copy-target.ts';
import { writing } from './write-file.ts';

/** `COPY <<EOF /etc/agent.conf`. */
export function readTexts(
  { heredocs, lines, comments }: ParsedInstruction,
  sources: readonly string[],
  destination: string,
  { mode, owner }: Attributes,
  stage: Stage,
  fail: Fail,
): void {
  const names = heredocs.map(({ name }) => name);
  if (sources.length !== heredocs.length) {
    fail('files-among-texts', 'files and here-documents in one COPY', 'Write a COPY for each.');
    return;
  }
  const entries = targetsOf(names, destination, stage.workdir).map((path, index): FileEntry | undefined => {
    const { content, isQuoted } = heredocs[index]!;
    const text = isQuoted ? content : expandText(content, stage);
    return text === undefined
      ? undefined
      : { path, content: text, ...(mode !== undefined && mode !== '0644' && { mode }), ...owner };
  });
  if (!entries.every((entry) => entry !== undefined)) {
    fail(
      'variable-without-value',
      'a variable in this text has no value here',
      'Give it one: --build-arg <name>=….',
    );
    return;
  }
  const code = entries.flatMap((entry) => writing(entry, new TextEncoder().encode(entry.content)) ?? []);
  const piece = pushPiece(stage, {
    lines,
    comments,
    as: 'steps',
    steps: [{ files: entries }],
    code,
    before: [],
  });
  for (const entry of entries) addFile(stage.scope, entry.path, piece, { entry });
}

function expandText(text: string, stage: Stage): string | undefined {
  // As one word in double quotes, so that its blanks stay.
  const expanded = expandWords(`"${text.replaceAll('"', '\\"')}"`, variablesOf(stage));
  return 'missing' in expanded ? undefined : expanded.words[0];
}
