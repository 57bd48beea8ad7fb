/** In which styles a text can be written so that it is read back as it is. */
export interface Analysis {
  readonly hasBreaks: boolean;
  readonly plain: boolean;
  readonly singleQuoted: boolean;
  readonly literal: boolean;
}

export function isBreak(char: string | undefined): boolean {
  return char === '\n' || char === '\r' || char === '\u0085' || char === '\u2028' || char === '\u2029';
}

export const MARK = '\ufeff';

/** What yaml.v2 writes as it is; it takes all above the Basic Multilingual Plane for unprintable. */
export function isPrintable(char: string): boolean {
  const code = char.codePointAt(0)!;
  if (code === 0x0a || (code >= 0x20 && code <= 0x7e)) return true;
  return code >= 0xa0 && code <= 0xfffd && char !== MARK;
}

/** The analysis of libyaml, which yaml.v2 is a port of. `chars` are code points. */
export function analyze(chars: readonly string[]): Analysis {
  if (chars.length === 0) return { hasBreaks: false, plain: true, singleQuoted: true, literal: false };
  let isIndicator = /^(?:---|\.\.\.)/.test(chars.slice(0, 3).join(''));
  let hasBreaks = false;
  let hasSpecials = false;
  let breakSpace = false;
  let spaceBreak = false;
  let before: 'space' | 'break' | undefined;
  for (const [index, char] of chars.entries()) {
    const next = chars[index + 1];
    const isFollowedByBlank = next === undefined || next === ' ' || next === '\t';
    isIndicator ||= index === 0 ? indicates(char, isFollowedByBlank) : char === ':' && isFollowedByBlank;
    isIndicator ||= char === '#' && isBlank(chars[index - 1]);
    hasSpecials ||= !isPrintable(char);
    if (char === ' ') {
      breakSpace ||= before === 'break';
      before = 'space';
    } else if (isBreak(char)) {
      hasBreaks = true;
      spaceBreak ||= before === 'space';
      before = 'break';
    } else {
      before = undefined;
    }
  }
  const last = chars.at(-1)!;
  const isPadded = [chars[0]!, last].some((char) => char === ' ' || isBreak(char));
  const isSafe = !spaceBreak && !hasSpecials;
  return {
    hasBreaks,
    plain: isSafe && !isIndicator && !hasBreaks && !isPadded,
    singleQuoted: isSafe && !breakSpace,
    literal: isSafe && last !== ' ',
  };
}

/** A first character that begins something else than a plain text. */
function indicates(char: string, isFollowedByBlank: boolean): boolean {
  return (
    '#,[]{}&*!|>\'"%@`'.includes(char) ||
    (isFollowedByBlank && (char === '?' || char === ':' || char === '-'))
  );
}

function isBlank(char: string | undefined): boolean {
  return char === undefined || char === ' ' || char === '\t' || char === '\0' || isBreak(char);
}
