import type { Agent as HttpAgent, RequestOptions } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';
import type { SecureContext } from 'node:tls';
import { type HttpProxy, proxyFor } from './proxy.ts';
import type { HostTrust } from './trust.ts';
import { openTunnel, proxyServerName } from './tunnel.ts';

export interface AgentsOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds until a proxy has to answer. */
  readonly connectTimeout: number;
  /** Read only once https is needed. */
  trust(): Promise<HostTrust>;
  /** The one host, port included, whose certificate is not looked at. */
  readonly unverified?: string | undefined;
}

/** How a request for an address goes out. */
export interface Route {
  readonly protocol: 'http' | 'https';
  readonly options: RequestOptions;
  /** Who reads what the request says, and answers in the registry's place. */
  readonly proxy?: HttpProxy;
}

export interface Agents {
  route(url: URL): Promise<Route>;
  close(): void;
}

// Node gives each address of a name but the last a quarter of a second, and then takes the next, which behind a slow line is
// an IPv6 address that leads nowhere.
const AGENT = { keepAlive: true, autoSelectFamilyAttemptTimeout: 2_500 };

/** Connections, kept for the next request: straight to a host, or by the environment's proxies. */
export function openAgents(options: AgentsOptions): Agents {
  const { env, unverified } = options;
  const agents = new Map<string, Promise<HttpAgent | HttpsAgent>>();
  let context: Promise<SecureContext> | undefined;
  const secureContext = () => {
    context ??= secure(options);
    return context;
  };
  const once = (name: string, make: () => Promise<HttpAgent | HttpsAgent>) => {
    const agent = agents.get(name) ?? make();
    agents.set(name, agent);
    return agent;
  };
  const plainAgent = () => once('http', async () => new (await import('node:http')).Agent(AGENT));
  const secureAgent = () =>
    once('https', async () => {
      const { Agent } = await import('node:https');
      return new Agent({ ...AGENT, secureContext: await secureContext() });
    });
  const tunnelAgent = (proxy: HttpProxy) =>
    once(proxy.url.href, () => tunneling(proxy, options.connectTimeout, secureContext));
  return {
    async route(url) {
      const proxy = proxyFor(url, env);
      if (url.protocol === 'https:') {
        const agent = await (proxy === undefined ? secureAgent() : tunnelAgent(proxy));
        const isUnverified = url.host === unverified;
        return { protocol: 'https', options: { agent, ...(isUnverified && { rejectUnauthorized: false }) } };
      }
      if (proxy === undefined) return { protocol: 'http', options: { agent: await plainAgent() } };
      const isSecure = proxy.url.protocol === 'https:';
      const { hostname, port } = proxy.url;
      return {
        protocol: isSecure ? 'https' : 'http',
        options: {
          agent: await (isSecure ? secureAgent() : plainAgent()),
          ...(isSecure && proxyServerName(proxy)),
          ...{
            protocol: proxy.url.protocol,
            hostname: hostname.replace(/^\[|\]$/g, ''),
            port,
            path: url.href,
          },
          headers: {
            host: url.host,
            ...(proxy.authorization && { 'proxy-authorization': proxy.authorization }),
          },
        },
        proxy,
      };
    },
    close() {
      for (const agent of agents.values()) agent.then((open) => open.destroy()).catch(() => {});
    },
  };
}

async function secure({ trust }: AgentsOptions): Promise<SecureContext> {
  const [{ createSecureContext }, { ca, pairs }] = await Promise.all([import('node:tls'), trust()]);
  const own = pairs.length > 0 && { cert: pairs.map(({ cert }) => cert), key: pairs.map(({ key }) => key) };
  return createSecureContext({ ca: [...ca], ...own });
}

/** An agent whose connections go through a proxy, and speak TLS with the host behind it. */
async function tunneling(
  proxy: HttpProxy,
  timeout: number,
  secureContext: () => Promise<SecureContext>,
): Promise<HttpsAgent> {
  const [{ Agent }, { connect }, context] = await Promise.all([
    import('node:https'),
    import('node:tls'),
    secureContext(),
  ]);
  class TunnelAgent extends Agent {
    override createConnection(
      options: RequestOptions,
      callback?: (error: Error | null, stream: Duplex) => void,
    ): undefined {
      const target = { host: options.host ?? '', port: Number(options.port ?? 443) };
      openTunnel(proxy, { ...target, timeout, secureContext }).then(
        (socket) => callback?.(null, connect({ ...options, socket } as object)),
        (error) => callback?.(error, undefined as unknown as Duplex),
      );
      return undefined;
    }
  }
  return new TunnelAgent({ ...AGENT, secureContext: context });
}
