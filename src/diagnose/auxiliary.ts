import { X509Certificate } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { findObject } from '../gathered/gathered.ts';
import { at, type Data, isData, listAt, type SavedObject, textAt, textsAt } from '../gathered/object.ts';
import { AUXILIARY, NAMESPACE } from './names.ts';
import { describeShape, shapeOf } from './secret-shape.ts';
import type { Subject } from './subject.ts';

/** An object that a build was given, or left behind. */
export interface Auxiliary {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  /** What is in it, a line each; none where it was not saved. */
  readonly says?: readonly string[];
  /** Its text, where that is no secret's. */
  readonly text?: string;
}

/** As large as an object of a cluster can be, unpacked. */
const LARGEST = 64 * 1024 * 1024;

type Describe = (object: SavedObject) => Pick<Auxiliary, 'says' | 'text'>;

const CONFIG_MAPS: readonly (readonly [prefix: string, describe: Describe])[] = [
  [
    AUXILIARY.containerfile,
    (object) => plain(textAt(object.data, 'data', 'Containerfile'), describeContainerfile),
  ],
  [AUXILIARY.machineConfig, (object) => ({ says: describeMachineConfig(machineConfigIn(object)) })],
  [AUXILIARY.trustBundle, (object) => ({ says: describeBundle(bundleIn(object)) })],
  [AUXILIARY.policy, (object) => plain(textAt(object.data, 'data', 'policy.json'), describePolicy)],
  [
    AUXILIARY.registries,
    (object) => plain(textAt(object.data, 'data', 'registries.conf'), describeRegistries),
  ],
  [AUXILIARY.digest, (object) => plain(textAt(object.data, 'data', 'digest'), (text) => [text.trim()])],
];

/** All that belongs to a build, decoded. */
export function auxiliaryOf({ gathered, buildName }: Subject): Auxiliary[] {
  if (buildName === undefined) return [];
  const maps = CONFIG_MAPS.map(([prefix, describe]): Auxiliary => {
    const name = `${prefix}${buildName}`;
    const object = findObject(gathered, 'ConfigMap', name, NAMESPACE);
    return { kind: 'ConfigMap', name, ...(object && describe(object)) };
  });
  const secrets = [AUXILIARY.baseSecret, AUXILIARY.finalSecret].map((prefix): Auxiliary => {
    const name = `${prefix}${buildName}`;
    const object = findObject(gathered, 'Secret', name, NAMESPACE);
    return { kind: 'Secret', name, ...(object && { says: [describeShape(shapeOf(object))] }) };
  });
  return [...maps, ...secrets];
}

/** The Containerfile as it was built: the operator's stages, and the pool's own behind them. */
export function builtContainerfile({ gathered, buildName }: Subject): string | undefined {
  const object = findObject(gathered, 'ConfigMap', `${AUXILIARY.containerfile}${buildName}`, NAMESPACE);
  return object && textAt(object.data, 'data', 'Containerfile');
}

/** The rendered MachineConfig that a build was given: base64 of gzip of JSON. */
export function machineConfigIn(object: SavedObject): Data | undefined {
  const packed = textAt(object.data, 'data', 'machineconfig.json.gz');
  if (packed === undefined) return undefined;
  try {
    const text = gunzipSync(Buffer.from(packed, 'base64'), { maxOutputLength: LARGEST }).toString('utf8');
    const data: unknown = JSON.parse(text);
    return isData(data) ? data : undefined;
  } catch {
    return undefined;
  }
}

function plain(text: string | undefined, describe: (text: string) => string[]) {
  return text === undefined ? { says: ['it is empty'] } : { says: describe(text), text };
}

function describeContainerfile(text: string): string[] {
  const stages = text.match(/^\s*FROM\s/gim)?.length ?? 0;
  return [`${text.trimEnd().split('\n').length} lines, ${stages} stages`];
}

/** Names and amounts: what is in the files of nodes may be a secret. */
function describeMachineConfig(config: Data | undefined): string[] {
  if (config === undefined) return ['it cannot be decoded'];
  const spec = at(config, 'spec');
  const files = listAt(spec, 'config', 'storage', 'files').length;
  const units = listAt(spec, 'config', 'systemd', 'units').length;
  const extensions = textsAt(spec, 'extensions');
  return [
    `${textAt(config, 'metadata', 'name') ?? 'a MachineConfig without a name'}: ${files} files, ${units} units`,
    ...(textAt(spec, 'osImageURL') === undefined ? [] : [`osImageURL ${textAt(spec, 'osImageURL')}`]),
    ...(extensions.length === 0 ? [] : [`extensions ${extensions.join(', ')}`]),
    ...(textAt(spec, 'kernelType') === undefined ? [] : [`kernelType ${textAt(spec, 'kernelType')}`]),
  ];
}

function bundleIn(object: SavedObject): string {
  const packed = textAt(object.data, 'binaryData', 'openshift-config-user-ca-bundle.crt');
  return packed === undefined
    ? (textAt(object.data, 'data', 'openshift-config-user-ca-bundle.crt') ?? '')
    : Buffer.from(packed, 'base64').toString('utf8');
}

function describeBundle(text: string): string[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0)
    return [text.trim() === '' ? 'no certificate: the cluster trusts no others' : 'it has no certificate'];
  return blocks.map((block) => {
    try {
      const { subject, validTo } = new X509Certificate(block);
      return `${subject.replaceAll('\n', ', ')}, valid until ${validTo}`;
    } catch {
      return 'a certificate that cannot be read';
    }
  });
}

function describePolicy(text: string): string[] {
  try {
    const policy: unknown = JSON.parse(text);
    const fallback = listAt(policy, 'default').map((each) => textAt(each, 'type') ?? '?');
    const scopes = Object.values((at(policy, 'transports') ?? {}) as Record<string, object>).flatMap(
      Object.keys,
    );
    return [
      `default ${fallback.join(', ')}`,
      ...(scopes.length === 0 ? [] : [`rules for ${scopes.join(', ')}`]),
    ];
  } catch {
    return ['it is not JSON'];
  }
}

function describeRegistries(text: string): string[] {
  const values = (key: string) =>
    [...text.matchAll(new RegExp(`^\\s*${key}\\s*=\\s*["']([^"']*)["']`, 'gm'))].map(([, value]) => value!);
  const sources = [...values('prefix'), ...values('location')];
  const blocked = text
    .split('[[registry]]')
    .flatMap((part) =>
      /^\s*blocked\s*=\s*true/m.test(part)
        ? [/^\s*(?:prefix|location)\s*=\s*["']([^"']+)/m.exec(part)?.[1] ?? '?']
        : [],
    );
  return [
    sources.length === 0
      ? 'no mirrors'
      : `registries and mirrors: ${[...new Set(sources.filter(Boolean))].join(', ')}`,
    ...(blocked.length === 0 ? [] : [`blocked: ${blocked.join(', ')}`]),
  ];
}
