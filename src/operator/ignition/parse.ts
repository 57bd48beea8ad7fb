import { isAtLeast, type ReleaseVersion } from '../../values/release-version.ts';
import { Refusal } from '../refusal.ts';
import { type Config, normalize } from './merge.ts';

/** A config in the specification that a release renders. */
export interface Parsed {
  readonly config: Config;
  /** It is of version 2, and says more than that: its contents are not translated here. */
  readonly isUntranslated: boolean;
}

/** The newest specification that a release knows: what it renders is of it. */
export function newestVersion(release: ReleaseVersion): string {
  return isAtLeast(release, '4.19') ? '3.5.0' : '3.4.0';
}

const SEMVER = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]*)?(?:\+[0-9A-Za-z.-]*)?$/;
/** The bits of setuid, setgid and sticky. Files have them from 3.4 on; from 5.0 on, older configs keep theirs as well. */
const SPECIAL_BITS = 0o7000;

export function parseIgnition(raw: Config, release: ReleaseVersion): Parsed {
  const newest = newestVersion(release);
  const newestMinor = Number(newest.split('.')[1]);
  const version = (raw.ignition as Config | undefined)?.version;
  const supported = ['2.2', ...Array.from({ length: newestMinor + 1 }, (_, minor) => `3.${minor}`)];
  const refuse = (what: string) => {
    const versions = supported.join(isAtLeast(release, '4.20') ? ',' : ', ');
    return new Refusal(
      `parsing Ignition config failed: ${what} version. Supported spec versions: ${versions}`,
    );
  };
  if (typeof version !== 'string' || !SEMVER.test(version)) throw refuse('invalid');
  const [, minor] = /^3\.(\d+)\.0$/.exec(version) ?? [];
  if (minor !== undefined && Number(minor) <= newestMinor) {
    const config = normalize(raw);
    const own = { ...(config.ignition as Config), version: newest };
    const translated = { ...config, ignition: own };
    const isMasked = Number(minor) < 4 && !isAtLeast(release, '4.23');
    return { config: isMasked ? withoutSpecialBits(translated) : translated, isUntranslated: false };
  }
  if (!/^2\.[012]\.0$/.test(version)) throw refuse('unknown');
  return { config: { ignition: { version: newest } }, isUntranslated: saysMore(raw) };
}

function saysMore(value: unknown, isTop = true): boolean {
  if (typeof value !== 'object' || value === null) return value !== undefined && value !== null;
  return Object.entries(value).some(([key, inner]) => {
    if (isTop && key === 'ignition') {
      return Object.entries(inner as object).some(
        ([name, more]) => name !== 'version' && saysMore(more, false),
      );
    }
    return saysMore(inner, false);
  });
}

function withoutSpecialBits(config: Config): Config {
  const storage = config.storage as Record<string, readonly Config[]> | undefined;
  if (storage === undefined) return config;
  const lists = ['files', 'directories']
    .filter((name) => storage[name] !== undefined)
    .map((name) => [
      name,
      storage[name]!.map((node) =>
        typeof node.mode === 'number' ? { ...node, mode: node.mode & ~SPECIAL_BITS } : node,
      ),
    ]);
  return { ...config, storage: { ...storage, ...Object.fromEntries(lists) } };
}
