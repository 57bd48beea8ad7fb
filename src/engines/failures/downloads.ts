/** How curl, librepo (dnf, microdnf, rpm-ostree) and wget say that a server answered with one of these statuses. */
export function downloads(statuses: string): RegExp[] {
  const status = `(?<status>${statuses})\\b`;
  return [
    new RegExp(`^curl: \\(22\\) The requested URL returned error: ${status}`),
    new RegExp(`Status code: ${status} for (?<url>\\S+)`),
    new RegExp(`Curl error \\(22\\): .*returned error: ${status}`),
    new RegExp(`^(?:--.*--  )?.*ERROR ${status}`),
  ];
}

/** The URL without the address behind it, where the line has one. */
export function urlOf({ groups }: RegExpExecArray): string | undefined {
  return groups?.url;
}
