import type * as z from 'zod';
import type { ContextFile } from '../containerfile/context-file.ts';
import type { Command, Instruction } from '../containerfile/instruction.ts';
import type { Architecture } from '../values/architecture.ts';
import type { BuildSecret } from '../values/build-secret.ts';
import type { ReleaseVersion } from '../values/release-version.ts';
import type { Variable } from './variables.ts';

/** What a step may know of the pool it is rendered for. */
export interface StepContext {
  readonly release: ReleaseVersion;
  /** Of the image: a pool of several has one for each. */
  readonly architecture: Architecture;
  /** RHEL's version under the release, `9.6`, where the release's data has it. */
  readonly el: string | undefined;
  /** What the release's document says, by name. */
  readonly variables: Readonly<Partial<Record<Variable, string>>>;
  /** Whether an earlier step of the pool replaces the base's kernel. */
  readonly replacesKernel: boolean;
  /** Whether the base is another image than the release's, and its kernel another one, or not known. */
  readonly hasOwnKernel: boolean;
  /** Whether the build has a context: what a cluster builds from a MachineOSConfig has none. */
  readonly hasContext: boolean;
  /** The bytes of a file below `layers/`, and its name for the context; undefined, and reported, where there is no such file. */
  source(path: string, at: readonly (string | number)[]): SourceFile | undefined;
  /** The files of a folder below `layers/`, sorted; undefined where it is no folder. What is wrong with it is reported. */
  tree(path: string, at: readonly (string | number)[]): readonly TreeFile[] | undefined;
  /** Says what is wrong at a path within the step's props. */
  report(problem: Problem): void;
}

export interface SourceFile extends ContextFile {
  read(): Uint8Array;
}

/** A file of a folder. */
export interface TreeFile extends SourceFile {
  /** Its path within the folder: `conf.d/a.conf`. */
  readonly below: string;
  /** Whether its owner may execute it: all that git keeps of a mode. */
  readonly isExecutable: boolean;
}

export interface Problem {
  readonly code: string;
  readonly severity?: 'error' | 'warning' | 'info';
  readonly message: string;
  readonly hint?: string;
  readonly path?: readonly (string | number)[];
}

/** A stage before the last one, from which the last one copies. */
export interface Stage {
  readonly name: string;
  /** An image by digest. */
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

/** What a step adds to a pool's Containerfile. */
export interface StepOutput {
  /** Stages that come before the last one. */
  readonly stages?: readonly Stage[];
  readonly instructions: readonly Instruction[];
  /** Files that the instructions take from the context. */
  readonly files?: readonly ContextFile[];
  /** What it takes hold of, so that two steps that want the same thing are found. */
  readonly claims?: readonly Claim[];
  /** What the build sees of secrets, while it runs and in no layer. */
  readonly secrets?: readonly WantedSecret[];
  /** The version of the kernel that it puts in the base's place, where that is known. */
  readonly kernel?: string | undefined;
  /** Commands for the end of the stage: what later steps still needed, and the image must not keep. */
  readonly finally?: readonly Command[];
}

/** A secret that the instructions read. */
export interface WantedSecret extends BuildSecret {
  /** Where it is written, within the step's props. */
  readonly at: readonly (string | number)[];
}

/** Something of the image that a step decides on. */
export interface Claim {
  /** `installs` a package from a repository, `brings` a build of it as a file, `removes` it, `writes` a path, `labels` the image, or `enables`, `disables` or `masks` a unit. */
  readonly verb: 'installs' | 'brings' | 'removes' | 'writes' | 'labels' | 'enables' | 'disables' | 'masks';
  /** The package's name, the path, the label's key or the unit's name. */
  readonly name: string;
  /** Of a path: it is not known to be a file, and others may be put below it. Default: false. */
  readonly mayBeFolder?: boolean;
  /** Where it is written, within the step's props. */
  readonly at: readonly (string | number)[];
}

/** A step as people write it, for the docs, the snapshots, the schema's tests and the real builds. */
export interface StepExample<Input> {
  readonly title: string;
  readonly props: Input;
  /** The files below `layers/` that it names, for what compiles it. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A kind of step: one file that holds all there is to know of it. */
export interface StepKind<Name extends string, Schema extends z.ZodType> {
  readonly name: Name;
  /** One line, for the docs and the editor. */
  readonly summary: string;
  readonly schema: Schema;
  readonly examples: readonly StepExample<z.input<Schema>>[];
  /** What people see of the step in a comment of the Containerfile, beside its name. */
  comment?(props: z.output<Schema>): string | undefined;
  render(props: z.output<Schema>, context: StepContext): StepOutput;
}

/** Infers a kind's types from its definition. */
export function defineStep<const Name extends string, Schema extends z.ZodType>(
  kind: StepKind<Name, Schema>,
): StepKind<Name, Schema> {
  return kind;
}
