import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

// Where distributions keep the machine's certificates; Go, and with it buildah and podman, reads the first that exists.
const SYSTEM_BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** Where a CA for one registry belongs; containers/image reads the first of these directories that exists. */
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
  for (const directory of directories) {
    const names = await readdir(directory).catch(() => undefined);
    if (names === undefined) continue;
    const certificates = names.filter((name) => name.endsWith('.crt')).sort();
    return (await Promise.all(certificates.map((name) => readFirst([join(directory, name)])))).join('\n');
  }
  return '';
}
