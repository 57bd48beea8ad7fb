import { failure } from '../diagnostics.ts';
import type { BuildPlan, PoolBuild } from '../plan/plan.ts';
import { type SurroundingStage, surroundingStages } from '../plan/surroundings.ts';
import { FORMAT } from '../spec/lock.ts';
import { ENTITLEMENT_SECRET } from '../values/build-secret.ts';
import { formatPoolId, type PoolId, parsePoolId } from '../values/pool-id.ts';
import { type ClusterInput, clusterConfig } from './cluster-config.ts';
import { DIST, readPoolBuilds } from './dist.ts';
import type { PoolResult } from './events.ts';
import type { LeftOut } from './left-out.ts';
import { findManifests, type Manifest } from './manifests.ts';
import { notGiven, type PreflightInputs, type PreflightSources, readInputs } from './preflight-inputs.ts';
import { preflightHash } from './preflight-journal.ts';
import { readRendered, type SavedConfig } from './rendered-config.ts';

/** A cluster's build of a pool, ready to be tried here. */
export interface Trial {
  readonly pool: string;
  /** What its outcome depends on: the same hash, the same outcome. */
  readonly hash: string;
  readonly plan: BuildPlan;
  /** The images that it pulls. */
  readonly images: readonly string[];
  /** The hash of the pool's own layers, by which their places in `layers/` are found. */
  readonly layers: string;
  /** How many of the build's steps come before the pool's own. */
  readonly surrounding: number;
  readonly inputs: PreflightInputs;
  /** The rendered MachineConfig, as JSON. */
  readonly config: string;
  readonly leftOut: readonly LeftOut[];
  /** The Containerfile; `nonce` differs from run to run. */
  print(nonce: string): string;
}

/** Puts together what was reviewed: the content of the MachineOSConfig in `dist/`, and what the cluster puts around it. */
export async function prepareTrial(
  root: string,
  { pool, preflight: build }: PoolBuild & { readonly preflight: NonNullable<PoolBuild['preflight']> },
  sources: PreflightSources & { readonly isEntitled: boolean },
  results: readonly PoolResult[],
): Promise<Trial> {
  const id = parsePoolId(pool);
  const saved = readRendered(root, id, sources.rendered.get(pool));
  const inputs = await readInputs(sources);
  const isEntitled = sources.isEntitled || (build.secrets ?? []).length > 0;
  const own = findManifests(root, id);
  const around = clusterConfig({ id, build, saved, ...inheritance(root, id, own, results) });
  const content = contentOf(own, pool);
  const print = (nonce: string) =>
    [...surroundingStages(around.surroundings, nonce).map(printStage), content].join('\n');
  const hash = preflightHash({ containerfile: print(''), config: around.json, inputs, isEntitled });
  const { base, extensions } = around.surroundings;
  // None of them came from a layer.
  const stages = surroundingStages(around.surroundings, '').map(({ instructions }) => ({
    from: base,
    steps: instructions.map(() => ''),
  }));
  const images = [
    base,
    ...(extensions ? [extensions.image] : []),
    ...(build.stages ?? []).map(({ from }) => from),
  ];
  return {
    ...{ pool, hash, images, inputs, print, config: around.json, layers: build.hash },
    surrounding: stages.flatMap(({ steps }) => ['FROM', ...steps]).length,
    plan: {
      ...{ format: FORMAT, hash, architecture: 'amd64', base, release: build.release, files: [] },
      ...(isEntitled && { secrets: [{ name: ENTITLEMENT_SECRET, type: 'entitlement' }] }),
      stages: [...stages, ...(build.stages ?? [])],
      steps: build.steps,
    },
    leftOut: [
      ...around.leftOut,
      ...(saved === undefined ? [] : secretsOf(saved)),
      ...(isEntitled ? [] : [notGiven('entitlement')]),
      ...inputs.leftOut,
    ],
  };
}

function printStage({ from, instructions }: SurroundingStage): string {
  return `${[from, ...instructions].join('\n')}\n`;
}

/** Custom pools get the MachineConfigs of worker before their own, and with them its image. */
function inheritance(
  root: string,
  id: PoolId,
  own: readonly Manifest[],
  results: readonly PoolResult[],
): Pick<ClusterInput, 'machineConfigs' | 'worker'> {
  const areConfigs = ({ kind }: Manifest) => kind === 'MachineConfig';
  if (id.pool === 'worker' || id.pool === 'master') return { machineConfigs: own.filter(areConfigs) };
  const workerId = { ...id, pool: 'worker' };
  const name = formatPoolId(workerId);
  const workers = findManifests(root, workerId).filter(areConfigs);
  const machineConfigs = [...workers, ...own.filter(areConfigs)];
  const isPinned = readPoolBuilds(root).some(({ pool, image }) => pool === name && image !== undefined);
  if (!isPinned) return { machineConfigs };
  const made = results.find(({ pool, pushed, digest }) => pool === name && pushed && digest !== undefined);
  const inDist = workers.map(({ spec }) => spec?.osImageURL).find((image) => typeof image === 'string');
  const image = made === undefined ? inDist : `${made.image}@${made.digest}`;
  return { machineConfigs, worker: { ...(image !== undefined && { image }) } };
}

/** The content for all architectures, which is the only one that the operator looks at. */
function contentOf(own: readonly Manifest[], pool: string): string {
  const config = own.find(({ kind }) => kind === 'MachineOSConfig');
  const files = config?.spec?.containerFile as { containerfileArch: string; content: string }[] | undefined;
  const content = files?.find(({ containerfileArch }) => containerfileArch === 'NoArch')?.content;
  if (content !== undefined) return content;
  throw failure('input', 'dist-broken', 'this file has no MachineOSConfig with a Containerfile', {
    hint: 'Write dist/ again: `layers synth`.',
    origin: { file: `${DIST}/${pool}.k8s.yaml` },
  });
}

function secretsOf({ file, secrets }: SavedConfig): LeftOut[] {
  if (secrets.length === 0) return [];
  return [
    { part: 'rendered-secrets', why: `these of ${file} are empty in the build: ${secrets.join(', ')}` },
  ];
}
