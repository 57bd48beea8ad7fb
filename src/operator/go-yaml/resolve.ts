/** Whether yaml.v2 takes an unquoted text for something else than a string: then it writes quotes. */
export function isTakenForAnother(text: string): boolean {
  return resolvesToAnother(text) || isBase60(text);
}

/** YAML 1.1's, as yaml.v2 knows them. A lone `+.inf` is, a lone `<<` is not looked up. */
const KNOWN: ReadonlySet<string> = new Set(
  [
    ...['y', 'Y', 'yes', 'Yes', 'YES', 'n', 'N', 'no', 'No', 'NO'],
    ...['true', 'True', 'TRUE', 'false', 'False', 'FALSE'],
    ...['on', 'On', 'ON', 'off', 'Off', 'OFF'],
    ...['', '~', 'null', 'Null', 'NULL', '.nan', '.NaN', '.NAN'],
  ].concat(['', '+', '-'].flatMap((sign) => ['.inf', '.Inf', '.INF'].map((infinity) => sign + infinity))),
);

const DECIMAL = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

function resolvesToAnother(text: string): boolean {
  if (KNOWN.has(text)) return true;
  if (text.startsWith('.')) return isFloat(text);
  if (!/^[-+0-9]/.test(text)) return false;
  if (isTimestamp(text)) return true;
  const plain = text.replaceAll('_', '');
  return isInteger(plain) || isFloat(plain) || isBinary(plain);
}

/** A float that fits into 64 bits: what is larger is an error to Go, and so a string. */
function isFloat(text: string): boolean {
  return DECIMAL.test(text) && Number.isFinite(Number(text));
}

const LARGEST = 2n ** 64n - 1n;
const LARGEST_SIGNED = 2n ** 63n;

/** An integer of 64 bits in any notation of Go: 0x1F, 0o17, 017, 0b1. Signed ones have a bit less. */
function isInteger(text: string): boolean {
  const [, sign, octal, digits] =
    /^([-+]?)(?:0([0-7]+)|(0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|0|[1-9][0-9]*))$/.exec(text) ?? [];
  if (sign === undefined) return false;
  return fits(sign, BigInt(octal === undefined ? digits! : `0o${octal}`));
}

function fits(sign: string, value: bigint): boolean {
  if (sign === '-') return value <= LARGEST_SIGNED;
  return value <= (sign === '+' ? LARGEST_SIGNED - 1n : LARGEST);
}

/** The second try of yaml.v2 for binary digits, which takes a sign after the prefix. */
function isBinary(text: string): boolean {
  const [, sign, digits] = /^0b([-+])([01]+)$/.exec(text) ?? [];
  return digits !== undefined && fits(sign!, BigInt(`0b${digits}`));
}

/** `12:30:45`: no number to yaml.v2, but quoted for parsers to which it is one. */
function isBase60(text: string): boolean {
  return /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/.test(text);
}

const DATE = '([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})';
const TIME = '([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?';
const TIMESTAMPS = [
  new RegExp(`^${DATE}[Tt]${TIME}(?:Z|[-+]([0-9]{2}):([0-9]{2}))$`),
  new RegExp(`^${DATE} +${TIME}$`),
  new RegExp(`^${DATE}$`),
];

function isTimestamp(text: string): boolean {
  return TIMESTAMPS.some((form) => {
    const found = form.exec(text)?.slice(1);
    if (found === undefined) return false;
    const [year, month, day, hour = 0, minute = 0, second = 0, zoneHour = 0, zoneMinute = 0] = found.map(
      (part) => Number(part ?? 0),
    );
    const isDay = month! >= 1 && month! <= 12 && day! >= 1 && day! <= daysOf(year!, month!);
    return isDay && hour < 24 && minute < 60 && second < 60 && zoneHour <= 24 && zoneMinute <= 60;
  });
}

function daysOf(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
}
