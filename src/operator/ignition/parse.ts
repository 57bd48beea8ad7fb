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
/** The bits of setuid, setgid and sticky: files have them from 3.4 on. */
const SPECIAL_BITS = 0o7000;

export function parseIgnition(raw: Config, release: ReleaseVersion): Parsed {
  const newest = newestVersion(release);
  const newestMinor = Number(newest.split('.')[1]);
  const version = (raw.ignition as Config | undefined)?.version;
  const supported = ['2.2', ...Array.from({ length: newestMinor + 1 }, (_, minor) => `3.${minor}`)];
  if (typeof version !== 'string' || !SEMVER.test(version)) throw unsupported('invalid', supported);
  const [, minor] = /^3\.(\d+)\.0$/.exec(version) ?? [];
  if (minor !== undefined && Number(minor) <= newestMinor) {
    const config = normalize(raw);
    const own = { ...(config.ignition as Config), version: newest };
    return { config: withoutSpecialBits({ ...config, ignition: own }, Number(minor)), isUntranslated: false };
  }
  if (version !== '2.2.0') throw unsupported('unknown', supported);
  return { config: { ignition: { version: newest } }, isUntranslated: saysMore(raw) };
}

function unsupported(what: string, supported: readonly string[]): Refusal {
  return new Refusal(
    `parsing Ignition config failed: ${what} version. Supported spec versions: ${supported.join(', ')}`,
  );
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

function withoutSpecialBits(config: Config, minor: number): Config {
  const storage = config.storage as Record<string, readonly Config[]> | undefined;
  if (storage === undefined || minor >= 4) return config;
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
