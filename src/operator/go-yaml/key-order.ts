const LETTER = /^\p{L}$/u;
const DIGIT = /^\p{Nd}$/u;

/** The order that yaml.v2 writes keys in: letters after all else, and digits as the number they make. */
export function compareKeys(one: string, other: string): number {
  const a = [...one];
  const b = [...other];
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const [left, right] = [a[index]!, b[index]!];
    if (left === right) continue;
    const [isLeft, isRight] = [LETTER.test(left), LETTER.test(right)];
    if (isLeft && isRight) return compareChars(left, right);
    if (isLeft || isRight) return isRight ? -1 : 1;
    return compareNumbers(a, b, index) || compareChars(left, right);
  }
  return a.length - b.length;
}

function compareNumbers(a: readonly string[], b: readonly string[], from: number): number {
  const isWithin = (a[from] === '0' || b[from] === '0') && endsInNumber(a.slice(0, from));
  const left = digitsAt(a, from);
  const right = digitsAt(b, from);
  const prefix = isWithin ? '1' : '0';
  const difference = BigInt(prefix + left) - BigInt(prefix + right);
  return difference === 0n ? left.length - right.length : difference < 0n ? -1 : 1;
}

/** Zeros after a number's first digits count: 10 comes after 9, and 100 after 10. */
function endsInNumber(chars: readonly string[]): boolean {
  for (let index = chars.length - 1; index >= 0 && DIGIT.test(chars[index]!); index -= 1) {
    if (chars[index] !== '0') return true;
  }
  return false;
}

function digitsAt(chars: readonly string[], from: number): string {
  let to = from;
  while (to < chars.length && /^[0-9]$/.test(chars[to]!)) to += 1;
  return chars.slice(from, to).join('');
}

function compareChars(left: string, right: string): number {
  return left.codePointAt(0)! - right.codePointAt(0)!;
}
