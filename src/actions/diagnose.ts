import type { PlacedBuild } from '../compile/places.ts';
import type { FailedInstruction, Fault } from '../diagnose/fault.ts';
import { ownContainerfile } from '../diagnose/own-containerfile.ts';
import { poolsIn, type Subject, subjectOf } from '../diagnose/subject.ts';
import { diagnosePool, type PoolDiagnosis } from '../diagnose/walk.ts';
import { type Diagnostic, failure } from '../diagnostics.ts';
import { readLog } from '../gathered/gathered.ts';
import { readGathered } from '../gathered/read.ts';
import { redacted } from '../values/redacted.ts';
import { suggest } from '../values/suggest.ts';
import { clusterBuilds, type GitPlace, placeOf } from './cluster-places.ts';

export interface DiagnoseOptions {
  /** The repository that the pools may be of. */
  readonly root: string;
  /** What was saved: a must-gather, or any folder of objects and logs. */
  readonly folder: string;
  /** Only this pool. Default: all. */
  readonly pool?: string;
}

export interface DiagnosedPool extends PoolDiagnosis {
  /** Why it broke, with its place in git. */
  readonly finding?: Diagnostic;
}

export interface DiagnoseResult {
  readonly pools: readonly DiagnosedPool[];
  /** What could not be read. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Why the builds of a cluster broke, from what was saved of it. */
export function diagnose({ root, folder, pool }: DiagnoseOptions): DiagnoseResult {
  const gathered = readGathered(folder);
  const found = poolsIn(gathered);
  if (found.length === 0 && (pool === undefined || gathered.objects.length + gathered.logs.length === 0)) {
    throw failure(
      'input',
      'nothing-saved',
      `${folder} has no MachineOSConfig, no MachineOSBuild and no log of one`,
      {
        hint: 'Save them: `oc adm must-gather`, or `oc get machineosconfig,machineosbuild,machineconfigpool -o yaml`, and the pods, Jobs, ConfigMaps and logs of openshift-machine-config-operator.',
        ...(gathered.unread.length > 0 && {
          detail: gathered.unread.map(({ message }) => message).join('\n'),
        }),
      },
    );
  }
  if (pool !== undefined && found.length > 0 && !isKnown(gathered.objects, found, pool)) {
    throw failure('input', 'unknown-pool', `nothing was saved of a pool ${pool}`, {
      hint: suggest(pool, found) ?? `There are ${found.join(', ')}.`,
    });
  }
  let builds: readonly PlacedBuild[] | undefined;
  const pools = (pool === undefined ? found : [pool]).map((name): DiagnosedPool => {
    const subject = subjectOf(
      gathered,
      name,
      once((log) => readLog(gathered, log)),
    );
    const diagnosis = diagnosePool(subject);
    if (diagnosis.fault === undefined) return withoutPasswords(diagnosis);
    const { instruction } = diagnosis.fault;
    // It takes a while, and not every failure is an instruction's.
    if (instruction !== undefined) builds ??= clusterBuilds(root);
    const place = instruction && placed(subject, builds ?? [], instruction, diagnosis.fault);
    return withoutPasswords({ ...diagnosis, finding: findingOf(diagnosis, diagnosis.fault, place) });
  });
  return { pools, diagnostics: gathered.unread };
}

/** The operator's script prints what it calls: the proxy's URL, and with it a password. */
function withoutPasswords(diagnosed: DiagnosedPool): DiagnosedPool {
  return JSON.parse(JSON.stringify(diagnosed), (_, value) =>
    typeof value === 'string' ? redacted(value) : value,
  );
}

function isKnown(
  objects: readonly { readonly kind: string; readonly name: string }[],
  found: readonly string[],
  pool: string,
) {
  return (
    found.includes(pool) || objects.some(({ kind, name }) => kind === 'MachineConfigPool' && name === pool)
  );
}

/** Stages look at a log by themselves, each of them again. */
function once<Key extends object, Value>(read: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    if (!known.has(key)) known.set(key, read(key));
    return known.get(key)!;
  };
}

function placed(
  { pool, config }: Subject,
  builds: readonly PlacedBuild[],
  instruction: FailedInstruction,
  { subject }: Fault,
): GitPlace | undefined {
  return placeOf(builds, pool, ownContainerfile(config), instruction, subject);
}

/** One paragraph: what broke, where it comes from, and what to try. */
function findingOf(
  { pool, stages, stage }: PoolDiagnosis,
  fault: Fault,
  place: GitPlace | undefined,
): Diagnostic {
  const { code, what, hint, lines = [], file, instruction } = fault;
  const { title } = stages.find((each) => each.stage === stage)!;
  const behind = place?.isBehind === true ? ' What was built is not what layers/ says by now.' : '';
  const from = file === undefined || lines.length === 0 ? [] : [`${file}:`];
  return {
    ...{ code, severity: 'error', source: 'finding' },
    message: `${what}: ${pool} broke at ${title}${instruction === undefined ? '' : whereIn(instruction)}`,
    hint: `${hint}${behind}`,
    ...(lines.length > 0 && { detail: [...from, ...lines].join('\n') }),
    ...(place && { origin: place.origin }),
  };
}

function whereIn({ text, line, isOperators }: FailedInstruction): string {
  const short = text.replaceAll(/\s+/g, ' ');
  const shown = short.length > 160 ? `${short.slice(0, 159)}…` : short;
  const where = isOperators
    ? ', in what the operator puts first'
    : line === undefined
      ? ''
      : `, line ${line} of its Containerfile`;
  return `, at ${shown}${where}`;
}
