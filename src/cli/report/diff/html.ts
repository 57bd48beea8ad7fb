import type { Diff } from '../../../diff/model.ts';
import {
  buildsSection,
  layersSection,
  notesSection,
  packagesSection,
  poolsSection,
  revertsSection,
} from './html-blocks.ts';
import { matrixSection } from './html-matrix.ts';
import { quoted } from './html-quote.ts';
import { STYLE } from './html-style.ts';
import { headline, sideText } from './words.ts';

/** One page that needs nothing else: no script, and nothing from anywhere. */
export function printHtml(diff: Diff): string {
  const { from, to } = diff;
  const sides = `${sideText(from)} → ${sideText(to)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="color-scheme" content="light dark">
<title>OS layers: ${quoted(sides)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>OS layers: ${quoted(headline(diff))}</h1>
<p class="sides quiet"><code>${quoted(sideText(from))}</code> → <code>${quoted(sideText(to))}</code></p>
${tiles(diff)}
</header>
<main>
${[
  revertsSection(diff),
  notesSection(diff),
  matrixSection(diff),
  poolsSection(diff),
  layersSection(diff),
  packagesSection(diff),
  buildsSection(diff),
]
  .filter((section) => section !== '')
  .join('\n')}
</main>
<footer class="quiet">Made by <code>layers diff</code>. Where this says reboot, nodes reboot: no node disruption policy spares them.</footer>
</body>
</html>
`;
}

function tiles({ pools, reverts, unchanged, packages }: Diff): string {
  const reboots = pools.filter(
    ({ effect }) => /reboot$/.test(effect.nodes) && effect.nodes !== 'may-reboot',
  ).length;
  const changes = new Set(packages.flatMap(({ changes }) => changes.map(({ name }) => name))).size;
  const tile = (number: number, text: string, name = '') =>
    `<li${name && ` class="${name}"`}><strong>${number}</strong> ${quoted(text)}</li>`;
  return `<ul class="tiles" aria-label="In numbers">${[
    tile(pools.length, pools.length === 1 ? 'pool is affected' : 'pools are affected'),
    tile(reboots, reboots === 1 ? 'pool reboots' : 'pools reboot'),
    tile(changes, changes === 1 ? 'package differs' : 'packages differ'),
    ...(reverts.length > 0 ? [tile(reverts.length, 'REVERTS NODES', 'loud')] : []),
    tile(unchanged, unchanged === 1 ? 'pool unchanged' : 'pools unchanged'),
  ].join('')}</ul>`;
}
