import { writeFile } from 'node:fs/promises';
import { type Moves, subjectOf } from './pin-moves.ts';

/** Writes the title and the body of a pull request, where they are asked for. */
export async function writePullRequest(
  { prTitle, prBody }: { readonly prTitle?: string; readonly prBody?: string },
  moves: Moves,
  verb: string,
): Promise<void> {
  if (prTitle !== undefined) await writeFile(prTitle, `${titleOf(moves, verb)}\n`);
  if (prBody !== undefined) await writeFile(prBody, pullRequestBody(moves));
}

export function titleOf(moves: Moves, verb: string): string {
  const subject = subjectOf(moves, verb);
  return `${subject[0]!.toUpperCase()}${subject.slice(1)}`;
}

/** Markdown of what pins change. `sections` are more of it, each with its own heading, such as a diff of packages. */
export function pullRequestBody({ pins, unpushed, holds }: Moves, sections: readonly string[] = []): string {
  const parts = pins.length === 0 ? ['No pin changes.'] : [table(pins), notes(pins)];
  const held = holds.map(({ pool, hold }) =>
    hold === undefined ? `- \`${pool}\` is held no more` : `- \`${pool}\` is held: ${hold}`,
  );
  const kept = unpushed.map(({ build }) => `- the build \`${build}\` was not pushed: no node gets it`);
  return `${[...parts, [...held, ...kept].join('\n'), ...sections.map((section) => section.trim())]
    .filter((part) => part !== '')
    .join('\n\n')}\n`;
}

function table(pins: Moves['pins']): string {
  const rows = pins.map(({ pool, image, release, base, digest, before }) =>
    [
      `\`${pool}\``,
      before === undefined ? 'none' : `\`${short(before.digest)}\``,
      `\`${short(digest)}\``,
      moved(before?.release, release),
      moved(short(before?.base), short(base), '`'),
      `\`${image}@${digest}\``,
    ].join(' | '),
  );
  return ['Pool | From | To | Release | Base | Image', '---|---|---|---|---|---', ...rows].join('\n');
}

/** Each pool of the table reboots its nodes: the reviewer merges that. */
function notes(pins: Moves['pins']): string {
  const first = pins.filter(({ before }) => before === undefined).map(({ pool }) => `\`${pool}\``);
  const said = ['Merging this rolls the images out: the nodes of these pools reboot.'];
  if (first.length > 0) said.push(`First image of its own: ${first.join(', ')}.`);
  const foreign = pins.filter(({ build }) => build === undefined).map(({ pool }) => `\`${pool}\``);
  if (foreign.length > 0)
    said.push(
      `Built by an operator, with the configuration of its pool, and not from git: ${foreign.join(', ')}.`,
    );
  return said.join(' ');
}

function moved(from: string | undefined, to = 'unknown', quote = ''): string {
  const at = `${quote}${to}${quote}`;
  return from === undefined || from === to ? at : `${quote}${from}${quote} → ${at}`;
}

/** The first twelve digits of a digest, which an image may stand before. */
function short<Image extends string | undefined>(image: Image): Image | string {
  return /sha256:([0-9a-f]{12})/.exec(image ?? '')?.[1] ?? image;
}
