import { failure } from '../diagnostics.ts';
import { isExcluded } from './no-proxy.ts';

export interface HttpProxy {
  /** Without the account that its variable may have. */
  readonly url: URL;
  /** Host and port, for people. */
  readonly name: string;
  /** The header for it, where its variable has an account. */
  readonly authorization?: string;
}

const PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** The proxy that the environment has for an address, if any. In upper case before lower case, as Go has it. */
export function proxyFor(url: URL, env: NodeJS.ProcessEnv): HttpProxy | undefined {
  const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const { variable, text } = firstOf(env, name);
  if (text === '') return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port || PORTS[url.protocol]!;
  return isExcluded(host, port, firstOf(env, 'NO_PROXY').text) ? undefined : parseProxy(variable, text);
}

function firstOf(env: NodeJS.ProcessEnv, name: string): { variable: string; text: string } {
  const variable = [name, name.toLowerCase()].find((candidate) => env[candidate]) ?? name;
  return { variable, text: env[variable] ?? '' };
}

/** What the variable says is never shown: it may have a password. */
function parseProxy(variable: string, text: string): HttpProxy {
  const full = /^(?:https?|socks5h?):\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(full)) throw refused(variable, 'is not the URL of a proxy');
  const { protocol, host, port, hostname, username, password } = new URL(full);
  if (PORTS[protocol] === undefined) {
    throw refused(variable, 'names a SOCKS proxy, by which `layers` cannot ask registries');
  }
  const account = [username, password].map(decoded).join(':');
  return {
    url: new URL(`${protocol}//${host}`),
    name: `${hostname}:${port || PORTS[protocol]}`,
    ...(username !== '' && { authorization: `Basic ${Buffer.from(account, 'utf8').toString('base64')}` }),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function refused(variable: string, what: string) {
  return failure('input', 'proxy-variable', `$${variable} ${what}`, {
    hint: `Write it as http://proxy.example.com:3128, and name the registries that need none in $NO_PROXY.`,
  });
}
