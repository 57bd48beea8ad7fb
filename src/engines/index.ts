import { failure } from '../diagnostics.ts';
import { buildah } from './buildah.ts';
import type { Engine, EngineName } from './engine.ts';
import { podman } from './podman.ts';

/** Every engine there is, the preferred one first. */
export const ENGINES: Readonly<Record<EngineName, Engine>> = { buildah, podman };

/** The engine asked for, or the first one that is here. */
export async function chooseEngine(wanted?: EngineName): Promise<Engine> {
  if (wanted !== undefined) {
    await ENGINES[wanted].probe();
    return ENGINES[wanted];
  }
  for (const engine of Object.values(ENGINES)) {
    if (await isHere(engine)) return engine;
  }
  throw failure('build', 'no-engine', 'neither buildah nor podman is here', {
    hint: 'Install one: `apt install buildah` or `dnf install buildah`.',
  });
}

async function isHere(engine: Engine): Promise<boolean> {
  try {
    await engine.probe();
    return true;
  } catch {
    return false;
  }
}
