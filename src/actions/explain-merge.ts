import { withoutSecrets } from '../build/rendered-secrets.ts';
import { findObject, ofKind } from '../gathered/gathered.ts';
import { listAt, textAt } from '../gathered/object.ts';
import { type Defaults, type Merged, mergeConfigs } from '../operator/merge.ts';
import { GENERATED_BY } from '../operator/names.ts';
import { type MachineConfig, type MachineConfigPool, machineConfigPool } from '../operator/objects.ts';
import { ROLE, selectConfigs } from '../operator/selection.ts';
import { isAtLeast, type ReleaseVersion } from '../values/release-version.ts';
import { orRefuse } from './explain-mosb.ts';
import { configsOfDist, type OperatorOptions, openPool, rulesFor } from './operator-pool.ts';
import type { SavedCluster } from './saved-cluster.ts';

export interface MergeOptions extends OperatorOptions {
  /** Merge what `dist/` has of the pool, too: in the place of what was saved under the same names. */
  readonly dist: boolean;
}

export interface ExplainedMerge extends Merged {
  readonly pool: string;
  readonly release: string;
  /** The rendered MachineConfig that the saved pool is to have; undefined where no pool was saved. */
  readonly saved?: string;
  /** Those of these names came from `dist/`. */
  readonly fromDist: readonly string[];
  /** Where nothing saved says which image the release has. */
  readonly isDefaultUnknown: boolean;
}

/** What the operator renders for a pool of the MachineConfigs that were saved, and which of them win. */
export function explainMerge(options: MergeOptions): ExplainedMerge {
  const { id, saved } = openPool(options);
  const savedPool = saved.pool(id.pool);
  const pool = savedPool ?? conventional(id.pool);
  const all = saved.machineConfigs();
  const rendered = savedPool && saved.rendered(savedPool);
  const release = rulesFor(options.release, saved.release(rendered));
  const own = options.dist
    ? [
        ...(id.pool === 'worker' ? [] : configsOfDist(options.root, { ...id, pool: 'worker' })),
        ...configsOfDist(options.root, id),
      ]
    : [];
  const names = new Set(own.map(({ metadata }) => metadata.name));
  const configs = selectConfigs(pool, [...all.filter(({ metadata }) => !names.has(metadata.name)), ...own]);
  if (configs.length === 0) saved.missing(`a MachineConfig of ${id.pool}`, 'oc get machineconfigs -o yaml');
  const defaults = defaultsOf(saved, pool, configs, release);
  const stream = pool.spec.osImageStream.name;
  const merged = orRefuse(() =>
    mergeConfigs({ release, pool: id.pool, configs, defaults: defaults ?? NOTHING, stream }),
  );
  return {
    ...merged,
    // With the cluster's pull secret in it, among others: nobody asked for these.
    spec: {
      ...merged.spec,
      config: withoutSecrets(merged.spec.config ?? {}) as MachineConfig['spec']['config'],
    },
    pool: options.pool,
    release,
    ...(savedPool?.spec.configuration.name && { saved: savedPool.spec.configuration.name }),
    fromDist: merged.order.filter((name) => names.has(name)),
    isDefaultUnknown: defaults === undefined,
  };
}

const NOTHING: Defaults = { osImageURL: '', baseOSExtensionsContainerImage: '' };

/** A pool as everybody makes them: its own MachineConfigs, and worker's. */
function conventional(name: string): MachineConfigPool {
  const values = name === 'master' ? ['master'] : [...new Set(['worker', name])];
  return machineConfigPool.parse({
    apiVersion: 'machineconfiguration.openshift.io/v1',
    kind: 'MachineConfigPool',
    metadata: { name },
    spec: { machineConfigSelector: { matchExpressions: [{ key: ROLE, operator: 'In', values }] } },
  });
}

/** The images of the release: the pool's stream of them, the ControllerConfig's, or what the operator generated. */
function defaultsOf(
  { gathered }: SavedCluster,
  pool: MachineConfigPool,
  configs: readonly MachineConfig[],
  release: ReleaseVersion,
): Defaults | undefined {
  const streams = findObject(gathered, 'OSImageStream', 'cluster');
  if (streams !== undefined && isAtLeast(release, '4.21')) {
    const name =
      pool.spec.osImageStream.name ||
      textAt(streams.data, 'spec', 'defaultStream') ||
      textAt(streams.data, 'status', 'defaultStream');
    const stream = listAt(streams.data, 'status', 'availableStreams').find(
      (each) => textAt(each, 'name') === name,
    );
    if (stream !== undefined) {
      return {
        osImageURL: textAt(stream, 'osImage') ?? '',
        baseOSExtensionsContainerImage: textAt(stream, 'osExtensionsImage') ?? '',
      };
    }
  }
  const controller = ofKind(gathered, 'ControllerConfig')[0];
  if (controller !== undefined) {
    return {
      osImageURL:
        textAt(controller.data, 'spec', 'baseOSContainerImage') ??
        textAt(controller.data, 'spec', 'osImageURL') ??
        '',
      baseOSExtensionsContainerImage: textAt(controller.data, 'spec', 'baseOSExtensionsContainerImage') ?? '',
    };
  }
  const generated = configs.find(
    ({ metadata, spec }) => spec.osImageURL !== '' && (metadata.annotations?.[GENERATED_BY] ?? '') !== '',
  );
  return generated?.spec;
}
