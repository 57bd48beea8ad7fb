/** A text without what stands before the host in URLs: a password, or a token as the name. */
export function redacted(text: string): string {
  return text.replaceAll(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/'"]+@/gi, (whole, scheme: string) =>
    // A name alone is no secret for ssh, and nothing else says whose login it is.
    /^ssh:\/\/[^:@]+@$/i.test(whole) ? whole : `${scheme}***@`,
  );
}
