import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { expect } from 'vitest';
import type { Diagnostic, LayersError } from '../../src/diagnostics.ts';
import type { RegistryOptions } from '../../src/registry/client.ts';
import { parseDigest } from '../../src/values/digest.ts';
import type { PinnedImage } from '../../src/values/image-ref.ts';

/** A server that answers as it is told: for faults that a real registry does not have. */
export interface FakeRegistry {
  readonly host: string;
  /** Method, path and Authorization of each request. */
  readonly seen: string[];
  /** Connections that brought a request. */
  connections(): number;
  stop(): Promise<void>;
}

export type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

/** `count` is 1 for the first request. */
export async function fakeRegistry(handle: Handler, tls?: ServerOptions): Promise<FakeRegistry> {
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const listener: RequestListener = (request, response) => {
    const { method, url, headers } = request;
    sockets.add(request.socket);
    seen.push(`${method} ${url} ${headers.authorization ?? '-'}`);
    handle(request, response, seen.length);
  };
  const server = tls ? createSecureServer(tls, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    connections: () => sockets.size,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** No credentials of whoever runs the tests, no waiting. */
export const QUICK: RegistryOptions = {
  env: { HOME: '/nonexistent', XDG_RUNTIME_DIR: '/nonexistent', PATH: process.env.PATH },
  retry: { attempts: 3, delay: 1 },
};

export function sum(bytes: string | Buffer) {
  return parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
}

export interface FakeImage {
  readonly manifest: string;
  readonly config: string;
  ref(host: string): PinnedImage;
}

/** An image of one layer that nobody stored. */
export function fakeImage(
  labels: Record<string, string> = { built: 'abc' },
  architecture = 'amd64',
): FakeImage {
  const config = JSON.stringify({ architecture, os: 'linux', config: { Labels: labels } });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest: sum(config),
      size: config.length,
    },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: sum('layer'), size: 1000 }],
  });
  return {
    manifest,
    config,
    ref: (host) => ({ registry: host, repository: 'os/worker', digest: sum(manifest) }),
  };
}

/** Answers as a registry that has the image, and nothing else. */
export function serveImage({ manifest, config }: FakeImage): Handler {
  return ({ url = '' }, response) => {
    const body = url.includes('/manifests/') ? manifest : config;
    if (/sha256:/.test(url) && !url.endsWith(sum(body))) response.writeHead(404).end();
    else {
      response.setHeader('content-type', 'application/vnd.oci.image.manifest.v1+json');
      response.setHeader('docker-content-digest', sum(body));
      response.end(body);
    }
  };
}

/** The diagnostics of what a promise was rejected with. */
export async function diagnosticsOf(work: Promise<unknown>): Promise<readonly Diagnostic[]> {
  const error = await work.then(
    () => expect.fail('it worked'),
    (thrown) => thrown,
  );
  if (error?.diagnostics === undefined) throw error;
  return (error as LayersError).diagnostics;
}

export async function diagnosticOf(work: Promise<unknown>): Promise<Diagnostic> {
  const [first, ...others] = await diagnosticsOf(work);
  expect(others).toEqual([]);
  return first!;
}
