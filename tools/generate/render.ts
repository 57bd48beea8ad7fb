import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Pinned } from '../../src/spec/lock.ts';
import { ownApp } from '../../src/synth/own-app.ts';

/** The release of the reference's examples. Its digest is made up. */
export const RELEASE = {
  kind: 'Release',
  name: '4.19.3',
  amd64: {
    'rhel-coreos': `quay.io/openshift-release-dev/ocp-v4.0-art-dev@sha256:419${'0'.repeat(60)}3`,
    'driver-toolkit': `quay.io/openshift-release-dev/ocp-v4.0-art-dev@sha256:419${'0'.repeat(60)}4`,
    kernel: '5.14.0-570.16.1.el9_6.x86_64',
    el: '9.6',
  },
};

/** A pin of the reference's examples. */
export function samplePin(build: string): Pinned {
  return {
    image: 'registry.example.com/os/worker',
    build,
    digest: `sha256:${'5'.repeat(64)}`,
    base: RELEASE.amd64['rhel-coreos'],
    release: RELEASE.name,
    packages: '7'.repeat(64),
    origin: 'built',
  };
}

/** What a repository of these files compiles to: `dist/`, and the pools. */
export function compileFiles(files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), 'layers-generate-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    const app = ownApp(root);
    const dist = new Map(
      [...app.render()].map(([path, content]) => [path, Buffer.from(content).toString('utf8')]),
    );
    return { dist, pools: app.compiled };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** A Containerfile without its FROM, and without the check that ends every one from 4.19 on. */
export function bodyOf(containerfile: string): string {
  // Where no instruction has a comment there are no blank lines.
  if (!containerfile.includes('\n\n')) return containerfile.trimEnd().replace(/^.*\n/, '');
  const [, ...blocks] = containerfile.trimEnd().split('\n\n');
  return blocks.filter((block) => block !== 'RUN bootc container lint').join('\n\n');
}
