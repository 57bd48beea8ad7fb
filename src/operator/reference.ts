import { Refusal } from './refusal.ts';

// The grammar of https://pkg.go.dev/github.com/distribution/reference, and its errors in its order.
const ALNUM = '[a-z0-9]+';
const COMPONENT = `${ALNUM}(?:(?:\\.|_|__|-+)${ALNUM})*`;
const LABEL = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const HOST = `(?:${LABEL}(?:\\.${LABEL})*|\\[(?:[a-fA-F0-9:]+)\\])(?::[0-9]+)?`;
const NAME = `((?:${HOST}/)?${COMPONENT}(?:/${COMPONENT})*)`;
const REFERENCE = new RegExp(
  `^${NAME}(?::([\\w][\\w.-]{0,127}))?(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$`,
);

export interface Named {
  /** With its registry, as it is written. */
  readonly name: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** An image's name as the operator takes it: in full, and not by a short form of Docker's. */
export function parseNamed(text: string): Named {
  if (/^[a-f0-9]{64}$/.test(text)) {
    throw new Refusal(`invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`);
  }
  const [domain, remainder] = splitDomain(text);
  const remote = remainder.split(':', 1)[0]!;
  if (remote.toLowerCase() !== remote) {
    throw new Refusal(`invalid reference format: repository name (${remote}) must be lowercase`);
  }
  const full = `${domain}/${remainder}`;
  const named = parse(full);
  if (full !== text) throw new Refusal('repository name must be canonical');
  return named;
}

function splitDomain(text: string): [domain: string, remainder: string] {
  const slash = text.indexOf('/');
  const first = text.slice(0, Math.max(slash, 0));
  const isDomain =
    slash >= 0 && (/[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first);
  const [domain, remainder] = isDomain ? [first, text.slice(slash + 1)] : ['docker.io', text];
  const canonical = domain === 'index.docker.io' ? 'docker.io' : domain;
  const isOfficial = canonical === 'docker.io' && !remainder.includes('/');
  return [canonical, isOfficial ? `library/${remainder}` : remainder];
}

const LONGEST_PATH = 255;

function parse(text: string): Named {
  const [, name, tag, digest] = REFERENCE.exec(text) ?? [];
  if (name === undefined) {
    const isUppercase = REFERENCE.test(text.toLowerCase());
    throw new Refusal(isUppercase ? 'repository name must be lowercase' : 'invalid reference format');
  }
  if (name.slice(name.indexOf('/') + 1).length > LONGEST_PATH) {
    throw new Refusal(`repository name must not be more than ${LONGEST_PATH} characters`);
  }
  if (digest !== undefined) checkDigest(digest);
  return { name, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) };
}

const LENGTHS: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

function checkDigest(digest: string): void {
  const [algorithm, hex] = digest.split(':') as [string, string];
  const length = LENGTHS[algorithm];
  if (length === undefined) throw new Refusal('unsupported digest algorithm');
  if (hex.length !== length) throw new Refusal('invalid checksum digest length');
  if (!/^[a-f0-9]+$/.test(hex)) throw new Refusal('invalid checksum digest format');
}

/** Another tag in the place of its own, if any. */
export function withTag({ name, digest }: Named, tag: string): string {
  if (!/^[\w][\w.-]{0,127}$/.test(tag)) throw new Refusal('invalid tag format');
  return `${name}:${tag}${digest === undefined ? '' : `@${digest}`}`;
}
