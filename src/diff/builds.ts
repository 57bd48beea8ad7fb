import type { BuildDiff, TextDiff } from './model.ts';
import type { MadeBuild, PoolState } from './state.ts';
import { unifiedDiff } from './unified.ts';

/** What differs in the builds of pools, once for all pools that have the same difference. */
export function compareBuilds(
  pools: readonly { readonly before?: PoolState | undefined; readonly after?: PoolState | undefined }[],
): BuildDiff[] {
  const groups = new Map<
    string,
    { pools: string[]; before?: PoolState | undefined; after?: PoolState | undefined }
  >();
  for (const { before, after } of pools) {
    const { pool, build } = (after ?? before)!;
    const key = [build.by === 'cluster', before?.made.hash, after?.made.hash].join();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { pools: [pool], before, after });
    else group.pools.push(pool);
  }
  return [...groups.values()].flatMap(({ pools, before, after }) => {
    const texts = compareAll(before?.made, after?.made);
    if (texts.length === 0) return [];
    return [
      {
        pools,
        ...(before && { from: before.made.hash }),
        ...(after && { to: after.made.hash }),
        texts,
      },
    ];
  });
}

/** The texts of every build, with the architecture where there are several. */
function compareAll(before: MadeBuild | undefined, after: MadeBuild | undefined): TextDiff[] {
  const others = (made: MadeBuild | undefined) =>
    new Map((made?.others ?? []).map((build) => [build.architectures ?? '', build]));
  const [old, now] = [others(before), others(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])].sort();
  return [
    ...compareTexts(before, after),
    ...names.flatMap((name) =>
      compareTexts(old.get(name), now.get(name)).map((text) => ({ ...text, name: `${text.name} (${name})` })),
    ),
  ];
}

function compareTexts(before: MadeBuild | undefined, after: MadeBuild | undefined): TextDiff[] {
  const containerfile = unifiedDiff('Containerfile', before?.containerfile, after?.containerfile);
  const [old, now] = [byStem(before), byStem(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])].sort();
  return [
    ...(containerfile === undefined ? [] : [containerfile]),
    ...names.flatMap((name) => compareFiles(name, old.get(name), now.get(name)) ?? []),
  ];
}

/** Files are called after what they are and the sum of their bytes: the same file has another name with another content. */
function byStem(build: MadeBuild | undefined): Map<string, Uint8Array> {
  return new Map(
    [...(build?.context ?? [])].map(([name, bytes]) => [name.replace(/\.[0-9a-f]{16}$/, ''), bytes]),
  );
}

function compareFiles(
  name: string,
  before: Uint8Array | undefined,
  after: Uint8Array | undefined,
): TextDiff | undefined {
  if (before !== undefined && after !== undefined && Buffer.from(before).equals(after)) return undefined;
  const [from, to] = [textIn(before), textIn(after)];
  if (from === undefined || to === undefined) return { name, added: 0, removed: 0 };
  return unifiedDiff(name, from, to);
}

/** undefined for what is no text. */
function textIn(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined) return '';
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}
