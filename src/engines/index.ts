import { failure, LayersError } from '../diagnostics.ts';
import { buildah } from './buildah.ts';
import type { Engine, EngineName } from './engine.ts';
import { podman } from './podman.ts';

/** Every engine there is, the preferred one first. */
export const ENGINES: Readonly<Record<EngineName, Engine>> = { buildah, podman };

/** The engine asked for, or the first one that is here and works; with its version. */
export async function chooseEngine(wanted?: EngineName): Promise<{ engine: Engine; version: string }> {
  if (wanted !== undefined) return { engine: ENGINES[wanted], version: await ENGINES[wanted].probe() };
  const reasons: LayersError[] = [];
  for (const engine of Object.values(ENGINES)) {
    try {
      return { engine, version: await engine.probe() };
    } catch (error) {
      if (!(error instanceof LayersError)) throw error;
      reasons.push(error);
    }
  }
  // Those that are here and do not work have more to say than those that are not.
  const all = reasons.flatMap(({ diagnostics }) => diagnostics);
  const broken = all.filter(({ code }) => code !== 'no-engine');
  if (broken.length > 0) throw new LayersError(broken);
  throw failure('build', 'no-engine', 'neither buildah nor podman is here', {
    hint: 'Install one: `apt install buildah` or `dnf install buildah`.',
  });
}
