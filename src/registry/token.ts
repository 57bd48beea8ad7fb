import type { Challenge } from './challenge.ts';
import type { Credentials } from './credentials.ts';
import { malformed } from './errors.ts';
import { isLoopback } from './hosts.ts';
import type { Exchange } from './http.ts';

const LIMIT = 1 << 20;

/**
 * The request for a Bearer token: https://distribution.github.io/distribution/spec/auth/token/. The registry names the server
 * that gives it, which is often another host. It is believed, since it could have asked for the password itself, but only
 * over https; over http if both are on this machine, or registries.conf says so of the registry, which then gets no password.
 */
export function tokenRequest(
  host: string,
  scope: string,
  { parameters: { realm, service } }: Challenge,
  credentials: Credentials | undefined,
  mayBePlain: (url: URL) => boolean,
): Exchange {
  if (realm === undefined || !URL.canParse(realm))
    throw malformed(host, 'does not say where tokens are to be had');
  const url = new URL(realm);
  const safe =
    url.protocol === 'https:' ||
    (url.protocol === 'http:' && mayBePlain(url) && (isLoopback(host) || credentials === undefined));
  if (!safe) throw malformed(host, `sends people to ${url.origin} for a token, which is not https`);
  const wanted: Record<string, string> = {
    ...(service !== undefined && { service }),
    scope,
  };
  if (credentials !== undefined && 'identityToken' in credentials) {
    const form = { ...wanted, grant_type: 'refresh_token', client_id: 'layers' };
    return {
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ ...form, refresh_token: credentials.identityToken }).toString(),
      limit: LIMIT,
    };
  }
  for (const [name, text] of Object.entries(wanted)) url.searchParams.set(name, text);
  if (credentials) url.searchParams.set('account', credentials.user);
  return {
    method: 'GET',
    url,
    headers: credentials ? { authorization: basic(credentials) } : {},
    limit: LIMIT,
  };
}

/** The header that a token server's answer gives. */
export function bearer(host: string, body: Buffer): string {
  let answer: { token?: unknown; access_token?: unknown } | undefined;
  try {
    answer = JSON.parse(body.toString('utf8'));
  } catch {
    // Not JSON is no token; its text is not shown, because a token may be in it.
  }
  const token = answer?.token || answer?.access_token;
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) {
    throw malformed(host, 'has a token server whose answer has no token in it');
  }
  return `Bearer ${token}`;
}

export function basic({ user, password }: { readonly user: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
}
