/** Text that is data in HTML, between tags and in quoted attributes; what would steer the direction of text is shown instead. */
export function quoted(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
    .replaceAll(/[\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
    .replaceAll(/[^\P{Cc}\t\n]/gu, '·');
}

/** A fragment that a link can lead to. */
export function idOf(kind: string, name: string): string {
  return `${kind}-${name.replaceAll(/[^A-Za-z0-9-]/g, '-')}`;
}

export function badge(name: string, text: string): string {
  return `<span class="badge ${name}">${quoted(text)}</span>`;
}
