import { describe, expect, it } from 'vitest';
import type { Paint } from '../../../src/cli/report/colors.ts';
import { printMarkdown } from '../../../src/cli/report/diff/markdown.ts';
import { printText } from '../../../src/cli/report/diff/text.ts';
import type { BuildDiff, Diff, PackagesDiff } from '../../../src/diff/model.ts';
import { example } from '../../diff/example.ts';

const plain: Paint = (_, text) => text;
const LIMIT = 65_536;
const NOTHING: Diff = {
  ...{ from: { name: 'HEAD', commit: 'a'.repeat(40) }, to: { name: 'work tree' }, pools: [], unchanged: 3 },
  ...{ reverts: [], builds: [], packages: [], matrix: { layers: [], rows: [] }, notes: [] },
};

describe('a diff as text', () => {
  it('is one line where there is nothing', () => {
    expect(printText(NOTHING, plain)).toBe('HEAD (aaaaaaaaaa) → work tree: no pool changes; 3 unchanged\n');
  });

  it('says what happens to nodes, why, and what is edited, once for many pools', () => {
    const text = printText(example(), plain);
    expect(text).toContain(
      'REVERTS NODES dist/dev/storage.k8s.yaml no longer has the MachineConfig 99-storage-os-layers\n',
    );
    expect(text).toContain(`
dev/worker, prod-eu-1/worker, prod-us-1/worker  reboot (osImageURL, kernelArguments)
  layer systemd-hotfix edited (hotfix)  layers/all.yaml:13
  layer observability edited (packages)  layers/all.yaml:17
`);
    expect(text).toContain(`
  kernelArguments added: nosmt  layers/all.yaml:38
  image sha256:aaaaaaaaaaaa → sha256:bbbbbbbbbbbb
  reaches edge, gpu, infra, too, and every custom pool that is not declared here
`);
    expect(text).toContain(`
Layer systemd-hotfix of dev/infra, dev/worker, prod-eu-1/infra and 3 more  layers/all.yaml:13
  steps[0].hotfix.rpms[0].url
    - https://example.com/systemd-252-46.el9_4.x86_64.rpm
    + https://example.com/systemd-252-47.el9_4.x86_64.rpm
`);
    expect(text).toContain(`
  v  kernel-core.x86_64   5.14.0-570.16.1.el9_6 → 5.14.0-570.12.1.el9_6
  -  legacy-agent.x86_64  2:1.4-1
  ^  systemd.x86_64       252-46.el9_4 → 252-47.el9_4
`);
    expect(text.match(/^Containerfile of /gm)!.length).toBeLessThan(7);
  });

  it('moves no cursor by what is in packages and Containerfiles', () => {
    const diff = example();
    const evil = 'x\u001b[2Jy';
    const text = printText(
      {
        ...diff,
        packages: [{ ...diff.packages[0]!, changes: [{ name: evil, change: 'added', to: evil }] }],
        builds: [
          { pools: ['worker'], texts: [{ name: 'Containerfile', diff: `+${evil}\n`, added: 1, removed: 0 }] },
        ],
      },
      plain,
    );
    expect(text).not.toContain('\u001b');
    expect(text.match(/x·\[2Jy/g)).toHaveLength(3);
  });
});

describe('a diff as a comment', () => {
  it('is short where there is nothing', () => {
    expect(printMarkdown(NOTHING)).toBe(
      '<!-- layers diff -->\n## OS layers: no pool changes\n\n`HEAD (aaaaaaaaaa)` → `work tree`, 3 pools unchanged\n',
    );
  });

  it('has its table on top, and all else folded', () => {
    const [top, ...folded] = printMarkdown(example()).split('<details>');
    expect(top).toContain('> [!CAUTION]\n> **REVERTS NODES**: dist/dev/storage.k8s.yaml no longer has');
    expect(top).toContain('| `dev/storage` | **reboot**, **reverts** | no longer there |  |\n');
    expect(top).toContain(
      '<br>reaches edge, gpu, infra, too | 2 added, 1 removed, 2 upgraded, 1 downgraded |\n',
    );
    expect(top!.split('\n').length).toBeLessThan(30);
    expect(folded.length).toBeGreaterThan(6);
    for (const block of folded)
      expect(block).toMatch(/^<summary>[^\n]+<\/summary>\n\n[\s\S]*\n\n?<\/details>\n/);
  });

  it('says nothing that markdown, HTML or the forge would take for theirs', () => {
    const diff = example();
    const evil = '`</details>` | @team <img src=x> [a](http://b) #1 ```\n## x';
    const comment = printMarkdown({
      ...diff,
      packages: [{ ...diff.packages[0]!, changes: [{ name: evil, change: 'added', to: evil }] }],
      builds: [
        {
          pools: ['worker'],
          texts: [{ name: 'Containerfile', diff: `+${evil}\n+\`\`\`\`\n`, added: 2, removed: 0 }],
        },
      ],
      notes: [{ ...diff.notes[0]!, message: evil }],
    });
    const lines = comment.split('\n');
    // In the Containerfile it stands as it is, in a fence that is longer than any in it.
    const start = lines.indexOf('`````diff');
    const end = lines.indexOf('`````', start);
    expect(end).toBeGreaterThan(start);
    const around = [...lines.slice(0, start), ...lines.slice(end + 1)].join('\n');
    const outside = around.replaceAll(/(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/g, 'CODE');
    expect(outside).not.toMatch(/@team|<img|^## x|\[a\]\(/m);
    expect(outside.match(/<details>/g)!.length).toBe(outside.match(/<\/details>\n/g)!.length);
    const row = outside.split('\n').find((line) => line.startsWith('| added |'))!;
    expect(row.replaceAll('\\|', '').match(/\|/g)).toHaveLength(5);
  });

  it.each([
    ['packages', { changes: 20_000, lines: 10, pools: 3 }],
    ['Containerfiles', { changes: 10, lines: 50_000, pools: 3 }],
    ['pools', { changes: 10, lines: 10, pools: 4_000 }],
    ['everything', { changes: 9_000, lines: 9_000, pools: 2_000 }],
  ])('is never longer than forges take, with many %s, and says what is left out', (_, size) => {
    const diff = example();
    const packages: PackagesDiff = {
      ...diff.packages[0]!,
      changes: Array.from({ length: size.changes }, (_, index) => ({
        ...{
          name: `package-ü-${index}`,
          arch: 'x86_64',
          change: 'upgraded' as const,
          from: '1-1',
          to: '2-1',
        },
      })),
    };
    const lines = Array.from({ length: size.lines }, (_, index) => `+RUN echo ünïcödé ${index}\n`).join('');
    const text = { name: 'Containerfile', diff: lines, added: size.lines, removed: 0 };
    const builds: BuildDiff[] = Array.from({ length: 3 }, () => ({ pools: ['worker'], texts: [text] }));
    const pools = Array.from({ length: size.pools }, (_, index) => ({
      ...diff.pools[0]!,
      pool: `pool-${index}`,
      // No two are the same, and each has its row.
      reasons: [{ kind: 'refresh' as const, from: `${index}`, to: `${index + 1}` }],
    }));
    const comment = printMarkdown({ ...diff, pools, builds, packages: [packages, packages] });
    expect(comment.length).toBeLessThan(LIMIT);
    expect(Buffer.byteLength(comment)).toBeLessThan(LIMIT);
    expect(comment).toMatch(/\d+ more/);
    expect(comment.match(/<details>/g)!.length).toBe(comment.match(/<\/details>/g)!.length);
    expect(comment.match(/^```/gm)?.length ?? 0).toSatisfy((fences: number) => fences % 2 === 0);
    expect(comment).toContain('**REVERTS NODES**');
    expect(comment).toContain('<summary>Packages of ');
    expect(comment).toContain('<summary>Containerfile of ');
  });
});
