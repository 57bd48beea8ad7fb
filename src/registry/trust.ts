import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { failure } from '../diagnostics.ts';

/** What proves a host to us, and us to the host. */
export interface HostTrust {
  readonly ca: readonly string[];
  readonly pairs: readonly { readonly cert: string; readonly key: string }[];
}

// Where distributions keep the machine's certificates; Go, and with it buildah and podman, reads the first that exists.
const SYSTEM_BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

export async function hostTrust(host: string, env: NodeJS.ProcessEnv): Promise<HostTrust> {
  const [ca, pairs] = await Promise.all([trustedCertificates(host, env), clientCertificates(host, env)]);
  return { ca, pairs };
}

/** Where a CA for one registry, and our certificate for it, belong; containers/image reads the first of these directories that exists. */
export function certificateDirectories(host: string, env: NodeJS.ProcessEnv): string[] {
  return [
    join(env.HOME || homedir(), '.config/containers/certs.d', host),
    join('/etc/containers/certs.d', host),
    join('/etc/docker/certs.d', host),
  ];
}

/**
 * What this host's certificate may be signed by: everything the engines trust, so that an image which buildah could push
 * can be verified too, and node's own roots. Each once: reading a certificate is what costs time here.
 */
export async function trustedCertificates(host: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const { rootCertificates } = await import('node:tls');
  const files = await Promise.all([
    readFirst(env.SSL_CERT_FILE ? [env.SSL_CERT_FILE] : SYSTEM_BUNDLES),
    readFirst(env.NODE_EXTRA_CA_CERTS ? [env.NODE_EXTRA_CA_CERTS] : []),
    readDirectories(certificateDirectories(host, env)),
  ]);
  return [...new Set([...rootCertificates, ...files].flatMap(certificatesIn))];
}

/** Each certificate of a bundle, in lines of one length: node's own and the machine's are wrapped differently. */
function certificatesIn(bundle: string): string[] {
  const blocks = bundle.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g);
  return [...blocks].map(([, base64]) => {
    const lines = base64!.replace(/\s+/g, '').match(/.{1,64}/g) ?? [];
    return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
  });
}

async function readFirst(paths: readonly string[]): Promise<string> {
  for (const path of paths) {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text !== undefined) return text;
  }
  return '';
}

async function readDirectories(directories: readonly string[]): Promise<string> {
  const { directory, names } = await firstOf(directories);
  const certificates = names.filter((name) => name.endsWith('.crt'));
  return (await Promise.all(certificates.map((name) => readFirst([join(directory, name)])))).join('\n');
}

/** Each `<name>.cert` of the host's directory with its `<name>.key`. One without the other is an error, as for the engines. */
async function clientCertificates(host: string, env: NodeJS.ProcessEnv): Promise<HostTrust['pairs']> {
  const { directory, names } = await firstOf(certificateDirectories(host, env));
  const stems = names.flatMap((name) => /^(.*)\.(?:cert|key)$/.exec(name)?.[1] ?? []);
  const read = async (name: string): Promise<string> => {
    const file = join(directory, name);
    return readFile(file, 'utf8').catch(({ code }: NodeJS.ErrnoException) => {
      throw failure('input', 'client-certificate', `${file} cannot be read (${code})`, {
        hint: `${directory} has one half of a client's certificate: it takes <name>.cert and <name>.key. A CA's name ends in .crt.`,
      });
    });
  };
  return Promise.all(
    [...new Set(stems)].map(async (stem) => ({
      cert: await read(`${stem}.cert`),
      key: await read(`${stem}.key`),
    })),
  );
}

/** The first directory that is there, with the names in it. */
async function firstOf(directories: readonly string[]): Promise<{ directory: string; names: string[] }> {
  for (const directory of directories) {
    const names = await readdir(directory).catch(() => undefined);
    if (names !== undefined) return { directory, names: names.sort() };
  }
  return { directory: '', names: [] };
}
