import { isLoopback } from './hosts.ts';

export type Scheme = 'http' | 'https';

const PROBE_TIMEOUT = 5_000;

/** https, but for a loopback host that answers a TLS greeting with something else. */
export async function detectScheme(host: string, signal: AbortSignal): Promise<Scheme> {
  if (!isLoopback(host)) return 'https';
  const { hostname, port } = new URL(`https://${host}`);
  return (await speaksTls(hostname, Number(port) || 443, port === '', signal)) ? 'https' : 'http';
}

/** Whether a TLS handshake works there; whom the certificate is from does not matter yet. */
async function speaksTls(
  hostname: string,
  port: number,
  defaultPort: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const { connect } = await import('node:tls');
  return new Promise((resolve) => {
    // An empty list saves reading the 140 roots, of which none is needed here.
    const socket = connect({
      host: hostname.replace(/^\[|\]$/g, ''),
      port,
      rejectUnauthorized: false,
      ca: [],
    });
    const settle = (answer: boolean) => {
      signal.removeEventListener('abort', stop);
      socket.destroy();
      resolve(answer);
    };
    // Where nothing answers at all, the request itself will say so, and with https no secret goes out.
    const stop = () => settle(true);
    signal.addEventListener('abort', stop, { once: true });
    socket.setTimeout(PROBE_TIMEOUT, stop);
    socket.once('secureConnect', () => settle(true));
    socket.on('error', ({ code = '' }: NodeJS.ErrnoException) => {
      // Without a port in its name a registry is at 443 or, where nothing is there, at 80.
      if (code === 'ECONNREFUSED') return settle(!defaultPort);
      // A reset before the handshake's end is how some servers answer what is not http; an alert is TLS all the same.
      settle(!(code === 'ECONNRESET' || code === 'EPROTO' || /^ERR_SSL_(?!.*ALERT)/.test(code)));
    });
  });
}
