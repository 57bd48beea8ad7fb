/** The stages of a build, in the order in which it comes to them. */
export type StageName =
  | 'config'
  | 'pool'
  | 'secrets'
  | 'operator'
  | 'build'
  | 'job'
  | 'pods'
  | 'log'
  | 'digest'
  | 'result'
  | 'nodes';

/** An instruction of a build that failed, and whose it is. */
export interface FailedInstruction {
  readonly text: string;
  /** Whether it is in what the operator puts before the pool's own Containerfile. */
  readonly isOperators: boolean;
  /** The line in the MachineOSConfig's Containerfile, from 1, and which of its instructions it is, from 0. */
  readonly line?: number;
  readonly index?: number;
}

/** What broke. */
export interface Fault {
  /** Stable, in kebab case: scripts may rely on it. */
  readonly code: string;
  /** What is wrong: a clause. */
  readonly what: string;
  /** Why it is so, or what to try. */
  readonly hint: string;
  /** The lines that say so, as they were saved. Never a secret. */
  readonly lines?: readonly string[];
  /** The file that the lines are in, relative to the folder. */
  readonly file?: string;
  readonly instruction?: FailedInstruction;
  /** What of a step's own values it is about: a package, a URL, a unit. */
  readonly subject?: string;
}

/** `note`: not as it should be, and not why a build broke. */
export type State = 'ok' | 'broken' | 'note' | 'waiting' | 'not saved' | 'not reached';

/** What a look at a stage found. */
export interface Look {
  readonly state: State;
  /** One line on what is there. */
  readonly says: string;
  /** Where the stage is why it broke, and not only shows it. */
  readonly fault?: Fault;
}

export function ok(says: string): Look {
  return { state: 'ok', says };
}

export function broken(fault: Fault, says = fault.what): Look {
  return { state: 'broken', says, fault };
}

export function notSaved(says: string): Look {
  return { state: 'not saved', says };
}
