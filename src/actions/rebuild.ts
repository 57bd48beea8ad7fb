import { DIST, readPoolBuilds } from '../build/dist.ts';
import { readManifests } from '../build/manifests.ts';
import { below, failure, type LayersError, type Origin } from '../diagnostics.ts';
import { annotate, annotateArguments, getObject, type LiveObject } from '../kube/objects.ts';
import { clusterArguments } from '../kube/run.ts';
import { loadLibrary } from '../spec/load.ts';
import { formatPoolId, type PoolId, parsePoolId } from '../values/pool-id.ts';
import { suggest } from '../values/suggest.ts';

const GROUP = 'machineconfiguration.openshift.io';
const RESOURCE = `machineosconfigs.${GROUP}`;
/** The operator takes it away again, which is why it must not be in git. Any value will do. */
const REBUILD = [`${GROUP}/rebuild`, 'true'] as const;
/** Without it the operator does not look at the other. */
const CURRENT_BUILD = `${GROUP}/current-machine-os-build`;

export interface RebuildOptions {
  readonly root: string;
  readonly pool: string;
  /** Annotate the cluster's object, instead of saying how. */
  readonly apply: boolean;
  readonly context?: string | undefined;
  readonly kubeconfig?: string | undefined;
}

export interface RebuildResult {
  readonly pool: string;
  /** What annotates the MachineOSConfig. */
  readonly command: readonly string[];
  /** The same as a merge patch. */
  readonly patch: object;
  readonly applied: boolean;
}

/** Has a pool's cluster build its image anew, though nothing changed: for newer packages in the repositories. */
export async function rebuild(options: RebuildOptions): Promise<RebuildResult> {
  const { root, apply, context, kubeconfig } = options;
  const id = poolOf(root, options.pool);
  const origin = originOf(root, id);
  const cluster = { context, kubeconfig };
  if (apply) {
    if (id.cluster !== undefined && context === undefined) throw contextMissing(id, id.cluster, origin);
    assertUseful(await getObject(RESOURCE, id.pool, cluster), root, id, origin);
    await annotate(RESOURCE, id.pool, REBUILD, cluster);
  }
  return {
    pool: formatPoolId(id),
    command: ['oc', ...clusterArguments(cluster), ...annotateArguments(RESOURCE, id.pool, ...REBUILD)],
    patch: { metadata: { annotations: { [REBUILD[0]]: REBUILD[1] } } },
    applied: apply,
  };
}

/** The pool of this identity in `dist/`, which is what its cluster has. */
function poolOf(root: string, name: string): PoolId {
  const builds = readPoolBuilds(root);
  const build = builds.find(({ pool }) => pool === name);
  if (build === undefined) {
    const known = builds.map(({ pool }) => pool);
    throw failure('input', 'unknown-pool', `there is no pool ${name} in dist/`, {
      hint: suggest(name, known) ?? 'There are no pools. Write dist/ anew: `layers synth`.',
    });
  }
  const id = parsePoolId(name);
  if (build.by === 'cluster') return id;
  throw failure('input', 'not-built-by-cluster', `${name} is not built by its cluster`, {
    hint: `Give ${build.follows ?? 'the pool'} another \`refresh:\`, any word such as "2026-11", and build it: \`layers synth\`, then \`layers build --pin\`.`,
    origin: originOf(root, id),
  });
}

/** Where a pool was written; where TypeScript made it, what it was made into. */
function originOf(root: string, id: PoolId): Origin {
  const document = loadLibrary(root).library.pools.find(({ value }) => value.name === id.pool);
  return document ? below(document.origin, ['name']) : { file: `${DIST}/${formatPoolId(id)}.build` };
}

function contextMissing(id: PoolId, cluster: string, origin: Origin): LayersError {
  return failure(
    'input',
    'context-missing',
    `${formatPoolId(id)} is of the cluster ${cluster}, and it is not said how that is reached`,
    {
      hint: `Name its context: --context <name>. The current one may be another cluster's. \`oc config get-contexts\` lists them.`,
      origin,
    },
  );
}

/** Refuses what would do nothing, or be done to another cluster than the pool's. */
function assertUseful(
  live: LiveObject | undefined,
  root: string,
  id: PoolId,
  origin: Origin,
): asserts live is LiveObject {
  if (live === undefined) {
    throw failure('remote', 'no-machineosconfig', `the cluster has no MachineOSConfig ${id.pool}`, {
      hint: 'Is it the right cluster, and does it have what is in dist/?',
      origin,
    });
  }
  const [ours, theirs] = [machineOSConfigOf(root, id)?.spec, live.spec].map(
    (spec) => spec?.renderedImagePushSpec,
  );
  if (ours !== theirs) {
    throw failure(
      'remote',
      'other-machineosconfig',
      `the cluster's MachineOSConfig ${id.pool} pushes to ${theirs}, and the pool's to ${ours}`,
      {
        hint: 'Is it the right cluster? If it does not have what is in dist/ yet, that will start a build when it comes.',
        origin,
      },
    );
  }
  if (live.metadata.annotations?.[CURRENT_BUILD] === undefined) {
    throw failure('remote', 'never-built', `the cluster has not built ${id.pool} yet`, {
      hint: `The operator rebuilds only what has the annotation ${CURRENT_BUILD}. See why there is none: \`oc get machineosbuilds\`.`,
      origin,
    });
  }
}

function machineOSConfigOf(root: string, id: PoolId) {
  return readManifests(root, id).find(({ kind }) => kind === 'MachineOSConfig');
}
