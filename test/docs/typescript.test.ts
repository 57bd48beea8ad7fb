import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run, tryRun } from '../fixtures/process.ts';
import { CLI } from '../fixtures/workspace.ts';
import { allBlocks, blocksOf } from './blocks.ts';

// Within the checkout: there `cdk8s-os-layers` is the checkout itself, as it is published.
const root = resolve('.layers/docs-typescript');

beforeAll(() => {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(join(root, 'layers'), { recursive: true });
  for (const [index, { text, language }] of blocksOf('docs/typescript.md').entries()) {
    if (language === 'ts') writeFileSync(join(root, 'main.ts'), text);
    else if (text.startsWith('# cdk8s.yaml')) writeFileSync(join(root, 'cdk8s.yaml'), text);
    else if (language === 'yaml') writeFileSync(join(root, `layers/${index}.yaml`), text);
  }
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('docs/typescript.md', () => {
  it('has all the TypeScript that there is in the documents', () => {
    expect(allBlocks('ts').map(({ page }) => page)).toEqual(['docs/typescript.md']);
  });

  it('has an app that type-checks against the published types', async () => {
    const options = { extends: '../../tsconfig.json', include: ['main.ts'] };
    writeFileSync(join(root, 'tsconfig.json'), JSON.stringify(options));
    const tsc = await tryRun(process.execPath, [
      resolve('node_modules/typescript/bin/tsc'),
      '--project',
      root,
    ]);
    expect(tsc.stdout).toBe('');
    expect(tsc.code).toBe(0);
  });

  it('has an app that layers synth runs', async () => {
    const { code, stderr } = await tryRun(process.execPath, [CLI, 'synth'], { cwd: root });
    expect(code, stderr).toBe(0);
    expect(readdirSync(join(root, 'dist')).sort()).toEqual(['builds', 'edge.build', 'worker.build']);
    const [build] = readdirSync(join(root, 'dist/builds'));
    const containerfile = await run('cat', [join(root, 'dist/builds', build!, 'Containerfile')]);
    expect(containerfile).toContain('# systemd-hotfix: hotfix (RHEL-12345, journald deadlock)\n');
    expect(containerfile).toContain('dnf install -y --repo vendor agent');
  });
});
