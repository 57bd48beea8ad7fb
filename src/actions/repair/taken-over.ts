import yaml from 'js-yaml';
import { EMPTY_LOCK, type PinnedPool, parsePoolLock, printPoolLock } from '../../spec/lock.ts';

type Record_ = Readonly<Record<string, unknown>>;

/** The pins of a lock of one file, as no released version wrote it, for pools that have no file yet. */
export function takenOver(
  text: string,
  known: ReadonlySet<string>,
): [pool: string, text: string, pin: PinnedPool][] {
  const { builds = {}, pools = {} } = contentOf(text) as { builds?: Record_; pools?: Record_ };
  return Object.entries(pools).flatMap(([pool, entry]): [string, string, PinnedPool][] => {
    const { build, image } = (entry ?? {}) as { build?: string; image?: string };
    const { pushed, ...made } = (builds[build ?? ''] ?? {}) as Record_;
    if (known.has(pool) || pushed !== true || !/^[a-z0-9-]+(\/[a-z0-9-]+)?$/.test(pool)) return [];
    const pin = { image, build, ...made } as unknown as PinnedPool;
    const printed = printPoolLock({ ...EMPTY_LOCK, pools: { [pool]: pin } }, pool)!;
    // What is not right in it is not made up.
    return parsePoolLock(printed, pool).diagnostics.length > 0 ? [] : [[pool, printed, pin]];
  });
}

function contentOf(text: string): object {
  try {
    return (yaml.load(text, { schema: yaml.CORE_SCHEMA }) ?? {}) as object;
  } catch {
    return {};
  }
}
