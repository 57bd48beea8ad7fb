import { Refusal } from '../refusal.ts';
import { canonicalSecret, DOCKER_JSON, type Secret } from '../secrets.ts';
import type { Build } from './input.ts';
import { type Metadata, metadataOf, nameOf } from './metadata.ts';

const GROUP = 'machineconfiguration.openshift.io';

export interface BuildSecret {
  readonly apiVersion: 'v1';
  readonly kind: 'Secret';
  readonly metadata: Metadata;
  readonly type: string;
  readonly data: Readonly<Record<string, string>>;
}

/** The credentials to pull and to push with, in the one form that a build gets them in. */
export function secretsOf(build: Build): BuildSecret[] {
  const { baseSecret, pushSecret } = build;
  return [
    ...(baseSecret === undefined ? [] : [canonical(build, 'base', baseSecret)]),
    ...(pushSecret === undefined ? [] : [canonical(build, 'final', pushSecret)]),
  ];
}

function canonical(build: Build, what: 'base' | 'final', secret: Secret): BuildSecret {
  const { name } = secret.metadata;
  const json = Refusal.wrap(
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
    data: { '.dockerconfigjson': Buffer.from(json).toString('base64') },
  };
}
