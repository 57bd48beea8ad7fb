import type { BuildDiff, Diff, PackagesDiff, PoolDiff } from '../../../diff/model.ts';
import { effectBadges } from './html-matrix.ts';
import { badge, idOf, quoted } from './html-quote.ts';
import {
  count,
  type EditedLayer,
  editedLayers,
  groupPools,
  names,
  packagesText,
  packagesTitle,
  placeText,
  reasonText,
  revertText,
  short,
  valueText,
  whyTexts,
  withoutCluster,
} from './words.ts';

export function revertsSection({ reverts }: Diff): string {
  if (reverts.length === 0) return '';
  const items = reverts.map((revert) => `<li>${quoted(revertText(revert))}</li>`).join('');
  return `<section class="alert" aria-labelledby="reverts"><h2 id="reverts">REVERTS NODES</h2><ul>${items}</ul><p>Nodes go back to what they had before, and reboot. If that is not meant: was a pool or its lock removed?</p></section>`;
}

export function notesSection({ notes }: Diff): string {
  const shown = notes.filter(({ severity }) => severity !== 'info');
  return shown
    .map(({ message, hint, code }) => {
      const more = hint === undefined ? '' : `<br><span class="quiet">${quoted(hint)}</span>`;
      return `<p class="note" role="note">${quoted(message)} <code>${quoted(code)}</code>${more}</p>`;
    })
    .join('\n');
}

/** A card for pools of which the same is to be said. */
export function poolsSection({ pools }: Diff): string {
  if (pools.length === 0) return '';
  const cards = groupPools(pools).map(card).join('\n');
  return `<section aria-labelledby="pools"><h2 id="pools">What happens, and why</h2>${cards}</section>`;
}

function card(group: readonly PoolDiff[]): string {
  const [pool] = group as [PoolDiff];
  const { effect, reasons, inheritedBy } = pool;
  const anchors = group
    .slice(1)
    .map((other) => `<span id="${idOf('pool', other.pool)}"></span>`)
    .join('');
  const because =
    effect.because.length > 0
      ? `<span class="quiet">because of ${quoted(effect.because.join(', '))}</span>`
      : '';
  const items = [
    ...reasons.map((reason) => {
      const place = placeText(reason.place);
      return `${quoted(reasonText(reason))}${place === '' ? '' : ` <code>${quoted(place)}</code>`}`;
    }),
    ...whyTexts(pool)
      .slice(reasons.length)
      .filter((text) => text !== '')
      .map(quoted),
    ...(inheritedBy.length > 0
      ? [
          `reaches ${quoted(names(inheritedBy.map(withoutCluster), 12))}, too, and every custom pool that is not declared here`,
        ]
      : []),
  ];
  return `<article class="card" id="${idOf('pool', pool.pool)}">${anchors}<header><h3>${quoted(
    names(
      group.map(({ pool }) => pool),
      12,
    ),
  )}</h3> ${effectBadges(pool)} ${because}</header><ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul></article>`;
}

export function layersSection(diff: Diff): string {
  const layers = editedLayers(diff);
  if (layers.length === 0) return '';
  return `<section aria-labelledby="layers"><h2 id="layers">What is edited in layers</h2>${layers.map(layerTable).join('\n')}</section>`;
}

function layerTable({ layer, pools, edits, place }: EditedLayer): string {
  const value = (text: string | undefined) =>
    text === undefined ? '' : `<code>${quoted(valueText(text))}</code>`;
  const rows = edits
    .map(
      ({ path, from, to }) =>
        `<tr><th scope="row"><code>${quoted(path)}</code></th><td>${value(from)}</td><td>${value(to)}</td></tr>`,
    )
    .join('\n');
  return `<details open><summary>${quoted(layer)} <span class="quiet">of ${quoted(names(pools, 8))}, ${quoted(place)}</span></summary>${scroll(`The edits of ${layer}`, `<table class="edits"><thead><tr><th scope="col">Where</th><th scope="col">Before</th><th scope="col">After</th></tr></thead><tbody>${rows}</tbody></table>`)}</details>`;
}

export function packagesSection({ packages }: Diff): string {
  if (packages.length === 0) return '';
  return `<section aria-labelledby="packages"><h2 id="packages">Packages</h2>${packages.map(packagesTable).join('\n')}</section>`;
}

/** More rows than these are folded. */
const MANY = 40;

function packagesTable(diff: PackagesDiff): string {
  const { from, to, changes, total } = diff;
  const of = total === undefined ? '' : ` of ${count(total, 'package')}`;
  const title = `${quoted(packagesTitle(diff, 8))}: ${quoted(packagesText(diff))}<span class="quiet">${of}, <code>${quoted(short(from))}</code> → <code>${quoted(short(to))}</code></span>`;
  if (changes.length === 0) return `<p class="card">${title}</p>`;
  const rows = changes
    .map(
      ({ name, arch, change, from = '', to = '' }) =>
        `<tr><td>${badge(change, change)}</td><th scope="row">${quoted(name)}${arch === undefined ? '' : `<span class="quiet">.${quoted(arch)}</span>`}</th><td>${quoted(from)}</td><td>${quoted(to)}</td></tr>`,
    )
    .join('\n');
  return `<details${changes.length > MANY ? '' : ' open'}><summary>${title}</summary>${scroll(`Packages of ${packagesTitle(diff)}`, `<table class="packages"><thead><tr><th scope="col">Change</th><th scope="col">Package</th><th scope="col">Before</th><th scope="col">After</th></tr></thead><tbody>${rows}</tbody></table>`)}</details>`;
}

export function buildsSection({ builds }: Diff): string {
  if (builds.length === 0) return '';
  return `<section aria-labelledby="builds"><h2 id="builds">Containerfiles</h2>${builds.flatMap(textDetails).join('\n')}</section>`;
}

function textDetails({ pools, texts }: BuildDiff): string[] {
  return texts.map(({ name, diff, added, removed }) => {
    const title = `${name} of ${names(pools, 8)}`;
    const size = diff === undefined ? 'no text' : `+${added} −${removed}`;
    const content =
      diff === undefined
        ? '<p>Its content is another one, and no text.</p>'
        : `<pre role="region" tabindex="0" aria-label="${quoted(title)}">${diff.trimEnd().split('\n').map(line).join('')}</pre>`;
    return `<details><summary>${quoted(title)} <span class="quiet">${size}</span></summary>${content}</details>`;
  });
}

function line(text: string): string {
  const isHead = /^(?:---|\+\+\+|@@|\\) /.test(text);
  const name = isHead ? 'place' : text.startsWith('+') ? 'added' : text.startsWith('-') ? 'removed' : '';
  return `<span${name === '' ? '' : ` class="${name}"`}>${quoted(text)}</span>`;
}

function scroll(label: string, content: string): string {
  return `<div class="scroll" role="region" tabindex="0" aria-label="${quoted(label)}">${content}</div>`;
}
