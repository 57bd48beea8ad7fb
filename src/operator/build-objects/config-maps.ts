import { gzipSync } from 'node:zlib';
import { Refusal } from '../refusal.ts';
import { containerfileOf } from './containerfile.ts';
import type { Build } from './input.ts';
import { machineConfigJson } from './machine-config-json.ts';
import { type Metadata, metadataOf, nameOf } from './metadata.ts';
import { nodeFile } from './node-file.ts';

export interface ConfigMap {
  readonly apiVersion: 'v1';
  readonly kind: 'ConfigMap';
  readonly metadata: Metadata;
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}

export const CONFIG_KEY = 'machineconfig.json.gz';
export const TRUST_KEY = 'openshift-config-user-ca-bundle.crt';

/** The ConfigMaps of a build, in the order that they are made. Throws a Refusal where one cannot be. */
export function configMapsOf(build: Build): ConfigMap[] {
  const of = (
    what: Parameters<typeof metadataOf>[1],
    content: Pick<ConfigMap, 'data' | 'binaryData'>,
  ): ConfigMap => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadataOf(build, what),
    ...content,
  });
  const Containerfile = Refusal.wrap('could not get rendered containerfile', () => containerfileOf(build));
  const machineConfig = gzipSync(machineConfigJson(build), { level: 9 }).toString('base64');
  const trusted = Buffer.from(build.environment.trustBundle ?? '').toString('base64');
  const node = (path: string, what: 'policy' | 'registries', named: string): ConfigMap[] => {
    const text = Refusal.wrap(
      `could not convert ${named} files into ConfigMap "${nameOf(build, what)}"`,
      () => nodeFile(build, path),
    );
    return text === undefined ? [] : [of(what, { data: { [path.slice('/etc/containers/'.length)]: text } })];
  };
  return [
    of('containerfile', { data: { Containerfile } }),
    of('machineConfig', { data: { [CONFIG_KEY]: machineConfig } }),
    of('trustBundle', { binaryData: { [TRUST_KEY]: trusted } }),
    ...node('/etc/containers/policy.json', 'policy', 'etc/containers registries'),
    ...node('/etc/containers/registries.conf', 'registries', 'registries.conf'),
  ];
}
