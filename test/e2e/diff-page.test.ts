import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { printHtml } from '../../src/cli/report/diff/html.ts';
import type { Diff } from '../../src/diff/model.ts';
import { example } from '../diff/example.ts';
import { openBrowser, type Page } from '../fixtures/browser.ts';
import { type Scratch, scratchDirectory } from '../fixtures/scratch.ts';

let page: Page;
let scratch: Scratch;

beforeAll(async () => {
  scratch = await scratchDirectory('page');
  page = await openBrowser();
});

afterAll(async () => {
  await page?.close();
  await scratch?.remove();
});

/** Opens the page of a diff, and gives every address that the browser asked for. */
async function open(diff: Diff = example()): Promise<{ asked: string[]; url: string }> {
  const file = join(scratch.path, 'page.html');
  await writeFile(file, printHtml(diff));
  const url = pathToFileURL(file).href;
  return { asked: await page.open(url), url };
}

async function scheme(value: 'light' | 'dark'): Promise<void> {
  await page.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value }] });
}

async function width(pixels: number): Promise<void> {
  const metrics = { width: pixels, height: 900, deviceScaleFactor: 1, mobile: false };
  await page.send('Emulation.setDeviceMetricsOverride', metrics);
}

/** Texts that are hard to read: less than 4.5 to 1, as WCAG counts it. */
const FAINT = `(() => {
  const parse = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b]
    .map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const background = (element) => {
    const color = parse(getComputedStyle(element).backgroundColor);
    return color.length === 3 || color[3] === 1 ? color : background(element.parentElement);
  };
  document.querySelectorAll('details').forEach((details) => { details.open = true; });
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  let count = 0;
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    if (node.data.trim() === '') continue;
    count++;
    const [a, b] = [parse(getComputedStyle(node.parentElement).color), background(node.parentElement)].map(light);
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) found.push(node.data.trim() + ' ' + ratio.toFixed(2));
  }
  return { found, count };
})()`;

describe('the page of a diff, in a browser', () => {
  it('asks for nothing but itself', async () => {
    const { asked, url } = await open();
    expect(asked).toEqual([url]);
  });

  it.each(['light', 'dark'] as const)('can be read where people want it %s', async (value) => {
    await scheme(value);
    await open();
    const { found, count } = await page.evaluate<{ found: string[]; count: number }>(FAINT);
    expect(found).toEqual([]);
    expect(count).toBeGreaterThan(100);
    const color = await page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor');
    const [red] = color.match(/\d+/g)!.map(Number);
    expect(red! > 128).toBe(value === 'light');
  });

  it.each([320, 1280])('fits a window of %i pixels: only tables and code scroll', async (pixels) => {
    await width(pixels);
    await open();
    const wide = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    expect(wide).toBe(0);
  });

  it('is a table to whoever does not see it, with the headers of its rows and columns', async () => {
    await open();
    const { nodes } = await page.send<{
      nodes: { role?: { value: string }; name?: { value: string }; ignored: boolean }[];
    }>('Accessibility.getFullAXTree');
    const named = (role: string) =>
      nodes.filter((node) => node.role?.value === role && !node.ignored).map((node) => node.name?.value);
    expect(named('heading')).toEqual(
      expect.arrayContaining(['REVERTS NODES', 'Pools and layers', 'What happens, and why', 'Packages']),
    );
    expect(named('table')[0]).toBe('Pools that are affected');
    expect(named('rowheader')).toEqual(expect.arrayContaining(['dev/worker', 'dev/infra']));
    expect(named('columnheader')).toEqual(
      expect.arrayContaining(['Pool', 'Nodes', 'remote-logs', 'systemd-hotfix']),
    );
    expect(named('cell')).toEqual(
      expect.arrayContaining(['✎ edited', '− removed', '↕ moved', 'has it', 'does not have it']),
    );
    expect(named('link')).toContain('dev/worker');
  });

  it('has links that lead somewhere, every name once, and headings in their order', async () => {
    await open();
    const { lost, twice, levels } = await page.evaluate<{
      lost: string[];
      twice: string[];
      levels: number[];
    }>(`({
      lost: [...document.querySelectorAll('a')].map((a) => a.hash.slice(1)).filter((id) => !document.getElementById(id)),
      twice: [...document.querySelectorAll('[id]')].map(({ id }) => id).filter((id, index, all) => all.indexOf(id) !== index),
      levels: [...document.querySelectorAll('h1, h2, h3')].map(({ tagName }) => Number(tagName[1])),
    })`);
    expect({ lost, twice }).toEqual({ lost: [], twice: [] });
    expect(levels[0]).toBe(1);
    expect(levels.slice(1).every((level, index) => level > 1 && level <= levels[index]! + 1)).toBe(true);
  });

  it('opens what is folded by the keyboard', async () => {
    await open();
    const isOpen = () =>
      page.evaluate<boolean>(`document.querySelector('[aria-labelledby=builds] details').open`);
    expect(await isOpen()).toBe(false);
    await page.evaluate(`document.querySelector('[aria-labelledby=builds] summary').focus()`);
    const key = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13, text: '\r' };
    await page.send('Input.dispatchKeyEvent', { type: 'keyDown', ...key });
    await page.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key });
    expect(await isOpen()).toBe(true);
  });

  it('shows whatever is in packages, documents and messages as text', async () => {
    const evil = `"'><script>document.title = 'x'</script><img src=x onerror="document.title = 'x'"><style>*{display:none}</style>\u202e`;
    const diff = example();
    const [pool] = diff.pools as [Diff['pools'][number]];
    const { asked, url } = await open({
      ...diff,
      from: { name: evil },
      pools: [
        {
          ...pool,
          pool: evil,
          reasons: [
            {
              kind: 'layer-edited',
              layer: evil,
              steps: [evil],
              edits: [{ path: evil, from: evil, to: evil }],
              place: { file: evil },
            },
          ],
        },
      ],
      packages: [{ ...diff.packages[0]!, changes: [{ name: evil, arch: evil, change: 'added', to: evil }] }],
      builds: [
        { pools: [evil], texts: [{ name: evil, diff: `--- ${evil}\n+${evil}\n`, added: 1, removed: 0 }] },
      ],
      notes: [{ ...diff.notes[0]!, message: evil, hint: evil }],
      matrix: { layers: [evil], rows: [{ pool: evil, change: 'changed', cells: ['edited'] }] },
      reverts: [{ kind: evil, name: evil, file: evil, why: 'object-gone' }],
    });
    expect(asked).toEqual([url]);
    const { title, elements, text } = await page.evaluate<{ title: string; elements: number; text: string }>(
      `({ title: document.title, elements: document.querySelectorAll('script, img, body style').length, text: document.body.textContent })`,
    );
    expect(title).toContain('<script>');
    expect(elements).toBe(0);
    expect(text.split(`<script>document.title = 'x'</script>`).length).toBeGreaterThan(15);
    expect(text).not.toContain('\u202e');
  });
});
