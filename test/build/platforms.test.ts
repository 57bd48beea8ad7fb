import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { assertBuildable, type Machine, unbuildable } from '../../src/build/platforms.ts';
import { exitCodeOf, LayersError } from '../../src/diagnostics.ts';
import { ARCHITECTURES } from '../../src/values/architecture.ts';

/** As the kernel says it, of what Debian's qemu-user-static registers. */
const ARM64 = `enabled
interpreter /usr/libexec/qemu-binfmt/aarch64-binfmt-P
flags: POF
offset 0
magic 7f454c460201010000000000000000000200b700
mask ffffffffffffff00fffffffffffffffffeffffff
`;
const S390X = ARM64.replace(
  '0201010000000000000000000200b700',
  '0202010000000000000000000002 0016'.replace(' ', ''),
).replace('ffffffffffffff00fffffffffffffffffeffffff', 'ffffffffffffff00fffffffffffffffffffeffff');

function machine(handlers: Record<string, string>, more: Partial<Machine> = {}): Machine {
  const folder = mkdtempSync(join(tmpdir(), 'layers-binfmt-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries({ status: 'enabled\n', register: '', ...handlers })) {
    writeFileSync(join(folder, name), text);
  }
  return { platform: 'linux', arch: 'x64', handlers: folder, ...more };
}

describe('a machine', () => {
  it('builds what it is', async () => {
    expect(await unbuildable(['amd64'], machine({}))).toEqual([]);
    expect(await unbuildable(['amd64', 'arm64'], machine({}, { arch: 'arm64' }))).toEqual(['amd64']);
    expect(await unbuildable(ARCHITECTURES, machine({}))).toEqual(['arm64', 'ppc64le', 's390x']);
  });

  it('builds what the kernel runs by another program, whatever that is called', async () => {
    expect(await unbuildable(ARCHITECTURES, machine({ anything: ARM64 }))).toEqual(['ppc64le', 's390x']);
    expect(await unbuildable(ARCHITECTURES, machine({ a: ARM64, b: S390X }))).toEqual(['ppc64le']);
  });

  it.each([
    ['is off', { 'qemu-aarch64': ARM64.replace('enabled', 'disabled') }],
    // The interpreter would be looked for in the image.
    ['is not opened beforehand', { 'qemu-aarch64': ARM64.replace('POF', 'PO') }],
    ['is for what ends in .jar', { jar: 'enabled\ninterpreter /usr/bin/jexec\nflags: F\nextension .jar\n' }],
    ['is off with all others', { 'qemu-aarch64': ARM64, status: 'disabled\n' }],
  ])('does not where that %s', async (_, handlers) => {
    expect(await unbuildable(['arm64'], machine(handlers))).toEqual(['arm64']);
  });

  it('without the file system of handlers has none', async () => {
    expect(await unbuildable(['arm64'], machine({}, { handlers: '/nonexistent' }))).toEqual(['arm64']);
  });

  it('that is no Linux builds in another one, of which nothing is known here', async () => {
    expect(await unbuildable(['arm64'], machine({}, { platform: 'darwin' }))).toEqual([]);
  });

  it('is told what it lacks, once for each architecture, with the pools that want it', async () => {
    const builds = [
      { architecture: 'arm64', pools: 'worker' },
      { architecture: 'arm64', pools: 'infra' },
      { architecture: 's390x', pools: 'infra' },
    ] as const;
    const error = await assertBuildable(builds, machine({})).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(LayersError);
    expect(error.diagnostics).toMatchObject([
      {
        code: 'platform-unbuildable',
        message: 'this machine cannot build for arm64, as worker, infra wants it',
        hint: expect.stringContaining('qemu-user-static'),
      },
      { message: 'this machine cannot build for s390x, as infra wants it' },
    ]);
    expect(exitCodeOf(error.diagnostics)).toBe(2);
  });
});
