import type { Diff, Edit, Effect, PackagesDiff, PoolDiff, Reason, SideName } from '../../../diff/model.ts';

/** What happens to the nodes, in few words. */
export function nodesText({ nodes, waitsFor }: Effect): string {
  if (waitsFor === 'pin') return 'no reboot yet: the new image is not pinned';
  const text = {
    none: 'no reboot',
    'may-reboot': 'may reboot',
    reboot: 'reboot',
    'build-and-reboot': 'build, then reboot',
  }[nodes];
  return waitsFor === 'paused' ? `${text}, once it is not paused` : text;
}

const NO_REASON: Readonly<Record<PoolDiff['change'], string>> = {
  added: 'new pool',
  removed: 'no longer there',
  changed: 'only annotations or labels',
  inherits: '',
};

const OF_OPERATOR = 'its image was built by an operator: nothing of its layers is in it';

/** Why a pool differs, one text a reason. */
export function whyTexts({ change, reasons, inherits, release, pin, effect }: PoolDiff): string[] {
  const own = reasons.map(reasonText);
  const inherited = inherits.map(({ from, fields, isBase }) => {
    const base = {
      true: ': its build starts from that image',
      false: ': its build does not start from it, and is made anew',
    };
    return `inherits ${fields.join(', ')} of ${withoutCluster(from)}${isBase === undefined ? '' : base[`${isBase}`]}`;
  });
  // Where nothing else happens, that is what is said of the nodes.
  const waits = change === 'changed' && pin !== 'fresh' && pin !== undefined && effect.waitsFor !== 'pin';
  const said = pin === 'operator' ? OF_OPERATOR : 'what its layers say now is not pinned yet';
  const more = waits ? [said] : [];
  if (own.length + inherited.length > 0) return [...own, ...inherited, ...more];
  return [change === 'added' ? `${NO_REASON.added}, of release ${release}` : NO_REASON[change]];
}

export function reasonText(reason: Reason): string {
  const { kind, layer, steps = [], from, to, edits = [] } = reason;
  const moved = fromTo(from, to);
  switch (kind) {
    case 'layer-added':
    case 'layer-removed':
    case 'layer-edited':
    case 'layer-moved':
      return `layer ${layer} ${kind.slice('layer-'.length)} (${steps.join(', ')})`;
    case 'pin':
      if (from === undefined) return `first image ${short(to!)}`;
      return to === undefined
        ? `no image any more, was ${short(from)}`
        : `image ${short(from)} → ${short(to)}`;
    case 'base':
      return `base ${short(from!)} → ${short(to!)}`;
    case 'image':
      return `pushed to ${to ?? 'nowhere'}, was ${from ?? 'nowhere'}`;
    case 'build':
      return `built by ${BUILDERS[to!]}, was by ${BUILDERS[from!]}`;
    case 'follows':
      if (to === undefined) return `no longer follows ${from}`;
      return `follows ${to}${from === undefined ? '' : `, was ${from}`}`;
    case 'machineConfigPool':
      return edits.length === 0 ? 'machineConfigPool' : `machineConfigPool: ${paths(edits)}`;
    case 'settings':
      return edits.length === 0 ? 'its MachineOSConfig' : `MachineOSConfig: ${paths(edits)}`;
    case 'wording':
      return 'comments of its Containerfile: the build is the same';
    case 'rendering':
      return 'its Containerfile reads otherwise, with the same layers';
    default:
      return `${kind} ${moved}`;
  }
}

const BUILDERS: Readonly<Record<string, string>> = {
  local: '`layers build`',
  job: 'a Job',
  cluster: 'the cluster',
};

function paths(edits: readonly Edit[]): string {
  return edits.map(({ path, from, to }) => `${path.replace(/^spec\./, '')} ${fromTo(from, to)}`).join(', ');
}

function fromTo(from: string | undefined, to: string | undefined): string {
  if (from === undefined) return `added: ${to}`;
  return to === undefined ? `removed, was ${from}` : `${from} → ${to}`;
}

/** Longer values are told apart by reading their files. */
const LONGEST_VALUE = 160;

/** A value of a document, on one line. */
export function valueText(text: string): string {
  if (/[\r\n]./s.test(text.trimEnd())) return `a text of ${count(text.trimEnd().split('\n').length, 'line')}`;
  const line = text.trimEnd();
  return line.length > LONGEST_VALUE ? `${line.slice(0, LONGEST_VALUE - 1)}…` : line;
}

/** An edit of a document, on one line. */
export function editText({ path, from, to }: Edit): string {
  return `${path} ${fromTo(from && valueText(from), to && valueText(to))}`;
}

/** What differs in the document of a layer, and the pools that have it. */
export interface EditedLayer {
  readonly layer: string;
  readonly pools: readonly string[];
  readonly edits: readonly Edit[];
  /** `layers/layers.yaml:12` */
  readonly place: string;
}

/** Each once, for all pools. */
export function editedLayers({ pools }: Diff): EditedLayer[] {
  const found = new Map<string, EditedLayer & { pools: string[] }>();
  for (const { pool, reasons } of pools) {
    for (const { kind, layer, edits = [], place } of reasons) {
      if (kind !== 'layer-edited' || layer === undefined || edits.length === 0) continue;
      const key = JSON.stringify([layer, edits, place]);
      const same = found.get(key);
      if (same === undefined) found.set(key, { layer, pools: [pool], edits, place: placeText(place) });
      else same.pools.push(pool);
    }
  }
  return [...found.values()];
}

export function placeText(place: Reason['place']): string {
  if (place === undefined) return '';
  return `${place.file}${place.line === undefined ? '' : `:${place.line}`}`;
}

/** The digest of an image, as far as people compare it. */
export function short(image: string): string {
  return image.replace(/^.*@/, '').replace(/^(sha256:[0-9a-f]{12})[0-9a-f]*$/, '$1');
}

export function sideText({ name, commit }: SideName): string {
  return commit === undefined || commit.startsWith(name) ? name : `${name} (${commit.slice(0, 10)})`;
}

export const CHANGES = ['added', 'removed', 'upgraded', 'downgraded'] as const;

/** The pools of a comparison, with the architecture where it is not the usual one. */
export function packagesTitle({ pools, architecture }: PackagesDiff, most?: number): string {
  return `${names(pools, most)}${architecture === 'amd64' ? '' : ` (${architecture})`}`;
}

/** "2 upgraded, 1 added", or why that is not known. */
export function packagesText({ state, why, changes, against }: PackagesDiff): string {
  if (state === 'not-read') return 'not compared';
  if (state === 'unknown') return `unknown: ${why}`;
  const counts = CHANGES.flatMap((change) => {
    const count = changes.filter((one) => one.change === change).length;
    return count === 0 ? [] : [`${count} ${change}`];
  });
  const text = counts.join(', ') || 'no package differs';
  return against === 'base' ? `${text}, against the base` : text;
}

/** Several names, of which the first few. */
export function names(all: readonly string[], most = 4): string {
  if (all.length <= most) return all.join(', ');
  return `${all.slice(0, most - 1).join(', ')} and ${all.length - most + 1} more`;
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** The first line: how much there is to see. */
export function headline({ pools, reverts }: Diff): string {
  if (pools.length === 0) return 'no pool changes';
  const reboot = pools.filter(
    ({ effect }) => effect.nodes === 'reboot' || effect.nodes === 'build-and-reboot',
  );
  const changes = count(pools.length, 'pool is affected', 'pools are affected');
  const nodes =
    reboot.length === 0 ? 'none reboots' : `${reboot.length} ${reboot.length === 1 ? 'reboots' : 'reboot'}`;
  return [changes, nodes, ...(reverts.length > 0 ? ['REVERTS NODES'] : [])].join(', ');
}

export function revertText({ kind, name, file, why }: Diff['reverts'][number]): string {
  return why === 'object-gone'
    ? `${file} no longer has the ${kind} ${name}`
    : `the ${kind} ${name} in ${file} no longer has osImageURL`;
}

/** Pools of which the same is to be said: a fleet has the same change in every cluster. */
export function groupPools(pools: readonly PoolDiff[]): PoolDiff[][] {
  const groups = new Map<string, PoolDiff[]>();
  for (const pool of pools) {
    const { change, target, by, pin, effect, inheritedBy } = pool;
    const heirs = inheritedBy.map(withoutCluster);
    const reasons = pool.reasons.map(({ place, ...reason }) => [reasonText(reason), reason.edits]);
    const inherits = pool.inherits.map(({ from, fields }) => [withoutCluster(from), fields]);
    const key = JSON.stringify([change, target, by, pin, effect, heirs, reasons, inherits]);
    groups.set(key, [...(groups.get(key) ?? []), pool]);
  }
  return [...groups.values()];
}

export function withoutCluster(pool: string): string {
  return pool.slice(pool.indexOf('/') + 1);
}
