import { extensionsOf } from '../values/extensions.ts';
import type { ReleaseVersion } from '../values/release-version.ts';
import type { Config } from './ignition/merge.ts';
import { parseIgnition } from './ignition/parse.ts';
import type { MachineConfigSpec } from './objects.ts';
import { Refusal } from './refusal.ts';

const KERNELS = ['', 'default', 'realtime', '64k-pages'];

/** What one MachineConfig must be for any to be rendered. */
export function validateMachineConfig(
  { kernelType, config, extensions }: MachineConfigSpec,
  release: ReleaseVersion,
): void {
  if (!KERNELS.includes(kernelType)) throw new Refusal(`kernelType=${kernelType} is invalid`);
  if (config === undefined || config === null) return;
  validateModes(parseIgnition(config as Config, release).config);
  const known = extensionsOf(release);
  const unknown = (extensions ?? []).filter((name) => !known.has(name));
  if (unknown.length > 0) throw new Refusal(`invalid extensions found: [${unknown.join(' ')}]`);
}

function validateModes(config: Config): void {
  const files = ((config.storage as Config | undefined)?.files ?? []) as readonly Config[];
  const wrong = files.find(({ mode }) => typeof mode === 'number' && mode > 0o777);
  if (wrong === undefined) return;
  const mode = (wrong.mode as number).toString(8);
  throw new Refusal(`invalid mode 0${mode} for ${wrong.path}, cannot exceed 0777`);
}
