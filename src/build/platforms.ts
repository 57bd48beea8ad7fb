import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failure, LayersError } from '../diagnostics.ts';
import type { Architecture } from '../values/architecture.ts';

/** What a machine can run. */
export interface Machine {
  /** As node calls them. */
  readonly platform: string;
  readonly arch: string;
  /** Where the kernel says which programs run those of others. */
  readonly handlers: string;
}

const THIS_MACHINE: Machine = {
  platform: process.platform,
  arch: process.arch,
  handlers: '/proc/sys/fs/binfmt_misc',
};

const NATIVE: Readonly<Record<string, Architecture>> = {
  x64: 'amd64',
  arm64: 'arm64',
  ppc64: 'ppc64le',
  s390x: 's390x',
};

/** In the header of a program: the order of its bytes, and its machine. https://refspecs.linuxfoundation.org/elf */
const ELF: Readonly<Record<Architecture, { readonly order: 'little' | 'big'; readonly machine: number }>> = {
  amd64: { order: 'little', machine: 62 },
  arm64: { order: 'little', machine: 183 },
  ppc64le: { order: 'little', machine: 21 },
  s390x: { order: 'big', machine: 22 },
};

/** Those of the architectures whose programs a machine cannot run in a build. Engines elsewhere than on Linux have a machine of their own. */
export async function unbuildable(
  architectures: readonly Architecture[],
  { platform, arch, handlers }: Machine = THIS_MACHINE,
): Promise<Architecture[]> {
  const foreign = platform === 'linux' ? architectures.filter((name) => name !== NATIVE[arch]) : [];
  if (foreign.length === 0) return [];
  const texts = await handlersIn(handlers);
  return foreign.filter((name) => !texts.some((text) => runs(text, headerOf(name))));
}

/** Throws, with what is missing, for builds that this machine cannot make. */
export async function assertBuildable(
  builds: readonly { readonly architecture: Architecture; readonly pools: string }[],
  machine?: Machine,
): Promise<void> {
  const missing = await unbuildable([...new Set(builds.map(({ architecture }) => architecture))], machine);
  if (missing.length === 0) return;
  throw new LayersError(
    missing.flatMap((name) => {
      const pools = builds.filter(({ architecture }) => architecture === name).map(({ pools }) => pools);
      const message = `this machine cannot build for ${name}, as ${[...new Set(pools)].join(', ')} wants it`;
      return failure('input', 'platform-unbuildable', message, {
        hint: `Nothing was built, and an index is never pushed in part. Install qemu-user-static, whose handlers have the flag F (/proc/sys/fs/binfmt_misc), or run it on a machine that can: one of ${name}, with emulation for the others.`,
      }).diagnostics;
    }),
  );
}

async function handlersIn(folder: string): Promise<string[]> {
  try {
    if ((await readFile(join(folder, 'status'), 'utf8')).trim() !== 'enabled') return [];
    const names = (await readdir(folder)).filter((name) => !['register', 'status'].includes(name));
    return await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  } catch {
    // Not mounted.
    return [];
  }
}

/** The first bytes of a program. */
function headerOf(architecture: Architecture): Buffer {
  const { order, machine } = ELF[architecture];
  const isLittle = order === 'little';
  const header = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, isLittle ? 1 : 2, 1, ...Array(13).fill(0)]);
  for (const [at, value] of [
    [16, 2],
    [18, machine],
  ] as const) {
    if (isLittle) header.writeUInt16LE(value, at);
    else header.writeUInt16BE(value, at);
  }
  return header;
}

/** Whether a handler runs programs with this header. Without F the kernel looks for it in the image, which does not have it. */
function runs(handler: string, header: Buffer): boolean {
  const of = (key: string) => new RegExp(`^${key}:? ?(.*)$`, 'm').exec(handler)?.[1] ?? '';
  const magic = Buffer.from(of('magic'), 'hex');
  if (!/^enabled$/m.test(handler) || !of('flags').includes('F') || magic.length === 0) return false;
  const mask = Buffer.from(of('mask') || 'ff'.repeat(magic.length), 'hex');
  const offset = Number(of('offset') || 0);
  return magic.every((byte, at) => ((header[offset + at] ?? -1) & mask[at]!) === (byte & mask[at]!));
}
