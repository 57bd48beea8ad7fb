import { isAtLeast, type ReleaseVersion } from '../../values/release-version.ts';
import type { MachineConfig } from '../objects.ts';
import { type Config, mergeIgnition } from './merge.ts';
import { newestVersion, type Parsed, parseIgnition } from './parse.ts';

/** What nodes are told by all of the MachineConfigs, in their order. */
export function renderIgnition(configs: readonly MachineConfig[], release: ReleaseVersion): Parsed {
  let merged: Parsed | undefined;
  for (const { spec } of configs) {
    const own = spec.config ? parseIgnition(spec.config as Config, release) : undefined;
    if (merged === undefined) {
      merged = own ?? { config: { ignition: { version: newestVersion(release) } }, isUntranslated: false };
    } else if (own !== undefined) {
      merged = {
        config: mergeContents(merged.config, own.config, release),
        isUntranslated: merged.isUntranslated || own.isUntranslated,
      };
    }
  }
  const { config, isUntranslated } = merged ?? { config: {}, isUntranslated: false };
  return { config: withFiles(config, (file) => ({ overwrite: true, ...file })), isUntranslated };
}

/** From 4.20 on, a file that another one replaces takes its compression along. */
function mergeContents(before: Config, after: Config, release: ReleaseVersion): Config {
  if (!isAtLeast(release, '4.20')) return mergeIgnition(before, after);
  const explicit = withFiles(after, (file) => ({
    ...file,
    contents: { compression: '', ...(file.contents as Config | undefined) },
  }));
  return withFiles(mergeIgnition(before, explicit), ({ contents, ...file }) => {
    const { compression, ...rest } = (contents ?? {}) as Config;
    const kept = compression === undefined || compression === '' ? rest : { compression, ...rest };
    return Object.keys(kept).length === 0 ? file : { ...file, contents: kept };
  });
}

function withFiles(config: Config, change: (file: Config) => Config): Config {
  const storage = config.storage as Config | undefined;
  const files = storage?.files as readonly Config[] | undefined;
  return files === undefined ? config : { ...config, storage: { ...storage, files: files.map(change) } };
}
