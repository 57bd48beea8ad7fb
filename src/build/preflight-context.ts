import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CONTEXT } from '../plan/surroundings.ts';
import type { PreflightInputs } from './preflight-inputs.ts';

/** The operator's build context: these three files and nothing else. Returns the Containerfile's path. */
export async function writeContext(
  folder: string,
  containerfile: string,
  config: string,
  trustBundle: Buffer,
): Promise<string> {
  await mkdir(dirname(join(folder, CONTEXT.config)), { recursive: true });
  await writeFile(join(folder, CONTEXT.config), gzipSync(config, { level: 9 }).toString('base64'));
  await writeFile(join(folder, CONTEXT.trustBundle), trustBundle);
  await writeFile(join(folder, CONTEXT.containerfile), containerfile);
  return join(folder, CONTEXT.containerfile);
}

/** Copies of what is mounted, which the build may change, and whoever runs in it may read. */
export async function writeVolumes(
  scratch: string,
  mounted: PreflightInputs['mounted'],
): Promise<{ folder: string; target: string }[]> {
  const volumes = [];
  for (const [index, { target, files }] of mounted.entries()) {
    const folder = join(scratch, `volume-${index}`);
    await mkdir(folder);
    await chmod(folder, 0o755);
    for (const [name, bytes] of files) {
      await writeFile(join(folder, name), bytes);
      await chmod(join(folder, name), 0o755);
    }
    volumes.push({ folder, target });
  }
  return volumes;
}
