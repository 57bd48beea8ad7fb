import yaml from 'js-yaml';
import { failure } from '../diagnostics.ts';
import {
  type BuildPlan,
  type ClusterBuild,
  type IndexPlan,
  type PoolBuild,
  parseJson,
} from '../plan/plan.ts';
import type { Files } from './files.ts';
import type { Pin } from './model.ts';

/** What is read of a manifest. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** A build as `dist/` has it: a folder of its own, or where the cluster builds, what the pool says of it. */
export interface MadeBuild {
  readonly hash: string;
  readonly release: string;
  readonly base: string;
  readonly plan: BuildPlan | ClusterBuild;
  /** What it is for; of an index, all of them. The rest is of the first one. */
  readonly architectures?: string;
  /** The builds of an index after the first one. */
  readonly others?: readonly MadeBuild[];
  readonly containerfile: string;
  /** The files of its context that are beside it, by name. */
  readonly context: ReadonlyMap<string, Uint8Array>;
}

/** A pool as `dist/` has it. */
export interface PoolState {
  readonly pool: string;
  readonly build: PoolBuild;
  readonly objects: readonly Manifest[];
  readonly made: MadeBuild;
  /** The image that its nodes are given, by digest. */
  readonly image?: string;
  readonly pin?: Pin;
}

const BUILD = 'cdk8s-os-layers/build';
const BEHIND = 'cdk8s-os-layers/behind';
const ORIGIN = 'cdk8s-os-layers/origin';

/** The identities of the pools in a `dist/`. */
export function poolsIn(files: Files): string[] {
  return [...files.keys()]
    .filter((path) => path.endsWith('.build') && !path.startsWith('builds/'))
    .map((path) => path.slice(0, -'.build'.length))
    .sort();
}

export function readPool(files: Files, pool: string): PoolState {
  const build = parseJson<PoolBuild>(textOf(files, `${pool}.build`), `dist/${pool}.build`);
  const objects = objectsIn(files, `${pool}.k8s.yaml`);
  const made = build.preflight === undefined ? ownBuilds(files, build.build!) : clusterBuild(build, objects);
  const config = objects.find(({ kind, spec }) => kind === 'MachineConfig' && spec?.osImageURL !== undefined);
  const image = config?.spec?.osImageURL;
  return {
    pool,
    build,
    objects,
    made,
    ...(typeof image === 'string' && { image }),
    ...(build.by !== 'cluster' && { pin: pinOf(config) }),
  };
}

/** What decides whether a pool differs: its files, and those of its build. */
export function filesOf(files: Files, pool: string): Map<string, string | Uint8Array> {
  const { build } = parseJson<PoolBuild>(textOf(files, `${pool}.build`), `dist/${pool}.build`);
  const ofBuilds = [build ?? '', ...partsIn(files, build ?? '')].flatMap((hash) =>
    ['index', 'Containerfile', 'plan'].map((name) => `builds/${hash}/${name}`),
  );
  const own = [`${pool}.build`, `${pool}.k8s.yaml`, ...ofBuilds];
  return new Map(own.flatMap((path) => (files.has(path) ? [[path, files.get(path)!] as const] : [])));
}

export function objectsIn(files: Files, path: string): Manifest[] {
  if (!files.has(path)) return [];
  try {
    return (yaml.loadAll(textOf(files, path)) as Manifest[]).filter(
      (object) => typeof object?.kind === 'string' && typeof object.metadata?.name === 'string',
    );
  } catch {
    throw broken(`dist/${path}`);
  }
}

function pinOf(config: Manifest | undefined): Pin {
  const annotations = config?.metadata.annotations;
  if (annotations?.[ORIGIN] === 'operator') return 'operator';
  if (annotations?.[BEHIND] !== undefined) return 'behind';
  return annotations?.[BUILD] === undefined ? 'missing' : 'fresh';
}

/** The builds of an index, by its hash; none where it is none's. */
export function partsIn(files: Files, hash: string): string[] {
  const file = `builds/${hash}/index`;
  if (!files.has(file)) return [];
  return parseJson<IndexPlan>(textOf(files, file), `dist/${file}`).builds.map((build) => build.hash);
}

function ownBuilds(files: Files, hash: string): MadeBuild {
  const [first, ...others] = partsIn(files, hash).map((part) => ownBuild(files, part));
  if (first === undefined) return ownBuild(files, hash);
  const architectures = [first, ...others].map((build) => build.architectures).join(', ');
  return { ...first, hash, architectures, others };
}

function ownBuild(files: Files, hash: string): MadeBuild {
  const folder = `builds/${hash}`;
  const plan = parseJson<BuildPlan>(textOf(files, `${folder}/plan`), `dist/${folder}/plan`);
  const context = `${folder}/context/`;
  return {
    hash,
    release: plan.release,
    base: plan.base,
    plan,
    architectures: plan.architecture,
    containerfile: textOf(files, `${folder}/Containerfile`),
    context: new Map(
      plan.files.flatMap(({ name }) => {
        const content = files.get(`${context}${name}`);
        return content === undefined ? [] : [[name, Buffer.from(content)] as const];
      }),
    ),
  };
}

function clusterBuild({ preflight }: PoolBuild, objects: readonly Manifest[]): MadeBuild {
  const config = objects.find(({ kind }) => kind === 'MachineOSConfig');
  const [entry] = (config?.spec?.containerFile ?? []) as { content?: string }[];
  const { hash, release, base } = preflight!;
  return { hash, release, base, plan: preflight!, containerfile: entry?.content ?? '', context: new Map() };
}

export function textOf(files: Files, path: string): string {
  const content = files.get(path);
  if (content === undefined) throw broken(`dist/${path}`);
  return typeof content === 'string' ? content : Buffer.from(content).toString('utf8');
}

function broken(file: string) {
  return failure('input', 'dist-broken', 'this file is not what synth wrote, or is not there', {
    hint: 'Write dist/ again: `layers synth`.',
    origin: { file },
  });
}
