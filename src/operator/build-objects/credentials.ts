import { DOCKER_JSON } from '../../values/registry-secret.ts';
import { Refusal } from '../refusal.ts';
import { canonicalSecret, type Secret } from '../secrets.ts';
import type { Build } from './input.ts';
import { type Metadata, metadataOf, nameOf } from './metadata.ts';

const GROUP = 'machineconfiguration.openshift.io';

export interface BuildSecret {
  readonly apiVersion: 'v1';
  readonly kind: 'Secret';
  readonly metadata: Metadata;
  readonly type: string;
  /** None where the Secret that it is made of is not known. */
  readonly data?: Readonly<Record<string, string>>;
}

/** The operator's own copy of the cluster's pull secret. */
const GLOBAL_PULL_SECRET = 'global-pull-secret-copy';

/** The Secrets that a build's own are made of. */
export function secretNames({ spec }: Build['config']): Readonly<Record<'base' | 'final', string>> {
  return {
    base: spec.baseImagePullSecret?.name ?? GLOBAL_PULL_SECRET,
    final: spec.renderedImagePushSecret.name,
  };
}

/** The credentials to pull and to push with, in the one form that a build gets them in. */
export function secretsOf(build: Build): BuildSecret[] {
  return [canonical(build, 'base', build.baseSecret), canonical(build, 'final', build.pushSecret)];
}

function canonical(build: Build, what: 'base' | 'final', secret: Secret | undefined): BuildSecret {
  const name = secret?.metadata.name ?? secretNames(build.config)[what];
  const json =
    secret &&
    Refusal.wrap(
      `could not canonicalize secret ${name}: could not canonicalize pull secret "${nameOf(build, what)}"`,
      () => canonicalSecret(secret, build.release),
    );
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: metadataOf(build, what, {
      [`${GROUP}/canonicalizedSecret`]: '',
      [`${GROUP}/originalSecretName`]: name,
    }),
    type: DOCKER_JSON,
    ...(json !== undefined && { data: { '.dockerconfigjson': Buffer.from(json).toString('base64') } }),
  };
}
