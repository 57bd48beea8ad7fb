import { Refusal } from './refusal.ts';

/** JSON with its keys in their order, and those that are there twice. */
export type JsonNode =
  | { readonly kind: 'object'; readonly entries: readonly (readonly [key: string, value: JsonNode])[] }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | {
      readonly kind: 'string' | 'number' | 'bool' | 'null';
      readonly value: string | number | boolean | null;
    };

/** Parses as Go's encoding/json does, and throws its errors. `reads` is the first value of a stream, or all of a text. */
export function parseGoJson(bytes: Buffer, reads: 'text' | 'stream' = 'text'): JsonNode {
  return new Parser(bytes, reads).parse();
}

const END = -1;
const SPACES = [0x20, 0x09, 0x0a, 0x0d];
const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

class Parser {
  private readonly bytes: Buffer;
  private readonly reads: 'text' | 'stream';
  private index = 0;

  constructor(bytes: Buffer, reads: 'text' | 'stream') {
    this.bytes = bytes;
    this.reads = reads;
  }

  parse(): JsonNode {
    this.skipSpaces();
    if (this.reads === 'stream' && this.peek() === END) throw new Refusal('EOF');
    const value = this.value();
    if (this.reads === 'stream') return value;
    this.skipSpaces();
    if (this.peek() !== END) this.fail('after top-level value');
    return value;
  }

  private peek(): number {
    return this.bytes[this.index] ?? END;
  }

  private skipSpaces(): void {
    while (SPACES.includes(this.peek())) this.index += 1;
  }

  /** At the end of a text Go looks at one more space, which is wrong within words and numbers. */
  private fail(where: string, takesSpace = true): never {
    const byte = this.peek();
    if (byte === END && this.reads === 'stream') throw new Refusal('unexpected EOF');
    if (byte === END && takesSpace) throw new Refusal('unexpected end of JSON input');
    throw new Refusal(`invalid character ${quoted(byte === END ? 0x20 : byte)} ${where}`);
  }

  private value(): JsonNode {
    this.skipSpaces();
    switch (String.fromCharCode(Math.max(this.peek(), 0))) {
      case '{':
        return this.object();
      case '[':
        return this.array();
      case '"':
        return { kind: 'string', value: this.string() };
      case 't':
        return { kind: 'bool', value: this.word('true', true) };
      case 'f':
        return { kind: 'bool', value: this.word('false', false) };
      case 'n':
        return { kind: 'null', value: this.word('null', null) };
      default:
        return { kind: 'number', value: this.number() };
    }
  }

  private object(): JsonNode {
    const entries: [string, JsonNode][] = [];
    this.index += 1;
    this.skipSpaces();
    if (this.takes('}')) return { kind: 'object', entries };
    for (;;) {
      this.skipSpaces();
      if (this.peek() !== 0x22) this.fail('looking for beginning of object key string');
      const key = this.string();
      this.skipSpaces();
      if (!this.takes(':')) this.fail('after object key');
      entries.push([key, this.value()]);
      this.skipSpaces();
      if (this.takes('}')) return { kind: 'object', entries };
      if (!this.takes(',')) this.fail('after object key:value pair');
    }
  }

  private array(): JsonNode {
    const items: JsonNode[] = [];
    this.index += 1;
    this.skipSpaces();
    if (this.takes(']')) return { kind: 'array', items };
    for (;;) {
      items.push(this.value());
      this.skipSpaces();
      if (this.takes(']')) return { kind: 'array', items };
      if (!this.takes(',')) this.fail('after array element');
    }
  }

  private takes(char: string): boolean {
    if (this.peek() !== char.charCodeAt(0)) return false;
    this.index += 1;
    return true;
  }

  private word<Value>(word: string, value: Value): Value {
    for (const [index, char] of [...word].entries()) {
      if (!this.takes(char) && index > 0) this.fail(`in literal ${word} (expecting '${char}')`, false);
    }
    return value;
  }

  private number(): number {
    const from = this.index;
    if (this.takes('-') && !this.isDigit()) this.fail('in numeric literal', false);
    if (!this.isDigit()) this.fail('looking for beginning of value');
    if (!this.takes('0')) this.digits('in numeric literal');
    if (this.takes('.')) this.digits('after decimal point in numeric literal');
    if (this.takes('e') || this.takes('E')) {
      if (!this.takes('+')) this.takes('-');
      this.digits('in exponent of numeric literal');
    }
    return Number(this.bytes.toString('latin1', from, this.index));
  }

  private isDigit(): boolean {
    return this.peek() >= 0x30 && this.peek() <= 0x39;
  }

  private digits(where: string): void {
    if (!this.isDigit()) this.fail(where, false);
    while (this.isDigit()) this.index += 1;
  }

  private string(): string {
    let text = '';
    this.index += 1;
    for (;;) {
      const from = this.index;
      while (this.peek() >= 0x20 && this.peek() !== 0x22 && this.peek() !== 0x5c) this.index += 1;
      text += this.bytes.toString('utf8', from, this.index);
      if (this.takes('"')) return text.replace(/\p{Surrogate}/gu, '\ufffd');
      if (!this.takes('\\')) this.fail('in string literal');
      text += this.escape();
    }
  }

  private escape(): string {
    const char = String.fromCharCode(Math.max(this.peek(), 0));
    if (!/["\\/bfnrtu]/.test(char)) this.fail('in string escape code', false);
    this.index += 1;
    if (char !== 'u') return ESCAPES[char] ?? char;
    const from = this.index;
    for (let count = 0; count < 4; count += 1) {
      if (!/[0-9a-fA-F]/.test(String.fromCharCode(Math.max(this.peek(), 0)))) {
        this.fail('in \\u hexadecimal character escape', false);
      }
      this.index += 1;
    }
    return String.fromCharCode(Number.parseInt(this.bytes.toString('latin1', from, this.index), 16));
  }
}

/** As Go quotes a byte. */
function quoted(byte: number): string {
  const char = String.fromCharCode(byte);
  if (char === "'") return "'\\''";
  if (char === '"') return `'"'`;
  return `'${JSON.stringify(char)
    .slice(1, -1)
    .replace(/\\u00([01].)/g, '\\x$1')
    .replace(/[\u007f]/g, '\\x7f')
    .replace(/[\u0080-\u00a0\u00ad]/g, (special) => `\\u00${special.charCodeAt(0).toString(16)}`)}'`;
}

/** Compact JSON as Go writes it: texts are safe in HTML, too. */
export function goJsonText(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Compact JSON as Go writes what it holds in maps: keys in the order of their bytes. */
export function goJsonOf(node: JsonNode): string {
  if (node.kind === 'array') return `[${node.items.map(goJsonOf).join(',')}]`;
  if (node.kind === 'string') return goJsonText(String(node.value));
  if (node.kind !== 'object') return JSON.stringify(node.value);
  const last = new Map(node.entries);
  return goJsonMap([...last].map(([key, value]) => [key, goJsonOf(value)]));
}

export function goJsonMap(entries: readonly (readonly [key: string, json: string])[]): string {
  const sorted = [...entries].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `{${sorted.map(([key, json]) => `${goJsonText(key)}:${json}`).join(',')}}`;
}
