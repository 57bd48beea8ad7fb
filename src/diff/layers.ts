import { instructionsIn } from '../engines/containerfile.ts';
import type { MadeBuild } from './state.ts';

/** What a build has of a layer. */
export interface LayerPart {
  /** The kinds of its steps, each once. */
  readonly kinds: readonly string[];
  readonly text: string;
}

export interface Parts {
  /** In the order in which they are first. */
  readonly layers: ReadonlyMap<string, LayerPart>;
  readonly refresh?: string;
}

/** The layers of a build, or of all builds of an index, as far as what it is compared with has builds for the same. */
export function partsOf(made: MadeBuild, beside: MadeBuild = made): Parts {
  const { layers, ...own } = partsIn(made);
  const all = new Map(layers);
  for (const other of made.others ?? []) {
    const isCompared = beside.others?.some(({ architectures }) => architectures === other.architectures);
    for (const [layer, { kinds, text }] of partsIn(other).layers) {
      const known = all.get(layer);
      const both = `${known?.text ?? ''}${isCompared ? text : ''}`;
      all.set(layer, { kinds: [...new Set([...(known?.kinds ?? []), ...kinds])], text: both });
    }
  }
  return { ...own, layers: all };
}

/** A build's instructions by the layers that they came from: a reason in a comment is no part of any. */
function partsIn({
  containerfile,
  plan: { stages = [], steps },
}: Pick<MadeBuild, 'containerfile' | 'plan'>): Parts {
  const instructions = instructionsIn(containerfile);
  // A FROM is of the stage's layer; that of the last stage is of none.
  const from = [...stages.flatMap((stage) => [stage.steps[0] ?? '', ...stage.steps]), '', ...steps];
  const layers = new Map<string, { kinds: string[]; text: string }>();
  let refresh: string | undefined;
  for (const [index, instruction] of instructions.entries()) {
    const step = from[index] ?? '';
    const [, layer, kind] = /^(.+): (\S+)$/.exec(step) ?? [];
    if (step === 'refresh') refresh = instruction;
    if (layer === undefined || kind === undefined) continue;
    const part = layers.get(layer) ?? { kinds: [], text: '' };
    if (!part.kinds.includes(kind)) part.kinds.push(kind);
    part.text += `${instruction}\n`;
    layers.set(layer, part);
  }
  return { layers, ...(refresh !== undefined && { refresh: refreshIn(refresh) }) };
}

/** `LABEL cdk8s-os-layers/refresh=2026-11`, quoted where it has to be. */
function refreshIn(label: string): string {
  const value = label.slice(label.indexOf('=') + 1);
  return /^"(.*)"$/s.exec(value)?.[1] ?? value;
}

/** The layers that stand elsewhere among those that both have: the fewest that would have to move. */
export function movedLayers(before: readonly string[], after: readonly string[]): Set<string> {
  const common = after.filter((layer) => before.includes(layer));
  const positions = common.map((layer) => before.indexOf(layer));
  // The longest run of positions that rise stays.
  const longest = positions.map(() => 1);
  const previous = positions.map(() => -1);
  for (const [index, position] of positions.entries())
    for (let other = 0; other < index; other++)
      if (positions[other]! < position && longest[other]! + 1 > longest[index]!) {
        longest[index] = longest[other]! + 1;
        previous[index] = other;
      }
  const moved = new Set(common);
  for (let at = longest.indexOf(Math.max(0, ...longest)); at >= 0; at = previous[at]!)
    moved.delete(common[at]!);
  return moved;
}
