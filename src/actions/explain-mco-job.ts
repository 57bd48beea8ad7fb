import { secretsIn } from '../build/rendered-secrets.ts';
import { ofKind } from '../gathered/gathered.ts';
import { at, type SavedObject, textAt } from '../gathered/object.ts';
import { buildObjects } from '../operator/build-objects/build-objects.ts';
import { secretNames } from '../operator/build-objects/credentials.ts';
import type { BuildObjectsInput, Environment } from '../operator/build-objects/input.ts';
import { hasElided, type Secret, secret } from '../operator/secrets.ts';
import type { MOUNTED } from './mounted.ts';
import { type OperatorOptions, openPool, osConfigOf, rulesFor } from './operator-pool.ts';
import type { SavedCluster } from './saved-cluster.ts';
import { shownObjects } from './shown-objects.ts';

export interface JobOptions extends OperatorOptions {
  /** Print credentials as well. */
  readonly showSecrets: boolean;
  /** What the cluster has, and was not saved: must-gathers have no Secrets. */
  readonly mounted: readonly (typeof MOUNTED)[number][];
}

export interface ExplainedJob {
  readonly pool: string;
  readonly release: string;
  /** Whose MachineOSConfig it is made by. */
  readonly from: 'dist' | 'saved';
  /** In the order that they are made. */
  readonly objects: readonly object[];
  readonly refused?: { readonly at: string; readonly message: string };
  /** What was not saved: a word stands in its place. */
  readonly unknown: readonly string[];
}

/** Every object that machine-os-builder would make for the build of a pool. */
export function explainJob(options: JobOptions): ExplainedJob {
  const opened = openPool(options);
  const { id, saved } = opened;
  const { config, isFromDist } = osConfigOf(options.root, opened);
  const pool = saved.neededPool(id.pool);
  const rendered = saved.neededRendered(pool);
  const release = rulesFor(options.release, saved.release(rendered));
  const unknown: string[] = [];
  const secretNamed = (name: string): Secret | undefined => {
    const found = secretOf(saved, name);
    if (found === undefined) unknown.push(`the Secret ${name}`);
    else if (hasElided(found)) unknown.push(`what is in the Secret ${name}: must-gather takes it out`);
    else return found;
    return undefined;
  };
  const { base, final } = secretNames(config);
  const [baseSecret, pushSecret] = [secretNamed(base), secretNamed(final)];
  const input: BuildObjectsInput = {
    ...{ release, pool, config, rendered, images: saved.images(release, pool) },
    ...(baseSecret && { baseSecret }),
    ...(pushSecret && { pushSecret }),
    environment: environmentOf(saved, id.pool, options.mounted, unknown),
    uid: uidOf(saved, config.metadata.name, rendered.metadata.name) ?? UNKNOWN_UID,
  };
  const made = buildObjects(input);
  return {
    ...{ pool: options.pool, release, from: isFromDist ? 'dist' : 'saved', unknown },
    objects: shownObjects(made, options.showSecrets, secretsIn(rendered.spec.config ?? {})),
    ...(made.refused && { refused: made.refused }),
  };
}

const UNKNOWN_UID = '<the uid of the MachineOSBuild>';

function secretOf(saved: SavedCluster, name: string): Secret | undefined {
  const found = saved.parsed(secret, saved.ofOperator('Secret', name));
  // The API server has a type for those that say none.
  return found && { ...found, type: found.type || 'Opaque' };
}

/** What was saved of a build of the same, which has a uid. */
function uidOf({ gathered }: SavedCluster, config: string, rendered: string): string | undefined {
  return ofKind(gathered, 'MachineOSBuild')
    .filter(
      ({ data }) =>
        textAt(data, 'spec', 'machineOSConfig', 'name') === config &&
        textAt(data, 'spec', 'machineConfig', 'name') === rendered,
    )
    .map(({ data }) => textAt(data, 'metadata', 'uid'))
    .find((uid) => uid !== undefined);
}

function environmentOf(
  saved: SavedCluster,
  pool: string,
  mounted: JobOptions['mounted'],
  unknown: string[],
): Environment {
  const { gathered } = saved;
  const controller = ofKind(gathered, 'ControllerConfig')[0];
  if (controller === undefined)
    unknown.push('the ControllerConfig, with the proxy and the trusted certificates');
  const has = (kind: string, name: string) => saved.ofOperator(kind, name) !== undefined;
  const proxy = proxyOf(controller);
  const trustBundle = textAt(controller?.data, 'spec', 'additionalTrustBundle');
  return {
    operatorImage: operatorImage(saved, controller) ?? unknownImage(unknown),
    ...(proxy && { proxy }),
    ...(trustBundle && { trustBundle: Buffer.from(trustBundle, 'base64').toString('utf8') }),
    hasEntitlement: mounted.includes('etc-pki-entitlement') || has('Secret', `etc-pki-entitlement-${pool}`),
    hasYumRepos: mounted.includes('etc-yum-repos-d') || has('ConfigMap', 'etc-yum-repos-d'),
    hasGpgKeys: mounted.includes('etc-pki-rpm-gpg') || has('Secret', 'etc-pki-rpm-gpg'),
    architecture: architectureOf(saved),
  };
}

function proxyOf(controller: SavedObject | undefined): Environment['proxy'] {
  const proxy = at(controller?.data, 'spec', 'proxy');
  if (typeof proxy !== 'object' || proxy === null) return undefined;
  const of = (key: string) => textAt(proxy, key) ?? '';
  return { httpProxy: of('httpProxy'), httpsProxy: of('httpsProxy'), noProxy: of('noProxy') };
}

/** The release's list of images, or what the ControllerConfig has of it. */
function operatorImage(saved: SavedCluster, controller: SavedObject | undefined): string | undefined {
  const map = saved.ofOperator('ConfigMap', 'machine-config-operator-images');
  const json = textAt(map?.data, 'data', 'images.json');
  try {
    const image = textAt(JSON.parse(json ?? '{}'), 'machineConfigOperator');
    if (image !== undefined) return image;
  } catch {
    // The other place may have it.
  }
  return textAt(controller?.data, 'spec', 'images', 'machineConfigOperator');
}

function unknownImage(unknown: string[]): string {
  unknown.push('the ConfigMap machine-config-operator-images, with the image of the operator');
  return '<the image of the operator>';
}

function architectureOf({ gathered }: SavedCluster): Environment['architecture'] {
  const masters = ofKind(gathered, 'Node').filter(
    ({ data }) => at(data, 'metadata', 'labels', 'node-role.kubernetes.io/master') !== undefined,
  );
  const found = textAt(masters[0]?.data, 'status', 'nodeInfo', 'architecture');
  return found === 'arm64' || found === 'ppc64le' || found === 's390x' ? found : 'amd64';
}
