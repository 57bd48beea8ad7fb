import { type Moves, subjectOf } from './pin-moves.ts';

/** The files for a pull request that were asked for, and what they are to say. */
export interface PullRequest {
  readonly titleFile?: string;
  readonly bodyFile?: string;
  readonly moves: Moves;
  readonly verb: string;
}

export function pullRequestOf(
  { prTitle, prBody }: { readonly prTitle?: string; readonly prBody?: string },
  moves: Moves,
  verb: string,
): { readonly pullRequest?: PullRequest } {
  if (prTitle === undefined && prBody === undefined) return {};
  const files = {
    ...(prTitle !== undefined && { titleFile: prTitle }),
    ...(prBody !== undefined && { bodyFile: prBody }),
  };
  return { pullRequest: { ...files, moves, verb } };
}

/** A forge takes no longer text than some 200 rows have, and sections come after them. */
const MOST_ROWS = 60;

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
  const rows = pins
    .slice(0, MOST_ROWS)
    .map(({ pool, image, release, base, digest, before }) =>
      [
        `\`${pool}\``,
        before === undefined ? 'none' : `\`${short(before.digest)}\``,
        `\`${short(digest)}\``,
        moved(before?.release, release),
        moved(short(before?.base), short(base), '`'),
        `\`${image}@${digest}\``,
      ].join(' | '),
    );
  const left = pins.length - rows.length;
  const more = left > 0 ? [`and ${left} more | | | | |`] : [];
  return ['Pool | From | To | Release | Base | Image', '---|---|---|---|---|---', ...rows, ...more].join(
    '\n',
  );
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
