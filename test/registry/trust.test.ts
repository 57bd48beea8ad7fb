import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRegistry } from '../../src/registry/client.ts';
import { trustedCertificates } from '../../src/registry/trust.ts';
import {
  diagnosticOf,
  type FakeRegistry,
  fakeImage,
  fakeRegistry,
  QUICK,
  serveImage,
} from './fake-registry.ts';
import { selfSigned } from './tls.ts';

const image = fakeImage();
let home: string;
let env: NodeJS.ProcessEnv;
let fake: FakeRegistry | undefined;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'layers-trust-'));
  env = { ...QUICK.env, HOME: home, SSL_CERT_FILE: '/nonexistent' };
});

afterEach(async () => {
  await fake?.stop();
  rmSync(home, { recursive: true });
});

const certificate = (name: string) => selfSigned(home, name);

async function serve(tls: ServerOptions): Promise<string> {
  fake = await fakeRegistry(serveImage(image), tls);
  return fake.host;
}

function trust(host: string, pem: Buffer | string, file = 'ca.crt'): void {
  const directory = join(home, '.config/containers/certs.d', host);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, file), pem);
}

describe('a certificate', () => {
  it('is trusted by the certs.d directory of its host and port, *.crt only', async () => {
    const tls = certificate('IP:127.0.0.1');
    const host = await serve(tls);
    const head = () => openRegistry(host, { ...QUICK, env }).headManifest(image.ref(host));
    trust('127.0.0.1', tls.cert);
    trust(host, tls.cert, 'ca.pem');
    expect((await diagnosticOf(head())).code).toBe('registry-tls');
    expect(fake!.seen).toEqual([]);
    trust(host, `a comment\r\n${String(tls.cert).replaceAll('\n', '\r\n')}`, 'own.crt');
    expect(await head()).toBeDefined();
  });

  it('has to be for the host that is asked', async () => {
    const tls = certificate('DNS:registry.example.com');
    const host = await serve(tls);
    trust(host, tls.cert);
    const error = await diagnosticOf(openRegistry(host, { ...QUICK, env }).headManifest(image.ref(host)));
    expect(error.code).toBe('registry-tls');
    expect(error.message).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(fake!.seen).toEqual([]);
  });
});

describe("a client's certificate", () => {
  const givenHost = async () => {
    const server = certificate('IP:127.0.0.1');
    const own = certificate('DNS:client');
    const host = await serve({ ...server, ca: own.cert, requestCert: true, rejectUnauthorized: true });
    trust(host, server.cert);
    return { host, own, head: () => openRegistry(host, { ...QUICK, env }).headManifest(image.ref(host)) };
  };

  it('is shown to the host that wants one, from its certs.d directory', async () => {
    const { host, own, head } = await givenHost();
    const error = await diagnosticOf(head());
    expect(error.code).toBe('registry-tls');
    expect(error.message).toContain("wants a client's certificate");
    expect(fake!.seen).toEqual([]);
    trust(host, own.cert, 'me.cert');
    trust(host, own.key, 'me.key');
    expect(await head()).toBeDefined();
  });

  it.each([
    ['cert', 'key'],
    ['key', 'cert'],
  ] as const)('whose %s is there, and its %s is not, is an error as for the engines', async (there, missing) => {
    const { host, own, head } = await givenHost();
    trust(host, own[there], `me.${there}`);
    const error = await diagnosticOf(head());
    expect(error).toMatchObject({ code: 'client-certificate', source: 'input' });
    expect(error.message).toContain(`certs.d/${host}/me.${missing} cannot be read (ENOENT)`);
  });
});

describe('trustedCertificates', () => {
  it('has each certificate once, however its lines are wrapped', async () => {
    const bundle = join(home, 'bundle.pem');
    const unwrapped = rootCertificates.map((pem) => pem.replace(/(\S{20})\n?/g, '$1\n'));
    writeFileSync(bundle, unwrapped.join('\n'));
    const own = certificate('IP:127.0.0.1').cert;
    writeFileSync(join(home, 'extra.pem'), own);
    const all = { ...env, SSL_CERT_FILE: bundle, NODE_EXTRA_CA_CERTS: join(home, 'extra.pem') };
    expect(await trustedCertificates('x', env)).toHaveLength(new Set(rootCertificates).size);
    expect(await trustedCertificates('x', all)).toHaveLength(new Set(rootCertificates).size + 1);
  });

  it('survives what is no certificate', async () => {
    const host = await serve(certificate('IP:127.0.0.1'));
    trust(host, '-----BEGIN CERTIFICATE-----\nbm8=\n-----END CERTIFICATE-----\n');
    const error = await diagnosticOf(openRegistry(host, { ...QUICK, env }).headManifest(image.ref(host)));
    expect(error.code).toBe('registry-tls');
  });
});
