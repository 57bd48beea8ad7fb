import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Transform } from 'node:stream';

/** What becomes of a request: passed on, at once or after three seconds, refused with a status, or never answered. */
export type Fate = 'pass' | 'late' | 'stall' | number;

export interface FaultyProxy {
  /** `127.0.0.1:PORT` */
  host: string;
  /** Decides for each request, as in `PATCH /v2/os/worker/blobs/uploads/…`. */
  fate: (request: string) => Fate;
  /** Whether a byte of the answer to a request is another than the registry sent. */
  corrupt: (request: string) => boolean;
  requests: string[];
  stop(): Promise<void>;
}

/** A proxy in front of a registry without TLS, for the faults that a registry has. */
export async function startProxy(registry: { host: string }): Promise<FaultyProxy> {
  const server = createServer((incoming, answer) => {
    const line = `${incoming.method} ${incoming.url}`;
    proxy.requests.push(line);
    const fate = proxy.fate(line);
    if (fate === 'stall') return;
    const onward = () => pass(registry.host, incoming, answer, proxy.corrupt(line));
    if (fate === 'late') return void setTimeout(onward, 3000);
    if (fate === 'pass') return onward();
    incoming.resume();
    answer.writeHead(fate, { 'content-type': 'application/json' });
    answer.end(JSON.stringify({ errors: [{ code: 'DENIED', message: 'the proxy of a test refuses this' }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: FaultyProxy = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    fate: () => 'pass',
    corrupt: () => false,
    requests: [],
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return proxy;
}

function pass(host: string, incoming: IncomingMessage, answer: ServerResponse, corrupt: boolean): void {
  // The Host header stays the proxy's: the registry answers with URLs of that host.
  const { method, headers, url } = incoming;
  const onward = request(`http://${host}${url}`, { method, headers }, (response) => {
    answer.writeHead(response.statusCode!, response.headers);
    if (corrupt) response.pipe(oneByteOff()).pipe(answer);
    else response.pipe(answer);
  });
  onward.on('error', () => answer.destroy());
  incoming.pipe(onward);
}

/** The last byte of the first piece: what comes before it is as the registry has it. */
function oneByteOff(): Transform {
  let done = false;
  return new Transform({
    transform(chunk: Buffer, _encoding, next) {
      const bytes = Buffer.from(chunk);
      if (!done) bytes[bytes.length - 1]! ^= 1;
      done = true;
      next(undefined, bytes);
    },
  });
}
