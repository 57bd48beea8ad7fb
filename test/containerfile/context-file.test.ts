import { describe, expect, it } from 'vitest';
import { contextName, isText } from '../../src/containerfile/context-file.ts';

const SUM = '0123456789abcdef'.repeat(4);

describe('the name of a file in the context', () => {
  it.each([
    ['/etc/agent.conf', 'agent.conf'],
    ['files/sub/a b.yaml', 'a_b.yaml'],
    ['/etc/.profile', '_profile'],
    ['/etc/--from=x', '_-from_x'],
    ['/etc/..data', '_data'],
    ['/étc/文.json', '_.json'],
    [`/${'a'.repeat(300)}`, 'a'.repeat(120)],
  ])('of %s is %s and the start of its sum', (path, name) => {
    expect(contextName(path, SUM)).toBe(`${name}.0123456789abcdef`);
    // https://kubernetes.io/docs/concepts/configuration/configmap/: a key's rule; and nothing for COPY to read into it.
    expect(contextName(path, SUM)).toMatch(/^(?!\.\.|-)[A-Za-z0-9._-]{1,253}$/);
  });

  it('never ends as a manifest does', () => {
    for (const end of ['yaml', 'yml', 'json', 'jsonnet']) {
      expect(contextName(`/a.${end}`, SUM)).not.toMatch(/\.(ya?ml|json|jsonnet)$/);
    }
  });
});

describe('text', () => {
  const bytes = (...list: number[]) => Uint8Array.from(list);

  it.each(['', 'a\n', 'a\r\n\tb', 'ü 文 😀', 'no end'])('%j is', (content) => {
    expect(isText(new TextEncoder().encode(content))).toBe(true);
  });

  it.each([
    ['a NUL', bytes(0)],
    ['an escape', bytes(0x1b, 0x5b)],
    ['a delete', bytes(0x7f)],
    ['Latin-1', bytes(0x61, 0xfc)],
    ['a byte order mark', bytes(0xef, 0xbb, 0xbf, 0x61)],
    ['a line separator', bytes(0xe2, 0x80, 0xa8)],
    ['a surrogate', bytes(0xed, 0xa0, 0x80)],
    ['half a character', bytes(0xe6, 0x96)],
  ])('with %s is none', (_, content) => expect(isText(content)).toBe(false));
});
