import type { Auxiliary } from './auxiliary.ts';
import { auxiliaryOf } from './auxiliary.ts';
import type { Fault, Look, StageName, State } from './fault.ts';
import { stateOf } from './stages/build.ts';
import { STAGES } from './stages/index.ts';
import type { Subject } from './subject.ts';

/** What is told of a stage. */
export interface StageReport {
  readonly stage: StageName;
  readonly title: string;
  readonly state: State;
  readonly says: string;
}

/** What is told of a pool. */
export interface PoolDiagnosis {
  readonly pool: string;
  /** The build it is about; none where none was started, or where it is not known. */
  readonly build?: string;
  readonly verdict: 'broken' | 'building' | 'ok' | 'unknown';
  readonly stages: readonly StageReport[];
  /** The stage at which it broke, and why. */
  readonly stage?: StageName;
  readonly fault?: Fault;
  readonly auxiliary: readonly Auxiliary[];
}

/** Walks the stages of a pool's newest build, and says at which of them it broke. */
export function diagnosePool(subject: Subject): PoolDiagnosis {
  const looks = STAGES.map((stage) => ({ stage, look: stage.look(subject) }));
  const cause = causeOf(subject, looks);
  const stages = looks.map(({ stage, look }, index): StageReport => {
    const { name, title } = stage;
    const told = { stage: name, title, says: look.says };
    const state = stateIn(look, index, cause, isBefore(subject, stage.when));
    return { ...told, state, ...(state === 'not reached' && { says: '' }) };
  });
  const found = cause === -1 ? undefined : looks[cause]!;
  return {
    pool: subject.pool,
    ...(subject.buildName !== undefined && { build: subject.buildName }),
    verdict: verdictOf(stages, found !== undefined),
    stages,
    ...(found && { stage: found.stage.name, fault: found.look.fault! }),
    auxiliary: auxiliaryOf(subject),
  };
}

type Looks = readonly { readonly stage: (typeof STAGES)[number]; readonly look: Look }[];

/** Before there is a build the first stage that is broken is why; in a build the last one, of which those before it tell. */
function causeOf(subject: Subject, looks: Looks): number {
  const isCause = (when: string) => (each: Looks[number]) =>
    each.stage.when === when && each.look.state === 'broken' && each.look.fault !== undefined;
  const state = subject.build && stateOf(subject.build);
  if (state === 'Succeeded') {
    const inBuild = looks.findLastIndex(isCause('build'));
    return inBuild === -1 ? looks.findIndex(isCause('after')) : inBuild;
  }
  const before = hasBegun(subject) ? -1 : looks.findIndex(isCause('before'));
  return before === -1 ? looks.findLastIndex(isCause('build')) : before;
}

/** Whether a build came as far as its Job: then what stands in its way was not there before. */
function hasBegun({ build, buildName, job, pods, logs }: Subject): boolean {
  if (buildName === undefined) return false;
  const state = build === undefined ? undefined : stateOf(build);
  return job !== undefined || pods.length > 0 || logs.length > 0 || (state !== undefined && state !== 'new');
}

/** Whether a stage was over and done with when the build broke. */
function isBefore(subject: Subject, when: string): boolean {
  return when === 'before' && hasBegun(subject);
}

function stateIn(look: Look, index: number, cause: number, isOver: boolean): State {
  // What is wrong there now did not keep this build from starting; the pool shows what came of it.
  if (look.state === 'broken' && isOver) return look.fault === undefined ? 'broken' : 'note';
  return cause !== -1 && index > cause ? 'not reached' : look.state;
}

function verdictOf(stages: readonly StageReport[], isBroken: boolean): PoolDiagnosis['verdict'] {
  if (isBroken || stages.some(({ state, stage }) => state === 'broken' && stage !== 'pool')) return 'broken';
  if (stages.some(({ state }) => state === 'waiting')) return 'building';
  return stages.some(({ state, stage }) => state === 'ok' && stage !== 'config') ? 'ok' : 'unknown';
}
