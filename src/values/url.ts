import { show, ValueError, value } from './value.ts';

// What RFC 3986 allows, less the characters that a shell would read: none of them occurs in the URL of an RPM.
const CHARACTERS = /^[A-Za-z0-9\-._~:/?#@!&*+,;=%[\]^]+$/;

/** Of what the parser asks for, as much as one pattern says. */
export const HTTP = new RegExp(`^https?://${CHARACTERS.source.slice(1)}`);

/** An http or https URL without credentials. Handed to curl and dnf as it was written. */
export function parseHttpUrl(text: string): string {
  if (!/^https?:\/\//.test(text)) throw new ValueError(`${show(text)} is not an http or https URL`);
  if (!CHARACTERS.test(text) || !URL.canParse(text)) {
    throw new ValueError(
      `${show(text)} has characters that no URL has`,
      'Write spaces, quotes, dollar signs and parentheses percent-encoded: %20, %22, %27, %24, %28, %29.',
    );
  }
  // curl takes brackets for a range, except around an IPv6 address.
  if (/[[\]]/.test(text.replace(/^https?:\/\/\[[0-9A-Fa-f:.]+\]/, ''))) {
    throw new ValueError(`${show(text)} has square brackets`, 'Write them percent-encoded: %5B and %5D.');
  }
  const { username, password } = new URL(text);
  if (username !== '' || password !== '') {
    throw new ValueError(
      'this URL carries credentials, which would be in git and in the image',
      'Take them out of the URL.',
    );
  }
  return text;
}

export const httpUrl = value(parseHttpUrl, { pattern: HTTP });

/** The last segment of a URL's path: the name a download gets. Empty where it has none that can be decoded. */
export function basenameOf(url: string): string {
  try {
    return decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '');
  } catch {
    return '';
  }
}

/** Whether a password may be sent there: over TLS, or to this machine. */
export function isSafeForSecrets(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return (
    protocol === 'https:' ||
    hostname === 'localhost' ||
    hostname === '[::1]' ||
    /^127(?:\.[0-9]{1,3}){3}$/.test(hostname)
  );
}

/** What is said of a URL that is not. */
export const IN_THE_CLEAR = {
  message: 'with auth, this URL would send a secret in the clear',
  params: { hint: 'Use https.' },
};

/** Whether both are of one server: the same scheme, host and port. */
export function isSameOrigin(a: string, b: string): boolean {
  return new URL(a).origin === new URL(b).origin;
}
