import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Agents } from './agents.ts';
import { refusedBy } from './tunnel.ts';

export interface Exchange {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The most bytes that are read of a good answer. */
  readonly limit: number;
  /** Reads the body of a 200 as it comes, in the place of `Answer.body`. What it throws is a fault of the connection. */
  readonly sink?: ((body: AsyncIterable<Buffer>) => Promise<void>) | undefined;
}

export interface Answer {
  readonly url: URL;
  readonly status: number;
  readonly reason: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The connection failed, or the answer broke off: `code` is node's own. */
export class TransportFault extends Error {
  readonly code: string;
  readonly url: URL;

  constructor(code: string, message: string, url: URL) {
    super(message);
    this.code = code;
    this.url = url;
  }
}

export interface TransportOptions {
  /** Milliseconds until a connection, TLS included, has to be there. */
  readonly connectTimeout: number;
  /** Milliseconds of silence after which an answer is given up. */
  readonly idleTimeout: number;
  readonly agents: Agents;
}

export interface Transport {
  /** One request and its answer, whatever its status. Throws TransportFault, or the signal's reason. */
  send(exchange: Exchange, signal: AbortSignal): Promise<Answer>;
  close(): void;
}

// Enough for a message, whatever a proxy in between thinks an error page should be.
const ERROR_LIMIT = 64 << 10;

/** Requests to a registry. */
export function openTransport(options: TransportOptions): Transport {
  const { agents } = options;
  return {
    async send(exchange, signal) {
      const { method, url, headers, body } = exchange;
      const route = await agents.route(url);
      const { request } = await (route.protocol === 'https' ? import('node:https') : import('node:http'));
      signal.throwIfAborted();
      const all = { ...headers, ...route.options.headers };
      const client = request(url, { ...route.options, method, headers: all, signal });
      try {
        const answer = await read(client, exchange, options, body);
        // Asked for a login, the registry itself answers 401.
        if (answer.status === 407 && route.proxy) throw refusedBy(route.proxy, 407, answer.reason);
        return answer;
      } catch (error) {
        signal.throwIfAborted();
        throw faultOf(error as NodeJS.ErrnoException, url);
      } finally {
        client.destroy();
      }
    },
    close: () => agents.close(),
  };
}

async function read(
  client: ClientRequest,
  { url, limit, sink }: Exchange,
  { connectTimeout, idleTimeout }: TransportOptions,
  body: string | undefined,
): Promise<Answer> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const timer = setTimeout(() => client.destroy(timeout('no connection', connectTimeout)), connectTimeout);
    client.once('socket', (socket) => {
      // A connection that is there already connects no more: listeners for that would only gather.
      if (client.reusedSocket) return clearTimeout(timer);
      socket.once('authorized' in socket ? 'secureConnect' : 'connect', () => clearTimeout(timer));
    });
    client.setTimeout(idleTimeout, () => client.destroy(timeout('no answer', idleTimeout)));
    client.on('error', reject);
    client.once('response', resolve);
    client.once('close', () => clearTimeout(timer));
    client.end(body);
  });
  const status = response.statusCode ?? 0;
  const chunks: Buffer[] = [];
  if (status >= 300) chunks.push(...(await startOf(response)));
  else if (status === 200 && sink !== undefined) await sink(atMost(response, limit));
  else for await (const chunk of atMost(response, limit)) chunks.push(chunk);
  return {
    url,
    status,
    reason: response.statusMessage ?? '',
    headers: response.headers,
    body: Buffer.concat(chunks),
  };
}

async function* atMost(response: AsyncIterable<Buffer>, limit: number): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of response) {
    size += chunk.length;
    if (size > limit) throw fault('ETOOBIG', `the answer is larger than ${sizeOf(limit)}`);
    yield chunk;
  }
}

async function startOf(response: AsyncIterable<Buffer>): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > ERROR_LIMIT) break;
  }
  return chunks;
}

function sizeOf(bytes: number): string {
  return bytes < 1 << 20 ? `${bytes} bytes` : `${Math.floor(bytes / (1 << 20))} MiB`;
}

function timeout(what: string, milliseconds: number): Error {
  return fault('ETIMEDOUT', `${what} within ${milliseconds / 1000} s`);
}

function fault(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** Where a name has several addresses node throws all their errors in one, which has no message itself. */
function faultOf(error: NodeJS.ErrnoException & { errors?: Error[] }, url: URL): TransportFault {
  const message = error.message || (error.errors ?? []).map(({ message }) => message).join(', ');
  return new TransportFault(error.code ?? 'UNKNOWN', message, url);
}
