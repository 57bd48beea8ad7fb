import { openAgents } from './agents.ts';
import { readAuthFile } from './auth-file.ts';
import { parseChallenges } from './challenge.ts';
import { findCredentials, type Lookup } from './credentials.ts';
import { denied, malformed, plainLogin, type Request, tooSlow, unexpected, unreachable } from './errors.ts';
import { apiHost, apiRepository, isLoopback } from './hosts.ts';
import { type Answer, type Exchange, openTransport, TransportFault } from './http.ts';
import { type RetryOptions, withRetries } from './retry.ts';
import { detectScheme, type Scheme } from './scheme.ts';
import { basic, bearer, tokenRequest } from './token.ts';
import { hostTrust } from './trust.ts';

/**
 * What is asked of a connection: TLS; or TLS but on loopback; or anything, TLS if there is any: `insecure = true` of
 * registries.conf, where the certificate is not looked at.
 */
export type Security = 'tls' | 'loopback' | 'insecure';

export interface SessionOptions {
  /** @default loopback */
  readonly security?: Security | undefined;
  /** The one file to read credentials from, instead of the usual ones. */
  readonly authfile?: string | undefined;
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly signal?: AbortSignal | undefined;
  /** @default 4 attempts, 0.3 s before the second */
  readonly retry?: RetryOptions;
  /** Milliseconds. @default 10 s to connect, 30 s of silence, 120 s for one question, retries included */
  readonly timeouts?: { readonly connect: number; readonly idle: number; readonly total: number };
}

export interface Question {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE';
  readonly repository: string;
  /** Below /v2/<repository>/. */
  readonly path: string;
  readonly accept?: string;
  /** What is put there. */
  readonly body?: { readonly type: string; readonly text: string };
  readonly limit: number;
  /** The statuses that are an answer. @default 200 and 404 */
  readonly answers?: readonly number[];
  /** Reads the body of a good answer as it comes; again from its start, where the connection broke and is tried again. */
  readonly sink?: (body: AsyncIterable<Buffer>) => Promise<void>;
}

/** Questions to one registry, with whatever log-in it wants. */
export interface Session {
  scheme(): Promise<Scheme>;
  /** The answer; what is none is thrown. */
  ask(question: Question): Promise<Answer>;
  close(): void;
}

/** What a question is to its repository. */
const ACTIONS = { GET: 'pull', HEAD: 'pull', PUT: 'push', DELETE: 'delete' } as const;

function scopeOf(repository: string, { action = 'pull' }: Request): string {
  return `repository:${repository}:${action === 'pull' ? 'pull' : `pull,${action}`}`;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MOST_REDIRECTS = 5;
/** Bytes a millisecond below which what is read as it comes is given up: 128 KiB a second. */
const SLOWEST = 131;
/** Milliseconds, whatever size a manifest claims. */
const LONGEST = 12 * 3_600_000;

export function openSession(host: string, options: SessionOptions = {}): Session {
  const { authfile, env = process.env, retry = { attempts: 4, delay: 300 }, security = 'loopback' } = options;
  const { timeouts = { connect: 10_000, idle: 30_000, total: 120_000 } } = options;
  const transport = openTransport({
    connectTimeout: timeouts.connect,
    idleTimeout: timeouts.idle,
    agents: openAgents({
      env,
      connectTimeout: timeouts.connect,
      trust: () => hostTrust(host, env),
      ...(security === 'insecure' && { unverified: new URL(`https://${apiHost(host)}`).host }),
    }),
  });
  const authorizations = new Map<string, string>();
  let known: Scheme | undefined;

  async function scheme(signal: AbortSignal): Promise<Scheme> {
    // A named auth file that is wrong is said at once, not only where a registry asks for a log-in.
    if (known === undefined && authfile !== undefined) await readAuthFile(authfile, true);
    known ??= await schemeOf(signal);
    signal.throwIfAborted();
    return known;
  }

  async function schemeOf(signal: AbortSignal): Promise<Scheme> {
    if (security === 'tls') return 'https';
    if (security === 'loopback') return detectScheme(apiHost(host), signal);
    // As engines find out: whatever keeps it from answering by TLS, plain http is tried. Through a proxy, if there is one.
    const answers = async (scheme: Scheme) => {
      const url = new URL(`${scheme}://${apiHost(host)}/v2/`);
      const exchange = { method: 'GET', url, headers: { 'user-agent': 'layers' }, limit: 1 << 20 } as const;
      return transport.send(exchange, signal).then(
        () => true,
        (error) => {
          if (error instanceof TransportFault) return false;
          throw error;
        },
      );
    };
    // Where neither answers, the question itself says why.
    return (await answers('https')) || !(await answers('http')) ? 'https' : 'http';
  }

  /** Whether a host that is spoken to without TLS may be so. */
  const mayBePlain = (url: URL) =>
    isLoopback(url.host) ||
    (security === 'insecure' && url.hostname === new URL(`http://${apiHost(host)}`).hostname);

  const send = (exchange: Exchange, signal: AbortSignal) =>
    withRetries(() => transport.send(exchange, signal), retry, signal);

  /** Follows redirects, to where the registry stores its blobs. Only the registry itself is shown the authorization. */
  async function follow(exchange: Exchange, signal: AbortSignal, redirects = 0): Promise<Answer> {
    const answer = await send(exchange, signal);
    const { location } = answer.headers;
    if (!REDIRECTS.has(answer.status) || location === undefined) return answer;
    if (redirects === MOST_REDIRECTS) throw malformed(host, 'redirects without an end');
    if (!URL.canParse(location, exchange.url.href)) throw malformed(host, 'redirects to what is not a URL');
    const url = new URL(location, exchange.url);
    const plain = url.protocol === 'http:' && exchange.url.protocol === 'http:' && mayBePlain(url);
    if (url.protocol !== 'https:' && !plain) {
      throw malformed(host, `redirects to ${url.origin}, which is not https`);
    }
    const { authorization: _, ...others } = exchange.headers;
    const headers = url.origin === exchange.url.origin ? exchange.headers : others;
    return follow({ ...exchange, url, headers }, signal, redirects + 1);
  }

  /** Logs in as the registry wants it. `authorization` is undefined where there is no way to. */
  async function logIn(
    request: Request,
    refusal: Answer,
    signal: AbortSignal,
  ): Promise<{ authorization?: string; lookup?: Lookup }> {
    const challenges = parseChallenges(refusal.headers['www-authenticate']);
    const token = challenges.find((challenge) => challenge.scheme === 'bearer');
    if (!token && !challenges.some((challenge) => challenge.scheme === 'basic')) return {};
    const lookup = await findCredentials(host, request.repository, { authfile, env, signal });
    const { credentials } = lookup;
    // Somebody said that nobody need prove to be this host; not that everybody may have its password.
    const isHeard = (await scheme(signal)) === 'http' && !isLoopback(host);
    if (credentials !== undefined && isHeard) throw plainLogin(request, lookup);
    if (!token) {
      const usable = credentials !== undefined && 'password' in credentials;
      return usable ? { authorization: basic(credentials), lookup } : { lookup };
    }
    const repository = apiRepository(host, request.repository);
    const answer = await send(
      tokenRequest(host, scopeOf(repository, request), token, credentials, mayBePlain),
      signal,
    );
    if ([400, 401, 403].includes(answer.status)) throw denied(request, answer, lookup);
    if (answer.status !== 200) throw unexpected(request, answer, lookup);
    return { authorization: bearer(host, answer.body), lookup };
  }

  async function ask(question: Question, request: Request, signal: AbortSignal): Promise<Answer> {
    const { method, repository, path, accept, body, limit, sink, answers = [200, 404] } = question;
    // A token is for one thing with one repository.
    const key = `${request.action} ${repository}`;
    const url = new URL(
      `${await scheme(signal)}://${apiHost(host)}/v2/${apiRepository(host, repository)}/${path}`,
    );
    const get = (authorization: string | undefined) => {
      const headers = {
        'user-agent': 'layers',
        ...(accept && { accept }),
        ...(body && { 'content-type': body.type }),
        ...(authorization && { authorization }),
      };
      return follow({ method, url, headers, limit, sink, ...(body && { body: body.text }) }, signal);
    };
    let answer = await get(authorizations.get(key));
    let lookup: Lookup | undefined;
    if (answer.status === 401 && answer.url.origin === url.origin) {
      const login = await logIn(request, answer, signal);
      lookup = login.lookup;
      if (login.authorization !== undefined) {
        authorizations.set(key, login.authorization);
        answer = await get(login.authorization);
      }
    }
    if (answers.includes(answer.status)) return answer;
    const refused = [401, 403].includes(answer.status) && answer.url.origin === url.origin;
    throw refused ? denied(request, answer, lookup) : unexpected(request, answer, lookup);
  }

  /** One deadline for all that a question takes, and faults as errors that people can act on. */
  async function bounded<T>(
    request: Request,
    work: (signal: AbortSignal) => Promise<T>,
    milliseconds = timeouts.total,
  ): Promise<T> {
    const deadline = AbortSignal.timeout(milliseconds);
    const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
    try {
      return await work(signal);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (deadline.aborted) throw tooSlow(request, milliseconds);
      throw error instanceof TransportFault ? unreachable(request, error) : error;
    }
  }

  return {
    scheme: () => bounded({ host, repository: 'its scheme', authfile }, scheme),
    ask: (question) => {
      const { repository, method } = question;
      const request = {
        host,
        repository,
        authfile,
        action: ACTIONS[method],
      } as const;
      const patience = question.sink === undefined ? 0 : Math.min(question.limit / SLOWEST, LONGEST);
      return bounded(
        request,
        (signal) => ask(question, request, signal),
        timeouts.total + Math.ceil(patience),
      );
    },
    close: () => transport.close(),
  };
}
