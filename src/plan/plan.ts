import { failure } from '../diagnostics.ts';
import type { Architecture } from '../values/architecture.ts';
import type { BuildSecret } from '../values/build-secret.ts';

/** The label of an image that says which build it is. */
export const BUILD_LABEL = 'cdk8s-os-layers/build';

/** A file of a build's context. */
export interface PlanFile {
  readonly name: string;
  readonly sha256: string;
  /** The file below `layers/` that has the bytes. Without one they are beside the plan, in `context/`. */
  readonly source?: string;
}

/** All that it takes to build an image, beside the Containerfile: what was reviewed is what is built. */
export interface BuildPlan {
  readonly format: number;
  readonly hash: string;
  /** As Go and OCI call it. */
  readonly architecture: Architecture;
  readonly base: string;
  readonly release: string;
  readonly files: readonly PlanFile[];
  /** What the build sees of secrets, while it runs and in no layer. */
  readonly secrets?: readonly BuildSecret[];
  /** Stages before the last one: what they are made from, and which layer and step each of their instructions came from. */
  readonly stages?: readonly { readonly from: string; readonly steps: readonly string[] }[];
  /** Which layer and step each instruction after the last FROM came from, `systemd-hotfix: hotfix`. */
  readonly steps: readonly string[];
}

/** Several builds as one image index, `dist/builds/<hash>/index`: each node pulls the image that is for it. */
export interface IndexPlan {
  readonly format: number;
  readonly hash: string;
  /** Of the first of its builds. */
  readonly base: string;
  readonly release: string;
  /** By architecture, in the order of the index. */
  readonly builds: readonly { readonly architecture: Architecture; readonly hash: string }[];
}

export function isIndex(plan: Pick<BuildPlan, 'hash'> | IndexPlan): plan is IndexPlan {
  return 'builds' in plan;
}

/** What is known here of a build that the cluster makes; its Containerfile is in the pool's MachineOSConfig. */
export interface ClusterBuild
  extends Pick<BuildPlan, 'hash' | 'release' | 'base' | 'secrets' | 'stages' | 'steps'> {
  /** The release's image of extensions. */
  readonly extensions?: string;
}

/** What a pool needs to be built, `dist/<pool>.build`. */
export interface PoolBuild {
  readonly pool: string;
  readonly target: string;
  /** Who builds: this machine, a Job, or the cluster from a MachineOSConfig. */
  readonly by: 'local' | 'job' | 'cluster';
  /** The pool whose pin it takes by promotion: nobody builds for it. */
  readonly follows?: string;
  /** The build's hash, and the repository it is pushed to; none where the cluster builds. */
  readonly build?: string;
  readonly image?: string;
  /** Where the cluster builds: what it takes to try that build here. */
  readonly preflight?: ClusterBuild;
}

/** JSON, for people and programs. Its file is not called .json: Argo CD would take it for a manifest. */
export function printJson(value: BuildPlan | IndexPlan | PoolBuild): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

export function parseJson<T extends BuildPlan | IndexPlan | PoolBuild>(text: string, file: string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    throw failure('input', 'dist-broken', 'this file is not what synth wrote', {
      hint: 'Write dist/ again: `layers synth`.',
      origin: { file },
    });
  }
}
