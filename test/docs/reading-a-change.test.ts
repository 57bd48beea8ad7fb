import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { printText } from '../../src/cli/report/diff/text.ts';
import { compare } from '../../src/diff/compare.ts';
import { digest, out, RELEASES, side } from '../diff/states.ts';
import { GIT_ENV } from '../git/work-tree.ts';
import { temporaryRepository } from '../synth/temporary-repository.ts';
import { blocksOf } from './blocks.ts';

const PAGE = 'docs/reading-a-change.md';
const blocks = blocksOf(PAGE);

const layer = (build: string) => `kind: Layer
name: hotfix
steps:
  - hotfix:
      reason: RHEL-12345, journald deadlock
      rpms: [{ url: "https://example.com/systemd-${build}.el9_4.x86_64.rpm", sha256: "${'c'.repeat(64)}" }]
---
kind: Layer
name: motd
steps: [{ files: [{ path: /etc/motd, content: "infra\\n" }] }]
`;
const pool = (name: string, layers: string) =>
  `---\nkind: Pool\nname: ${name}\nrelease: "4.19.3"\nlayers: [${layers}]\ntarget: ${out(name)}\n`;
const documents = (build: string) => `${layer(build)}${pool('worker', 'hotfix')}${pool('infra', 'motd')}`;

describe(PAGE, () => {
  it('shows what is printed', () => {
    const diff = compare(
      side('main', documents('252-46'), { worker: { digest: digest('a') } }),
      side('fix-journald', documents('252-47'), { worker: { digest: digest('b') } }),
    );
    const [main, fix] = ['1a2b3c4d5e', '6f7a8b9c0d'].map((commit) => commit.repeat(4));
    const text = printText(
      {
        ...diff,
        from: { ...diff.from, commit: main! },
        to: { ...diff.to, commit: fix! },
        // Images of their own are in test/e2e/diff.test.ts.
        packages: diff.packages.map((packages) => ({
          ...packages,
          state: 'read',
          total: 512,
          changes: [
            { name: 'libzstd', arch: 'x86_64', change: 'added', to: '1.5.1-2.el9' },
            { name: 'systemd', arch: 'x86_64', change: 'upgraded', from: '252-46.el9_4', to: '252-47.el9_4' },
          ],
        })),
      },
      (_, text) => text,
    );
    expect(blocks.find(({ language }) => language === 'text')!.text).toBe(text);
  });

  it('has commands that work', () => {
    const made = temporaryRepository({
      '.gitignore': '.layers/\nnode_modules/\n',
      'layers/all.yaml': documents('252-46'),
      'layers/releases.yaml': RELEASES,
    });
    const { root, git } = made;
    mkdirSync(join(root, 'node_modules/.bin'), { recursive: true });
    symlinkSync(resolve('lib/layers.js'), join(root, 'node_modules/.bin/layers'));
    const commit = (build: string) => {
      made.write({ 'layers/all.yaml': documents(build) });
      expect(made.layers('synth').status).toBe(0);
      git('add', '--all');
      git('commit', '--quiet', '--message', build);
    };
    git('init', '--quiet', '--initial-branch=main');
    commit('252-46');
    execFileSync('git', ['clone', '--quiet', '--bare', root, join(root, '../origin.git')], { env: GIT_ENV });
    git('remote', 'add', 'origin', '../origin.git');
    git('fetch', '--quiet', 'origin');
    git('checkout', '--quiet', '-b', 'feature');
    commit('252-47');
    for (const { text } of blocks.filter(({ language }) => language === 'sh')) {
      // npx itself takes seconds to find out that it is there.
      const script = `set -euo pipefail\nnpx() { "node_modules/.bin/$@"; }\n${text}`;
      const { status, stderr } = spawnSync('bash', ['-c', script], {
        cwd: root,
        env: { ...process.env, ...GIT_ENV, HOME: root, NO_COLOR: '1' },
        encoding: 'utf8',
      });
      expect(status, stderr).toBe(0);
    }
    expect(made.read('comment.md')).toMatch(/^<!-- layers diff -->\n## OS layers: 1 pool is affected/);
    expect(made.read('change.html')).toContain('<h2 id="matrix">Pools and layers</h2>');
  });
});
