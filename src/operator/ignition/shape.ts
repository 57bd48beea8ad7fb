/** What a field of an Ignition config is; a text, number or flag where it is none of these. */
export interface Field {
  readonly struct?: Struct;
  readonly list?: Struct | 'texts';
  /** The fields that tell one item from another; the first that it has counts. */
  readonly key?: readonly string[];
  /** A list that is appended to, and not merged by keys. */
  readonly appends?: boolean;
  /** Lists of this group share their keys: an item that is in another of them now is no more in this one. */
  readonly group?: string;
}

export interface Struct {
  readonly [field: string]: Field;
}

const LEAF: Field = {};
const leaves = (...names: readonly string[]): Struct => Object.fromEntries(names.map((name) => [name, LEAF]));
const struct = (fields: Struct): Field => ({ struct: fields });
const list = (fields: Struct, ...key: readonly string[]): Field => ({ list: fields, key });
const TEXTS: Field = { list: 'texts' };
const APPENDED_TEXTS: Field = { list: 'texts', appends: true };

const RESOURCE: Struct = {
  ...leaves('compression', 'source'),
  httpHeaders: list(leaves('name', 'value'), 'name'),
  verification: struct(leaves('hash')),
};

const NODE: Struct = {
  ...leaves('path', 'overwrite'),
  user: struct(leaves('id', 'name')),
  group: struct(leaves('id', 'name')),
};

const inGroup = (field: Field, group: string): Field => ({ ...field, group });

/** Ignition's specification 3.5, of which the older ones of version 3 are parts. */
export const CONFIG: Struct = {
  ignition: struct({
    ...leaves('version'),
    config: struct({ merge: list(RESOURCE, 'source'), replace: struct(RESOURCE) }),
    proxy: struct({ ...leaves('httpProxy', 'httpsProxy'), noProxy: TEXTS }),
    security: struct({ tls: struct({ certificateAuthorities: list(RESOURCE, 'source') }) }),
    timeouts: struct(leaves('httpResponseHeaders', 'httpTotal')),
  }),
  kernelArguments: struct({
    shouldExist: inGroup(TEXTS, 'argument'),
    shouldNotExist: inGroup(TEXTS, 'argument'),
  }),
  passwd: struct({
    groups: list(leaves('gid', 'name', 'passwordHash', 'shouldExist', 'system'), 'name'),
    users: list(
      {
        ...leaves('gecos', 'homeDir', 'name', 'noCreateHome', 'noLogInit', 'noUserGroup', 'passwordHash'),
        ...leaves('primaryGroup', 'shell', 'shouldExist', 'system', 'uid'),
        groups: TEXTS,
        sshAuthorizedKeys: TEXTS,
      },
      'name',
    ),
  }),
  storage: struct({
    directories: inGroup(list({ ...NODE, ...leaves('mode') }, 'path'), 'node'),
    files: inGroup(
      list(
        {
          ...NODE,
          ...leaves('mode'),
          append: { list: RESOURCE, appends: true },
          contents: struct(RESOURCE),
        },
        'path',
      ),
      'node',
    ),
    links: inGroup(list({ ...NODE, ...leaves('hard', 'target') }, 'path'), 'node'),
    disks: list(
      {
        ...leaves('device', 'wipeTable'),
        partitions: list(
          {
            ...leaves('guid', 'label', 'number', 'resize', 'shouldExist', 'sizeMiB', 'startMiB', 'typeGuid'),
            ...leaves('wipePartitionEntry'),
          },
          'number',
          'label',
        ),
      },
      'device',
    ),
    filesystems: list(
      {
        ...leaves('device', 'format', 'label', 'path', 'uuid', 'wipeFilesystem'),
        mountOptions: APPENDED_TEXTS,
        options: APPENDED_TEXTS,
      },
      'device',
    ),
    luks: list(
      {
        ...leaves('device', 'discard', 'label', 'name', 'uuid', 'wipeVolume'),
        cex: struct(leaves('enabled')),
        clevis: struct({
          ...leaves('threshold', 'tpm2'),
          custom: struct(leaves('config', 'needsNetwork', 'pin')),
          tang: list(leaves('advertisement', 'thumbprint', 'url'), 'url'),
        }),
        keyFile: struct(RESOURCE),
        openOptions: TEXTS,
        options: APPENDED_TEXTS,
      },
      'name',
    ),
    raid: list({ ...leaves('level', 'name', 'spares'), devices: TEXTS, options: APPENDED_TEXTS }, 'name'),
  }),
  systemd: struct({
    units: list(
      { ...leaves('contents', 'enabled', 'mask', 'name'), dropins: list(leaves('contents', 'name'), 'name') },
      'name',
    ),
  }),
};
