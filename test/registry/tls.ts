import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A self-signed certificate for this name or address, as in `DNS:registry.example.com`. */
export function selfSigned(folder: string, name: string): { key: Buffer; cert: Buffer } {
  const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', ...curve, '-days', '2', '-subj', '/CN=test'],
      ...['-addext', `subjectAltName=${name}`, '-keyout', key, '-out', cert],
    ],
    { stdio: 'ignore' },
  );
  return { key: readFileSync(key), cert: readFileSync(cert) };
}
