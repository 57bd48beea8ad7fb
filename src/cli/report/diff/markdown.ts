import type { BuildDiff, Diff, PackagesDiff, PoolDiff } from '../../../diff/model.ts';
import {
  count,
  type EditedLayer,
  editedLayers,
  groupPools,
  headline,
  names,
  nodesText,
  packagesText,
  packagesTitle,
  revertText,
  short,
  sideText,
  valueText,
  whyTexts,
  withoutCluster,
} from './words.ts';

/** GitHub takes 65,536 characters, and counts some of them twice: bytes are on the safe side. */
export const LIMIT = 65_000;
/** For what says that something was left out. */
const RESERVE = 300;
/** How CI finds its own comment again. */
const MARK = '<!-- layers diff -->';

/** A comment for a pull request: short at its top, the details folded, and never longer than forges allow. */
export function printMarkdown(diff: Diff, limit = LIMIT): string {
  const { from, to, unchanged } = diff;
  const title = `${MARK}\n## OS layers: ${headline(diff)}\n`;
  const compared = `${code(sideText(from))} → ${code(sideText(to))}${unchanged > 0 ? `, ${count(unchanged, 'pool')} unchanged` : ''}\n`;
  const sections = [
    ...(diff.reverts.length > 0 ? [whole(reverts(diff))] : []),
    ...poolTables(diff),
    ...diff.notes
      .filter(({ severity }) => severity !== 'info')
      .map(({ message, code: name }) => whole(`> [!WARNING]\n> ${escaped(message)} (${name})\n`)),
    ...diff.packages.flatMap((packages) => packagesDetails(packages)),
    ...editedLayers(diff).map(editDetails),
    ...diff.builds.flatMap((build) => textDetails(build)),
  ];
  return withinLimit(`${title}\n${compared}`, sections, limit);
}

/** Sections in their order, as long as there is room. */
function withinLimit(head: string, sections: readonly Section[], limit: number): string {
  let text = head;
  let leftOut = 0;
  for (const [index, section] of sections.entries()) {
    const room = limit - RESERVE - bytes(text) - 1;
    const printed = section(room, index === sections.length - 1);
    if (printed === undefined) leftOut++;
    else text += `\n${printed}`;
  }
  if (leftOut === 0) return text;
  return `${text}\n> ${count(leftOut, 'part is', 'parts are')} left out here: a comment may not be longer. \`layers diff\` prints all of it.\n`;
}

/** Prints itself in so many bytes, of which it may be the last to take; undefined where it needs more. */
type Section = (room: number, isLast: boolean) => string | undefined;

function whole(text: string): Section {
  return (room) => (bytes(text) <= room ? text : undefined);
}

/** One that can be cut takes half of the room, so that others have some. */
function cuttable(print: (room: number) => string | undefined): Section {
  return (room, isLast) => print(isLast ? room : room / 2);
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}

function reverts({ reverts: all }: Diff): string {
  const shown = all.slice(0, 20).map((revert) => `> **REVERTS NODES**: ${escaped(revertText(revert))}`);
  const more = all.length > 20 ? [`> and ${all.length - 20} more`] : [];
  const help =
    '> Nodes go back to what they had before, and reboot. If that is not meant: was a pool or its lock removed?';
  return `> [!CAUTION]\n${[...shown, ...more, help].join('\\\n')}\n`;
}

function poolTables({ pools, packages }: Diff): Section[] {
  if (pools.length === 0) return [];
  const head = '| Pool | Nodes | Why | Packages |\n|---|---|---|---|\n';
  const rows = groupPools(pools).map((group) => poolRow(group, packages));
  return [cuttable((room) => cutRows(head, rows, room - 100, '| … | | and REST more | |\n'))];
}

function poolRow(group: readonly PoolDiff[], packages: readonly PackagesDiff[]): string {
  const [pool] = group as [PoolDiff];
  const { effect, inheritedBy } = pool;
  const nodes = escaped(nodesText(effect));
  const loud = effect.nodes === 'none' ? nodes : `**${nodes}**`;
  const change = packages.find(({ pools }) => pools.includes(pool.pool));
  const unknown = pool.by === 'cluster' ? 'known after the build on the cluster' : '';
  const why = [
    ...whyTexts(pool).map(escaped),
    ...(inheritedBy.length > 0 ? [`reaches ${escaped(names(inheritedBy.map(withoutCluster), 8))}, too`] : []),
  ];
  return `| ${code(names(group.map(({ pool }) => pool)))} | ${effect.reverts ? `${loud}, **reverts**` : loud} | ${why.join('<br>')} | ${escaped(change === undefined ? unknown : packagesText(change))} |\n`;
}

function packagesDetails(diff: PackagesDiff): Section[] {
  const { from, to, changes, state } = diff;
  if (state !== 'read' || changes.length === 0) return [];
  const head = `<details><summary>Packages of ${html(packagesTitle(diff))}: ${html(packagesText(diff))}</summary>\n\n${code(short(from))} → ${code(short(to))}\n\n| | Package | Before | After |\n|---|---|---|---|\n`;
  // What goes or goes back is looked at first.
  const order = ['removed', 'downgraded', 'added', 'upgraded'];
  const rows = changes
    .toSorted((a, b) => order.indexOf(a.change) - order.indexOf(b.change))
    .map(
      ({ name, arch, change, from = '', to = '' }) =>
        `| ${change} | ${code(`${name}${arch === undefined ? '' : `.${arch}`}`)} | ${escaped(from)} | ${escaped(to)} |\n`,
    );
  return [cuttable((room) => withEnd(cutRows(head, rows, room - 20, '| … | and REST more | | |\n')))];
}

/** What differs in the document of a layer. */
function editDetails({ layer, pools, edits, place }: EditedLayer): Section {
  const head = `<details><summary>Layer ${html(layer)} of ${html(names(pools))}: what is edited in ${html(place)}</summary>\n\n| | Before | After |\n|---|---|---|\n`;
  const cell = (text: string | undefined) => (text === undefined ? '' : code(valueText(text)));
  const rows = edits.map(({ path, from, to }) => `| ${code(path)} | ${cell(from)} | ${cell(to)} |\n`);
  return cuttable((room) => withEnd(cutRows(head, rows, room - 20, '| … | and REST more | |\n')));
}

function textDetails({ pools, texts }: BuildDiff): Section[] {
  return texts.map((text): Section => {
    const { name, diff, added, removed } = text;
    const head = `<details><summary>${html(name)} of ${html(names(pools))}: +${added} −${removed}</summary>\n\n`;
    if (diff === undefined) return whole(withEnd(`${head}Its content is another one, and no text.\n`));
    const fence = '`'.repeat(Math.max(3, ...[...diff.matchAll(/`+/g)].map(([run]) => run.length + 1)));
    const lines = diff
      .trimEnd()
      .split('\n')
      .map((line) => `${line}\n`);
    return cuttable((room) => {
      const cut = cutRows(`${head}${fence}diff\n`, lines, room - 40 - fence.length, '… REST more lines\n');
      return cut === undefined ? undefined : withEnd(`${cut}${fence}\n`);
    });
  });
}

function withEnd(text: string): string;
function withEnd(text: string | undefined): string | undefined;
function withEnd(text: string | undefined): string | undefined {
  return text === undefined ? undefined : `${text}\n</details>\n`;
}

/** As many rows as there is room for; undefined where there is none for some. */
function cutRows(head: string, rows: readonly string[], room: number, more: string): string | undefined {
  let size = bytes(head);
  let shown = 0;
  while (shown < rows.length && size + bytes(rows[shown]!) <= room) size += bytes(rows[shown++]!);
  if (shown === rows.length) return `${head}${rows.join('')}`;
  if (shown < Math.min(3, rows.length)) return undefined;
  return `${head}${rows.slice(0, shown).join('')}${more.replace('REST', String(rows.length - shown))}`;
}

/** Text that says nothing to markdown, HTML and forges: no links, no tables, and nobody is mentioned. */
function escaped(text: string): string {
  return html(text)
    .replaceAll(/[\r\n]+/g, ' ')
    .replaceAll(/[\\`*_[\]|#~!]/g, '\\$&')
    .replaceAll('@', '@<!-- -->');
}

/** As code, in a table, too. */
function code(text: string): string {
  const plain = text.replaceAll(/[\r\n]+/g, ' ').replaceAll('|', '\\|');
  const fence = '`'.repeat(Math.max(1, ...[...plain.matchAll(/`+/g)].map(([run]) => run.length + 1)));
  const gap = fence.length > 1 ? ' ' : '';
  return `${fence}${gap}${plain}${gap}${fence}`;
}

function html(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
