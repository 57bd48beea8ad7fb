import { gunzipSync } from 'node:zlib';

/** Where nodes have credentials, whatever these look like. */
const PATHS = new Set([
  '/var/lib/kubelet/config.json',
  '/etc/mco/internal-registry-pull-secret.json',
  '/etc/kubernetes/kubeconfig',
]);

/** Docker's credentials, keys in PEM, and tokens of a kubeconfig. */
const SECRET = /"auths?"\s*:|-----BEGIN [A-Z ]*PRIVATE KEY-----|\b(?:client-key-data|token):\s*\S/;

interface NodeFile {
  readonly path?: unknown;
  readonly contents?: { readonly source?: unknown; readonly compression?: unknown };
}
interface NodeUser {
  readonly name?: unknown;
  readonly passwordHash?: unknown;
}
/** What is read of an Ignition configuration. */
interface NodeConfig {
  readonly storage?: { readonly files?: readonly NodeFile[] };
  readonly passwd?: { readonly users?: readonly NodeUser[] };
}

/** The files, and users, by which an Ignition configuration tells secrets: a cluster's has its pull secret. */
export function secretsIn(config: object): string[] {
  const { storage, passwd } = config as NodeConfig;
  return [
    ...(storage?.files ?? []).filter(isSecret).map(({ path }) => String(path)),
    ...(passwd?.users ?? []).filter(hasPassword).map(({ name }) => `the password of ${name}`),
  ];
}

/** The same without them: no build needs them, and they are not to be in an image's layers. */
export function withoutSecrets(config: object): object {
  const { storage, passwd } = config as NodeConfig;
  return {
    ...config,
    ...(storage?.files && {
      storage: {
        ...storage,
        files: storage.files.map((file) =>
          isSecret(file) ? { ...file, contents: { source: 'data:,' } } : file,
        ),
      },
    }),
    ...(passwd?.users && {
      passwd: {
        ...passwd,
        users: passwd.users.map(({ passwordHash: _, ...user }) => user),
      },
    }),
  };
}

function hasPassword({ passwordHash }: NodeUser): boolean {
  return typeof passwordHash === 'string' && passwordHash !== '';
}

function isSecret({ path, contents }: NodeFile): boolean {
  const text = textOf(contents);
  return text !== '' && (PATHS.has(String(path)) || SECRET.test(text));
}

/** The text of a data URL; what is fetched from elsewhere is not here. */
function textOf(contents: NodeFile['contents']): string {
  const [, parameters, data] = /^data:([^,]*),(.*)$/s.exec(String(contents?.source ?? '')) ?? [];
  if (parameters === undefined || data === undefined) return '';
  try {
    const bytes = parameters.endsWith(';base64')
      ? Buffer.from(data, 'base64')
      : Buffer.from(decodeURIComponent(data), 'utf8');
    return (contents?.compression === 'gzip' ? gunzipSync(bytes) : bytes).toString('latin1');
  } catch {
    // What cannot be read is no less likely to be a secret: as it stands, it is looked at as text.
    return data;
  }
}
