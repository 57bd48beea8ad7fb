import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chooseEngine } from '../../src/engines/index.ts';
import { diagnosticOf, diagnosticsOf } from '../registry/fake-registry.ts';

// Engines that are here and broken: real ones, as somebody without rights, are in test/e2e/rootless.test.ts.
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'layers-probe-'));
  vi.stubEnv('PATH', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function put(name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
}
const works = (name: string) => put(name, `echo ${name} version 1.2.3`);
const broken = (name: string, says: string) =>
  put(name, `[ "$1" = info ] || { echo ${name} version 1.2.3; exit; }\necho '${says}' >&2\nexit 125`);

describe('the engine', () => {
  it('is buildah where both work', async () => {
    works('podman');
    works('buildah');
    expect(await chooseEngine()).toMatchObject({ engine: { name: 'buildah' }, version: '1.2.3' });
  });

  it('is podman where buildah is here and does not work', async () => {
    works('podman');
    broken('buildah', 'Error: driver not supported');
    expect((await chooseEngine()).engine.name).toBe('podman');
  });

  it('is the one that was asked for, or none', async () => {
    works('podman');
    broken('buildah', 'Error: driver not supported');
    const error = await diagnosticOf(chooseEngine('buildah'));
    expect(error).toMatchObject({ code: 'engine-unusable', source: 'build' });
    expect(error.message).toBe('buildah is here, but does not work: driver not supported');
    expect(error.hint).toContain('STORAGE_DRIVER');
  });

  it('is missing, where none is here', async () => {
    const error = await diagnosticOf(chooseEngine());
    expect(error).toMatchObject({ code: 'no-engine', message: 'neither buildah nor podman is here' });
    expect((await diagnosticOf(chooseEngine('podman'))).hint).toContain('apt install podman');
  });

  it('that is broken has more to say than one that is missing', async () => {
    broken('podman', 'time="x" level=error msg="something \\"new\\" happened"');
    const all = await diagnosticsOf(chooseEngine());
    expect(all.map(({ message }) => message)).toEqual([
      'podman is here, but does not work: something "new" happened',
    ]);
    expect(all[0]!.hint).toBe('`podman info` has to work first.');
  });

  it('that cannot even say its version is broken, too', async () => {
    put('buildah', 'echo "buildah: error while loading shared libraries: libgpgme.so.11" >&2; exit 127');
    const error = await diagnosticOf(chooseEngine('buildah'));
    expect(error.message).toContain('libgpgme.so.11');
  });
});
