/** Words that no shell reads as anything but themselves. */
const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** One argument of a POSIX shell command, quoted only where needed so that ordinary output stays readable. */
export function sh(value: string): string {
  if (PLAIN.test(value)) return value;
  return quoted(value);
}

/** As `sh`, quoted where it is not needed, too: a word that the shell would take for one of its own is then none. */
export function quoted(value: string): string {
  if (value.includes('\0')) throw new Error('a shell argument cannot hold a NUL byte');
  return `'${value.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * The arguments of COPY. Its parser splits at blanks, then expands `$` and takes quotes and backslashes away, in its
 * JSON form as well: there each of them is escaped.
 */
export function words(values: readonly string[]): string {
  if (values.every((value) => PLAIN.test(value))) return values.join(' ');
  return JSON.stringify(values.map((value) => value.replaceAll(/[$\\'"]/g, String.raw`\$&`)));
}

/** A value of LABEL or ENV, whose parser expands `$` within double quotes as well. To it a backtick is a character like any other. */
export function word(value: string): string {
  return PLAIN.test(value) ? value : `"${value.replaceAll(/[$\\"]/g, String.raw`\$&`)}"`;
}
