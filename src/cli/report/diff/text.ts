import type { Diff, PackagesDiff, PoolDiff } from '../../../diff/model.ts';
import type { PackageChange } from '../../../rpm/package-diff.ts';
import type { Paint } from '../colors.ts';
import { columns } from '../pools.ts';
import { harmless } from '../terminal.ts';
import {
  count,
  type EditedLayer,
  editedLayers,
  editText,
  groupPools,
  headline,
  names,
  nodesText,
  packagesText,
  packagesTitle,
  placeText,
  reasonText,
  revertText,
  short,
  sideText,
  valueText,
  whyTexts,
  withoutCluster,
} from './words.ts';

/** For a terminal or a log: what happens, then why, then packages and Containerfiles. */
export function printText(diff: Diff, paint: Paint): string {
  const { from, to, reverts, pools, builds, packages, unchanged } = diff;
  return [
    `${paint('bold', `${sideText(from)} → ${sideText(to)}`)}: ${headline(diff)}${unchanged > 0 ? paint('dim', `; ${unchanged} unchanged`) : ''}`,
    ...reverts.map((revert) => `${paint('red', paint('bold', 'REVERTS NODES'))} ${revertText(revert)}`),
    ...groupPools(pools).map((group) => poolText(group, paint)),
    ...editedLayers(diff).map((layer) => layerBlock(layer, paint)),
    ...packages.map((change) => packagesBlock(change, paint)),
    ...builds.flatMap(({ pools, texts }) =>
      texts.map(({ name, diff }) => {
        const title = paint('bold', `${name} of ${names(pools)}`);
        return diff === undefined
          ? `${title}: another content, which is no text`
          : `${title}\n${coloured(diff, paint)}`;
      }),
    ),
  ]
    .map((block) => `${block.trimEnd()}\n`)
    .join('\n');
}

function poolText(group: readonly PoolDiff[], paint: Paint): string {
  const [pool] = group as [PoolDiff];
  const { effect, inheritedBy, reasons } = pool;
  const color = effect.reverts || effect.nodes.includes('reboot') ? 'yellow' : 'green';
  const because = effect.because.length > 0 ? ` (${effect.because.join(', ')})` : '';
  const inherited = whyTexts(pool).slice(reasons.length);
  return [
    `${paint('bold', names(group.map(({ pool }) => pool)))}  ${paint(color, nodesText(effect))}${paint('dim', because)}`,
    ...reasons.map((reason) =>
      `  ${harmless(reasonText(reason))}  ${paint('dim', harmless(placeText(reason.place)))}`.trimEnd(),
    ),
    ...inherited.filter((text) => text !== '').map((text) => `  ${text}`),
    ...(inheritedBy.length > 0
      ? [
          `  reaches ${names(inheritedBy.map(withoutCluster), 8)}, too, and every custom pool that is not declared here`,
        ]
      : []),
  ].join('\n');
}

/** Short enough to stand on one line with what it was. */
const SHORT = 30;

function layerBlock({ layer, pools, edits, place }: EditedLayer, paint: Paint): string {
  const lines = edits.flatMap((edit) => {
    const { path, from = '', to = '' } = edit;
    if (from.length + to.length <= SHORT) return [`  ${harmless(editText(edit))}`];
    return [
      `  ${harmless(path)}`,
      ...(edit.from === undefined ? [] : [paint('red', `    - ${harmless(valueText(from))}`)]),
      ...(edit.to === undefined ? [] : [paint('green', `    + ${harmless(valueText(to))}`)]),
    ];
  });
  return [`${paint('bold', `Layer ${layer}`)} of ${names(pools)}  ${paint('dim', place)}`, ...lines].join(
    '\n',
  );
}

const MARKS: Readonly<
  Record<PackageChange['change'], readonly [string, 'green' | 'red' | 'cyan' | 'yellow']>
> = {
  added: ['+', 'green'],
  removed: ['-', 'red'],
  upgraded: ['^', 'cyan'],
  downgraded: ['v', 'yellow'],
};

function packagesBlock(diff: PackagesDiff, paint: Paint): string {
  const { from, to, changes, total } = diff;
  const of = total === undefined ? '' : paint('dim', ` of ${count(total, 'package')}`);
  const rows = columns(
    changes.map(({ change, name, arch, from = '', to = '' }) => [
      `  ${MARKS[change][0]}`,
      harmless(`${name}${arch === undefined ? '' : `.${arch}`}`),
      harmless(from && to ? `${from} → ${to}` : from || to),
    ]),
  );
  const lines = rows.split('\n').map((line, index) => {
    const change = changes[index]?.change;
    return change === undefined ? line : paint(MARKS[change][1], line);
  });
  return [
    `${paint('bold', `Packages of ${packagesTitle(diff)}`)} ${short(from)} → ${short(to)}: ${harmless(packagesText(diff))}${of}`,
    ...lines,
  ].join('\n');
}

function coloured(diff: string, paint: Paint): string {
  return diff
    .split('\n')
    .map((line) => {
      const shown = harmless(line);
      if (/^(?:---|\+\+\+|@@) /.test(line)) return paint(line.startsWith('@@') ? 'cyan' : 'bold', shown);
      if (line.startsWith('+')) return paint('green', shown);
      return line.startsWith('-') ? paint('red', shown) : shown;
    })
    .join('\n');
}
