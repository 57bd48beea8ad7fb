import type { ClientRequest, Agent as HttpAgent, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';

export interface Exchange {
  readonly method: 'GET' | 'HEAD' | 'POST';
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
  /** Read only once https is needed. */
  certificates(): Promise<string[]>;
}

export interface Transport {
  /** One request and its answer, whatever its status. Throws TransportFault, or the signal's reason. */
  send(exchange: Exchange, signal: AbortSignal): Promise<Answer>;
  close(): void;
}

// Enough for a message, whatever a proxy in between thinks an error page should be.
const ERROR_LIMIT = 64 << 10;

// Node gives each address of a name but the last a quarter of a second, and then takes the next, which behind a slow line is
// an IPv6 address that leads nowhere.
const AGENT = { keepAlive: true, autoSelectFamilyAttemptTimeout: 2_500 };

/** Connections to a registry, kept for the next request. Proxies ($HTTPS_PROXY) are not supported yet. */
export function openTransport(options: TransportOptions): Transport {
  let plain: Promise<HttpAgent> | undefined;
  let secure: Promise<HttpsAgent> | undefined;
  return {
    async send(exchange, signal) {
      const https = exchange.url.protocol === 'https:';
      if (https) secure ??= secureAgent(options);
      else plain ??= plainAgent();
      const agent = await (https ? secure : plain);
      const { request } = https ? await import('node:https') : await import('node:http');
      signal.throwIfAborted();
      const { method, url, headers, body } = exchange;
      const client = request(url, { method, headers, agent, signal });
      try {
        return await read(client, exchange, options, body);
      } catch (error) {
        signal.throwIfAborted();
        throw faultOf(error as NodeJS.ErrnoException, url);
      } finally {
        client.destroy();
      }
    },
    close() {
      for (const agent of [plain, secure]) agent?.then((open) => open.destroy()).catch(() => {});
    },
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
      if (client.reusedSocket) clearTimeout(timer);
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => clearTimeout(timer));
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

async function plainAgent(): Promise<HttpAgent> {
  const { Agent } = await import('node:http');
  return new Agent(AGENT);
}

async function secureAgent(options: TransportOptions): Promise<HttpsAgent> {
  const [{ Agent }, { createSecureContext }, ca] = await Promise.all([
    import('node:https'),
    import('node:tls'),
    options.certificates(),
  ]);
  return new Agent({ ...AGENT, secureContext: createSecureContext({ ca }) });
}
