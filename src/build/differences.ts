import type { BuildPlan } from '../plan/plan.ts';

/** A build as far as it is known. */
export interface Made extends Pick<BuildPlan, 'release' | 'base'> {
  /** Not known of what only the lock knows. */
  readonly architecture?: BuildPlan['architecture'];
  /** Those for further architectures. */
  readonly others?: readonly Made[];
  readonly steps?: BuildPlan['steps'];
  readonly containerfile?: string;
}

/** One thing in which a build differs, said of a pool, and the key of the pool that says it. */
export interface Difference {
  readonly key: 'release' | 'architectures' | 'base' | 'refresh' | 'layers';
  readonly text: string;
}

/** In what a pool's build differs from another one, in the words of the documents. */
export function differences(own: Made, other: Made): Difference[] {
  const [mine, theirs] = [own, other].map((made) => [made, ...(made.others ?? [])]) as [Made[], Made[]];
  const [names, otherNames] = [mine, theirs].map((all) =>
    all.map(({ architecture }) => architecture).join(', '),
  );
  if (own.architecture !== undefined && other.architecture !== undefined && names !== otherNames) {
    return [{ key: 'architectures', text: `its architectures are ${names}, and not ${otherNames}` }];
  }
  const found = mine.flatMap((made, index) => {
    const another = theirs[index];
    return another === undefined ? [] : differ(made, another);
  });
  // What is edited in one place differs for every architecture.
  return [...new Map(found.map((difference) => [difference.text, difference])).values()];
}

function differ(own: Made, other: Made): Difference[] {
  const isOfRelease = own.release === other.release;
  const hasBase = digestOf(own.base) === digestOf(other.base);
  const found: Difference[] = [
    ...(isOfRelease ? [] : [differs('release', own.release, other.release)]),
    ...(isOfRelease && !hasBase ? [differs('base', own.base, other.base)] : []),
  ];
  if (own.containerfile === undefined || other.containerfile === undefined) return found;
  const [mine, theirs] = [partsOf(own), partsOf(other)];
  if (mine.refresh !== theirs.refresh) found.push({ key: 'refresh', text: 'its refresh is another one' });
  // For another release the same layer may well read otherwise: that is no other thing to edit.
  return [...found, ...layersDiffer(mine.layers, theirs.layers, isOfRelease)];
}

function differs(key: Difference['key'], own: string, other: string): Difference {
  return { key, text: `its ${key} is ${own}, and not ${other}` };
}

function digestOf(image: string): string {
  return image.slice(image.indexOf('@'));
}

function layersDiffer(
  own: ReadonlyMap<string, string>,
  other: ReadonlyMap<string, string>,
  mayCompare: boolean,
): Difference[] {
  const lacking = [...other.keys()].filter((layer) => !own.has(layer));
  const more = [...own.keys()].filter((layer) => !other.has(layer));
  const changed = mayCompare
    ? [...own].filter(([layer, text]) => other.has(layer) && other.get(layer) !== text)
    : [];
  const said = [
    ...lacking.map((layer) => `it lacks the layer ${layer}`),
    ...more.map((layer) => `it has the layer ${layer} more`),
    ...changed.map(([layer]) => `its layer ${layer} is another one`),
  ];
  const sameLayers = said.length === 0 && [...own.keys()].join() !== [...other.keys()].join();
  if (sameLayers) said.push('its layers are in another order');
  return said.map((text) => ({ key: 'layers', text }));
}

/** A Containerfile's instructions by layer, whose name stands above the first of them, and the refresh before all. */
function partsOf({ steps = [], containerfile = '' }: Made) {
  const blocks = containerfile.trimEnd().split('\n\n');
  // What ends the stage is of no layer.
  if (steps.at(-1) === 'end') blocks.pop();
  const layers = new Map<string, string>();
  let layer: string | undefined;
  let refresh: string | undefined;
  for (const block of blocks) {
    const [, named, rest] = /^# ([a-z0-9-]+): .*\n([\s\S]*)$/.exec(block) ?? [];
    if (named !== undefined) layer = named;
    else if (block.startsWith('FROM ')) layer = undefined;
    if (layer !== undefined) layers.set(layer, `${layers.get(layer) ?? ''}${rest ?? block}\n`);
    else if (block.startsWith('LABEL ')) refresh = block;
  }
  return { layers, refresh };
}
