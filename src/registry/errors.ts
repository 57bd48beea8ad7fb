import { type Diagnostic, failure, type LayersError } from '../diagnostics.ts';
import type { Credentials, Lookup } from './credentials.ts';
import { isLoopback } from './hosts.ts';
import type { Answer, TransportFault } from './http.ts';

/** Which registry was asked for what, and with which auth file if one was named. */
export interface Request {
  readonly host: string;
  readonly repository: string;
  readonly authfile?: string | undefined;
  /** @default pull */
  readonly action?: 'pull' | 'push' | 'delete';
}

/** 401 or 403: which credentials were used, or where none were found. `lookup` is undefined where none were asked for. */
export function denied(request: Request, answer: Answer, lookup: Lookup | undefined): LayersError {
  const { host, repository, authfile, action = 'pull' } = request;
  const login = `podman login ${authfile ? `--authfile ${authfile} ` : ''}${host}`;
  return remote(
    'registry-denied',
    `${host} refused access to ${repository} (${statusOf(answer)})${access(host, lookup)}`,
    lookup?.credentials
      ? `Check that this account may ${{ pull: 'pull', push: 'push to', delete: 'delete in' }[action]} ${repository}, or log in again: ${login}`
      : `Log in: ${login}`,
    detailOf(answer, lookup?.credentials),
  );
}

function access(host: string, lookup: Lookup | undefined): string {
  if (lookup === undefined) return '';
  if (lookup.credentials) return `, with the credentials that ${lookup.file} has (${lookup.entry})`;
  if (lookup.read.length === 0) return `: there is no auth file (${lookup.places.join(', ')})`;
  return `: ${lookup.read.join(', ')} ${lookup.read.length > 1 ? 'have' : 'has'} no entry for ${host}`;
}

/** A registry without TLS wants a login, and its password would be for everybody in between. */
export function plainLogin({ host }: Request, lookup: Lookup): LayersError {
  return remote(
    'registry-plain-login',
    `${host} has no TLS and wants a login: the credentials that ${lookup.file} has (${lookup.entry}) are not sent`,
    'Give the registry a certificate, its own CA is enough; or let it be read without a login.',
  );
}

export function notFound({ host }: Request, what: string): LayersError {
  return remote(
    'registry-not-found',
    `${host} has no ${what}`,
    'It was never pushed there, or was deleted since.',
  );
}

/** An answer with a status that is neither good nor a refusal. */
export function unexpected({ host, repository }: Request, answer: Answer, lookup?: Lookup): LayersError {
  const by = answer.url.host === host ? host : `${host} (by way of ${answer.url.host})`;
  return remote(
    'registry-error',
    `${by} answered ${statusOf(answer)} when asked for ${repository}`,
    answer.status === 429
      ? 'It limits how often it may be asked: try again later, or log in, which often raises the limit.'
      : answer.status >= 500
        ? 'It was asked several times: look at the registry, or try again later.'
        : 'Check that this is the address of a container registry.',
    detailOf(answer, lookup?.credentials),
  );
}

/** A registry that deletes nothing, whoever asks. */
export function noDeletes(
  { host }: Request,
  { status, reason }: Pick<Answer, 'status' | 'reason'>,
): LayersError {
  return remote(
    'delete-unsupported',
    `${host} does not delete images when it is asked to (${reason ? `${status} ${reason}` : status})`,
    'Allow it there: docker-registry does with REGISTRY_STORAGE_DELETE_ENABLED=true. Else give what this lists, as --output json does, to the clean-up that the registry has itself.',
  );
}

/** An answer that breaks the protocol: what the registry does, as the end of a sentence. */
export function malformed(host: string, does: string): LayersError {
  return remote(
    'registry-error',
    `${host} ${does}`,
    'Check that this is the address of a container registry.',
  );
}

export function wrongDigest({ host }: Request, what: string, actual: string): LayersError {
  return remote(
    'registry-digest',
    `${host} sent ${what}, but the sum of what it sent is ${actual}`,
    'The registry, or something between it and this machine, changed the content: do not use the image.',
  );
}

/** What the other side says of our certificate. */
const WANTS_OURS = /_ALERT_(?:.*CERTIFICATE.*|UNKNOWN_CA)$/;
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO|INVALID_CA|PATH_LENGTH|INVALID_PURPOSE/;
const NO_TLS = /^(EPROTO|ERR_SSL_.*|ERR_TLS_.*)$/;

/** No answer at all. */
export function unreachable({ host }: Request, { code, message, url }: TransportFault): LayersError {
  if (WANTS_OURS.test(code)) {
    return remote(
      'registry-tls',
      `${url.host} wants a client's certificate, and refused what it got (${code})`,
      `Put <name>.cert and <name>.key where buildah and podman look for them too: /etc/containers/certs.d/${host}/, or ~/.config/containers/certs.d/${host}/.`,
    );
  }
  if (UNTRUSTED.test(code)) {
    return remote(
      'registry-tls',
      `the certificate of ${url.host} is not trusted: ${message} (${code})`,
      `Put the CA's certificate where buildah and podman look for it too: /etc/containers/certs.d/${host}/ca.crt, or ~/.config/containers/certs.d/${host}/ca.crt.`,
    );
  }
  if (NO_TLS.test(code)) {
    return remote(
      'registry-tls',
      `no TLS connection to ${url.host}: ${code}`,
      isLoopback(host)
        ? undefined
        : 'Only registries on this machine, and those with `insecure = true` in registries.conf, are spoken to over plain http.',
    );
  }
  if (code.startsWith('PROXY_')) {
    return remote(
      'proxy-refused',
      `${url.host} cannot be reached: ${message}`,
      code === 'PROXY_LOGIN'
        ? 'Write the account into the variable, as in HTTPS_PROXY=http://user:password@proxy.example.com:3128.'
        : code === 'PROXY_TLS'
          ? "Add the proxy's CA to those of this machine, or name its file in $SSL_CERT_FILE, for the engines as well."
          : `Ask who looks after the proxy, or name ${url.hostname} in $NO_PROXY if it can be reached without one.`,
    );
  }
  if (code === 'ETOOBIG') return malformed(host, `sent too much: ${message}`);
  const via = url.host === host ? '' : ` (${url.host})`;
  return remote(
    'registry-unreachable',
    `${host}${via} cannot be reached: ${message} (${code})`,
    code === 'ENOTFOUND'
      ? `There is no host of this name: check the spelling, and this machine's DNS.`
      : 'Check the address, and that it can be reached from this machine.',
  );
}

export function tooSlow({ host, repository }: Request, milliseconds: number): LayersError {
  return remote(
    'registry-unreachable',
    `${host} gave no complete answer about ${repository} within ${milliseconds / 1000} s`,
    'Check that it can be reached from this machine, and that it is well.',
  );
}

function remote(code: string, message: string, hint?: string, detail?: string): LayersError {
  const more: Partial<Diagnostic> = { ...(hint && { hint }), ...(detail && { detail }) };
  return failure('remote', code, message, more);
}

function statusOf({ status, reason }: Answer): string {
  return reason ? `${status} ${reason}` : `${status}`;
}

/** The registry's own words: its `errors`, on a few lines, without anything that was secret in the request. */
function detailOf({ body }: Answer, credentials: Credentials | undefined): string | undefined {
  let errors: unknown;
  try {
    errors = JSON.parse(body.toString('utf8')).errors;
  } catch {
    return undefined;
  }
  if (!Array.isArray(errors)) return undefined;
  const lines = errors
    .map((error) => [error?.code, error?.message].filter((text) => typeof text === 'string').join(': '))
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal would obey them
    .map((line) => line.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').slice(0, 300));
  return redact(lines.slice(0, 5).join('\n'), credentials) || undefined;
}

function redact(text: string, credentials: Credentials | undefined): string {
  if (credentials === undefined) return text;
  const secrets =
    'password' in credentials
      ? [
          credentials.password,
          Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64'),
          encodeURIComponent(credentials.password),
        ]
      : [credentials.identityToken, encodeURIComponent(credentials.identityToken)];
  return secrets
    .filter((secret) => secret !== '')
    .reduce((rest, secret) => rest.replaceAll(secret, '…'), text);
}
