import { isIP, type Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { HttpProxy } from './proxy.ts';

export interface TunnelOptions {
  readonly host: string;
  readonly port: number;
  /** Milliseconds. */
  readonly timeout: number;
  /** What a proxy that is spoken to by TLS is trusted by. */
  secureContext(): Promise<SecureContext>;
}

/** A connection to a host through a proxy: CONNECT, https://www.rfc-editor.org/rfc/rfc9110#name-connect. */
export async function openTunnel(proxy: HttpProxy, options: TunnelOptions): Promise<Socket> {
  const { host, port, timeout } = options;
  const isSecure = proxy.url.protocol === 'https:';
  const { request } = isSecure ? await import('node:https') : await import('node:http');
  const target = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const secureContext = isSecure ? await options.secureContext() : undefined;
  return new Promise((resolve, reject) => {
    const client = request(proxy.url, {
      ...{ method: 'CONNECT', path: target, agent: false, timeout },
      ...(secureContext && { secureContext, ...proxyServerName(proxy) }),
      headers: {
        host: target,
        'user-agent': 'layers',
        ...(proxy.authorization && { 'proxy-authorization': proxy.authorization }),
      },
    });
    client.once('timeout', () =>
      client.destroy(fault('ETIMEDOUT', `the proxy ${proxy.name} gave no answer`)),
    );
    client.once('error', (error: NodeJS.ErrnoException) =>
      reject(fault(codeOf(error, isSecure), `the proxy ${proxy.name}: ${error.message}`)),
    );
    client.once('connect', ({ statusCode = 0, statusMessage = '' }, socket: Socket, head) => {
      if (statusCode === 200) {
        socket.setTimeout(0);
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
      } else {
        socket.destroy();
        reject(refusedBy(proxy, statusCode, statusMessage));
      }
    });
    client.end();
  });
}

/** Node would ask the proxy for the certificate of the host that the request is for. */
export function proxyServerName({ url }: HttpProxy): { servername: string } {
  const name = url.hostname.replace(/^\[|\]$/g, '');
  return { servername: isIP(name) === 0 ? name : '' };
}

/** A certificate that is not trusted is the proxy's here, and not the registry's. */
function codeOf({ code = 'UNKNOWN' }: NodeJS.ErrnoException, isSecure: boolean): string {
  return isSecure && /_CERT|CERT_|UNABLE_TO/.test(code) ? 'PROXY_TLS' : code;
}

/** A proxy's own refusal, which no registry has said. 5xx may pass: a proxy says so of hosts that it does not reach. */
export function refusedBy(proxy: HttpProxy, status: number, reason: string): Error {
  const code = status >= 500 ? 'PROXY_FAILED' : status === 407 ? 'PROXY_LOGIN' : 'PROXY_REFUSED';
  return fault(code, `the proxy ${proxy.name} answered ${status} ${reason}`.trim());
}

function fault(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
