import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Transform } from 'node:stream';

/**
 * What becomes of a request: passed on, at once, after three seconds or after so many milliseconds; refused with a status,
 * and how long to stay away; never answered; its connection reset at once, or in the middle of the body of whichever has
 * the longer one, request or answer.
 */
export type Fate =
  | 'pass'
  | 'late'
  | 'stall'
  | 'reset'
  | 'cut'
  | number
  | { readonly late: number }
  | { readonly status: number; readonly retryAfter: number };

export interface FaultyProxy {
  /** `127.0.0.1:PORT` */
  host: string;
  /** Decides for each request, as in `PATCH /v2/os/worker/blobs/uploads/…`. */
  fate: (request: string) => Fate;
  /** Whether a byte of the answer to a request is another than the registry sent. */
  corrupt: (request: string) => boolean;
  requests: string[];
  /** When each of these came, in milliseconds. */
  times: number[];
  stop(): Promise<void>;
}

/** A proxy in front of a registry without TLS, for the faults that a registry has. */
export async function startProxy(registry: { host: string }): Promise<FaultyProxy> {
  const server = createServer((incoming, answer) => {
    const line = `${incoming.method} ${incoming.url}`;
    proxy.requests.push(line);
    proxy.times.push(performance.now());
    const fate = proxy.fate(line);
    if (fate === 'stall') return;
    if (fate === 'reset') return void incoming.socket.destroy();
    const onward = () => pass(registry.host, incoming, answer, proxy.corrupt(line), fate === 'cut');
    if (fate === 'late') return void setTimeout(onward, 3000);
    if (typeof fate === 'object' && 'late' in fate) return void setTimeout(onward, fate.late);
    if (fate === 'pass' || fate === 'cut') return onward();
    const { status, retryAfter } = typeof fate === 'number' ? { status: fate, retryAfter: undefined } : fate;
    incoming.resume();
    answer.writeHead(status, {
      'content-type': 'application/json',
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    });
    const code = status === 429 ? 'TOOMANYREQUESTS' : status >= 500 ? 'UNAVAILABLE' : 'DENIED';
    answer.end(JSON.stringify({ errors: [{ code, message: 'the proxy of a test refuses this' }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: FaultyProxy = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    fate: () => 'pass',
    corrupt: () => false,
    requests: [],
    times: [],
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return proxy;
}

function pass(
  host: string,
  incoming: IncomingMessage,
  answer: ServerResponse,
  corrupt: boolean,
  isCut: boolean,
): void {
  // The Host header stays the proxy's: the registry answers with URLs of that host.
  const { method, headers, url } = incoming;
  const uploads = isCut && ['PATCH', 'PUT'].includes(method ?? '');
  const onward = request(`http://${host}${url}`, { method, headers }, (response) => {
    answer.writeHead(response.statusCode!, response.headers);
    if (corrupt) response.pipe(oneByteOff()).pipe(answer);
    else if (isCut) response.pipe(halfOf(() => incoming.socket.destroy())).pipe(answer);
    else response.pipe(answer);
  });
  onward.on('error', () => answer.destroy());
  incoming.on('error', () => onward.destroy());
  if (!uploads) incoming.pipe(onward);
  else {
    incoming
      .pipe(
        halfOf(() => {
          incoming.socket.destroy();
          onward.destroy();
        }),
      )
      .pipe(onward);
  }
}

/** Half of the first piece, and then the end of it all. */
function halfOf(cut: () => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, next) {
      this.push(chunk.subarray(0, chunk.length / 2));
      setTimeout(cut, 20);
      // `next` is not called: nothing comes after it.
      void next;
    },
    flush(done) {
      // Without a body there is no middle.
      cut();
      done();
    },
  });
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
