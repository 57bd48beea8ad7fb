import type { Documents } from './documents.ts';
import { movedLayers, type Parts, partsOf } from './layers.ts';
import type { Cell, ObjectDiff, Reason, ReasonKind } from './model.ts';
import type { PoolState } from './state.ts';
import { compareValues } from './values.ts';

export interface Compared {
  readonly before: PoolState;
  readonly after: PoolState;
  readonly objects: readonly ObjectDiff[];
  readonly documents: { readonly before: Documents; readonly after: Documents };
}

/** Why a pool that both sides have differs. */
export function reasonsOf(compared: Compared): Reason[] {
  const { before, after } = compared;
  const [from, to] = [partsOf(before.made, after.made), partsOf(after.made, before.made)];
  const ofRelease = before.made.release === after.made.release;
  const input = [
    ...value(compared, 'release', before.made.release, after.made.release),
    // A cluster's own builds are for none in particular.
    ...(before.made.architectures && after.made.architectures
      ? value(compared, 'architectures', before.made.architectures, after.made.architectures)
      : []),
    ...(ofRelease ? value(compared, 'base', before.made.base, after.made.base) : []),
    ...value(compared, 'refresh', from.refresh, to.refresh),
    ...layerReasons(compared, from, to),
  ];
  const settings = [
    ...value(compared, 'target', before.build.target, after.build.target),
    ...value(compared, 'build', before.build.by, after.build.by),
    ...value(compared, 'image', before.build.image, after.build.image, 'target'),
    ...value(compared, 'follows', before.build.follows, after.build.follows),
    ...objectReasons(compared),
  ];
  const pin: Reason[] =
    before.image === after.image ? [] : [{ kind: 'pin', ...fromTo(before.image, after.image) }];
  return [...input, ...settings, ...textReasons(compared, input.length > 0), ...pin];
}

function value(
  { after, documents }: Compared,
  kind: ReasonKind,
  from: string | undefined,
  to: string | undefined,
  key: string = kind,
): Reason[] {
  if (from === to) return [];
  const place = documents.after.placeOf(after.pool, key);
  return [{ kind, ...fromTo(from, to), ...(place && { place }) }];
}

function fromTo(from: string | undefined, to: string | undefined) {
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}

function layerReasons(compared: Compared, from: Parts, to: Parts): Reason[] {
  const { before, after, documents } = compared;
  const cells = layerCells(compared, from, to);
  return [...cells].flatMap(([layer, cell]): Reason[] => {
    if (cell === undefined || cell === 'same') return [];
    const isGone = cell === 'removed';
    const written = isGone
      ? documents.before.layer(before.pool, layer)
      : documents.after.layer(after.pool, layer);
    const place = written && documents[isGone ? 'before' : 'after'].place(written.origin);
    const edits = cell === 'edited' ? editsOf(compared, layer) : [];
    return [
      {
        kind: `layer-${cell}`,
        layer,
        steps: (isGone ? from : to).layers.get(layer)!.kinds,
        ...(edits !== undefined && edits.length > 0 && { edits }),
        ...(place && { place }),
      },
    ];
  });
}

/** What became of each layer, those that are there in their order, then those that are gone. */
function layerCells(compared: Compared, from: Parts, to: Parts): Map<string, Cell> {
  const moved = movedLayers([...from.layers.keys()], [...to.layers.keys()]);
  const sameRelease = compared.before.made.release === compared.after.made.release;
  const cells = new Map<string, Cell>();
  for (const [layer, { text }] of to.layers) {
    const old = from.layers.get(layer);
    if (old === undefined) cells.set(layer, 'added');
    else if (old.text !== text && isEdited(compared, layer, sameRelease)) cells.set(layer, 'edited');
    else cells.set(layer, moved.has(layer) ? 'moved' : 'same');
  }
  for (const layer of from.layers.keys()) if (!to.layers.has(layer)) cells.set(layer, 'removed');
  return cells;
}

/** For another release the same layer may well read otherwise: then its document decides. */
function isEdited(compared: Compared, layer: string, sameRelease: boolean): boolean {
  return sameRelease || (editsOf(compared, layer) ?? []).length > 0;
}

/** What differs in the layer's document; undefined where that cannot be told. */
function editsOf({ before, after, documents }: Compared, layer: string) {
  const from = documents.before.layer(before.pool, layer);
  const to = documents.after.layer(after.pool, layer);
  return from === undefined || to === undefined ? undefined : compareValues(from.data, to.data);
}

/** Fields of objects that are keys of the documents, too. */
const KEYS: readonly ReasonKind[] = ['kernelType', 'extensions', 'kernelArguments'];

function objectReasons({ before, after, objects, documents }: Compared): Reason[] {
  const config = (state: PoolState) => state.objects.find(({ kind }) => kind === 'MachineConfig')?.spec ?? {};
  const text = (field: unknown) =>
    (Array.isArray(field) ? field.join(' ') : ((field as string | undefined) ?? '')) || undefined;
  const isPinned = before.image !== undefined && after.image !== undefined;
  const nodes = KEYS.filter(() => isPinned || before.build.by === 'cluster').flatMap((kind): Reason[] => {
    const [from, to] = [text(config(before)[kind]), text(config(after)[kind])];
    if (from === to) return [];
    const place = documents.after.placeOf(after.pool, kind);
    return [{ kind, ...fromTo(from, to), ...(place && { place }) }];
  });
  const others = objects.flatMap(({ kind, change, fields }): Reason[] => {
    const key = kind === 'MachineConfigPool' ? 'machineConfigPool' : 'settings';
    const isOwn = kind === 'MachineConfigPool' || kind === 'MachineOSConfig';
    const told = fields.filter(
      ({ path }) => path.startsWith('spec.') && !path.startsWith('spec.containerFile'),
    );
    if (!isOwn || (change === 'changed' && told.length === 0)) return [];
    const place = documents.after.placeOf(after.pool, key === 'settings' ? 'target' : key);
    return [{ kind: key, ...(told.length > 0 && { edits: told }), ...(place && { place }) }];
  });
  return [...nodes, ...others];
}

/** A Containerfile that reads otherwise with the same input. */
function textReasons({ before, after }: Compared, isExplained: boolean): Reason[] {
  const [from, to] = [before.made, after.made];
  if (isExplained || from.containerfile === to.containerfile) return [];
  return [{ kind: from.hash === to.hash ? 'wording' : 'rendering' }];
}
