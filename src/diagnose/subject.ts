import type { Gathered } from '../gathered/gathered.ts';
import { findObject, labelled, ofKind } from '../gathered/gathered.ts';
import type { SavedLog } from '../gathered/logs.ts';
import { annotationOf, at, labelOf, type SavedObject, textAt, trueCondition } from '../gathered/object.ts';
import { AUXILIARY, CURRENT_BUILD, LABEL, NAMESPACE, ofPodName, poolOf } from './names.ts';

/** What was saved of a pool and its newest build. */
export interface Subject {
  readonly pool: string;
  readonly gathered: Gathered;
  readonly read: (log: SavedLog) => readonly string[];
  /** Its MachineOSConfigs: there should be one. */
  readonly configs: readonly SavedObject[];
  readonly config?: SavedObject;
  readonly machineConfigPool?: SavedObject;
  /** The rendered MachineConfig that its nodes are to have. */
  readonly rendered?: SavedObject;
  /** Its MachineOSBuilds, the newest first. */
  readonly builds: readonly SavedObject[];
  readonly build?: SavedObject;
  /** Also known where only the log of a build was saved. */
  readonly buildName?: string;
  readonly job?: SavedObject;
  /** The pods of the build, an attempt each, the newest first. */
  readonly pods: readonly SavedObject[];
  /** Logs of the build, those of the newest pod first. */
  readonly logs: readonly SavedLog[];
}

/** Every pool that the cluster builds an image for, as far as what was saved says so. */
export function poolsIn(gathered: Gathered): string[] {
  const pools = new Set<string>();
  for (const config of ofKind(gathered, 'MachineOSConfig')) pools.add(poolOf(config));
  for (const build of ofKind(gathered, 'MachineOSBuild')) pools.add(poolOfBuild(build));
  for (const { pod } of gathered.logs) pools.add(ofPodName(pod)?.pool ?? '');
  for (const pod of ofKind(gathered, 'Pod')) pools.add(ofPodName(pod.name)?.pool ?? '');
  // How clusters of 4.18 and before were told that a pool is built, and what a failed build leaves everywhere.
  for (const pool of ofKind(gathered, 'MachineConfigPool')) {
    const isLayered = at(pool.data, 'metadata', 'labels', LAYERED) !== undefined;
    if (isLayered || trueCondition(pool, 'ImageBuildDegraded') !== undefined) pools.add(pool.name);
  }
  pools.delete('');
  return [...pools].sort();
}

const LAYERED = 'machineconfiguration.openshift.io/layering-enabled';

function poolOfBuild(build: SavedObject): string {
  return labelOf(build, LABEL.pool) ?? build.name.replace(/-[0-9a-f]{32}$/, '');
}

export function subjectOf(gathered: Gathered, pool: string, read: Subject['read']): Subject {
  const configs = ofKind(gathered, 'MachineOSConfig').filter((config) => poolOf(config) === pool);
  const config = configs.find(({ name }) => name === pool) ?? configs[0];
  const machineConfigPool = findObject(gathered, 'MachineConfigPool', pool);
  const rendered = findObject(gathered, 'MachineConfig', renderedName(machineConfigPool));
  const builds = ofKind(gathered, 'MachineOSBuild')
    .filter((build) => poolOfBuild(build) === pool)
    .sort(newestFirst);
  const build = builds[0];
  const buildName = build?.name ?? buildWithout(gathered, pool);
  return {
    ...{ pool, gathered, read, configs, builds },
    ...(config && { config }),
    ...(machineConfigPool && { machineConfigPool }),
    ...(rendered && { rendered }),
    ...(build && { build }),
    ...(buildName !== undefined && { buildName }),
    ...ofBuild(gathered, buildName),
  };
}

/** What is left of a build whose own object was not saved. */
function buildWithout(gathered: Gathered, pool: string): string | undefined {
  const jobs = labelled(gathered, 'Job', { [LABEL.pool]: pool }).sort(newestFirst);
  const pods = [
    ...ofKind(gathered, 'Pod').sort(newestFirst),
    ...gathered.logs.map(({ pod }) => ({ name: pod })),
  ];
  const pod = pods.map(({ name }) => ofPodName(name)).find((each) => each?.pool === pool);
  return (jobs[0] && labelOf(jobs[0], LABEL.build)) ?? pod?.build;
}

function ofBuild(gathered: Gathered, build: string | undefined): Pick<Subject, 'job' | 'pods' | 'logs'> {
  if (build === undefined) return { pods: [], logs: [] };
  const job = findObject(gathered, 'Job', `${AUXILIARY.job}${build}`);
  const pods = ofKind(gathered, 'Pod')
    .filter(({ name }) => ofPodName(name)?.build === build)
    .sort(newestFirst);
  const order = pods.map(({ name }) => name);
  const rank = ({ pod }: SavedLog): number => (order.includes(pod) ? order.indexOf(pod) : order.length);
  const logs = gathered.logs
    .filter(({ pod }) => pod === `${AUXILIARY.job}${build}` || ofPodName(pod)?.build === build)
    .sort((a, b) => rank(a) - rank(b) || Number(a.isPrevious) - Number(b.isPrevious));
  return { ...(job && { job }), pods, logs };
}

export function renderedName(machineConfigPool: SavedObject | undefined): string | undefined {
  return machineConfigPool && textAt(machineConfigPool.data, 'spec', 'configuration', 'name');
}

export function currentBuild({ config }: Subject): string | undefined {
  return config && annotationOf(config, CURRENT_BUILD);
}

/** Whether so much of a kind was saved that one that is not there was not there: a whole list, or a must-gather's folder. */
export function hasAll(gathered: Gathered, kind: string, namespace?: string): boolean {
  return ofKind(gathered, kind, namespace).some(
    ({ isListed, file }) =>
      isListed === true ||
      file.includes('cluster-scoped-resources/') ||
      file.includes(`namespaces/${NAMESPACE}/`),
  );
}

function newestFirst(a: SavedObject, b: SavedObject): number {
  const [left, right] = [created(a), created(b)];
  return left < right ? 1 : left > right ? -1 : 0;
}

/** RFC 3339 in UTC, as the API writes it, is in order as it is. */
function created(object: SavedObject): string {
  return (
    textAt(object.data, 'metadata', 'creationTimestamp') ??
    textAt(object.data, 'status', 'buildStart') ??
    textAt(object.data, 'status', 'startTime') ??
    ''
  );
}
