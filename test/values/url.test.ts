import { describe, expect, it } from 'vitest';
import { rpm, rpmFileName } from '../../src/values/rpm.ts';
import { basenameOf, httpUrl } from '../../src/values/url.ts';
import { parse } from './parse.ts';

describe('a URL', () => {
  it.each([
    'https://example.com/files/a-1.x86_64.rpm',
    'http://127.0.0.1:8080/a',
    'http://[::1]:8080/a',
    'https://example.com/a%20b?x=1&y=2#z',
    'https://example.com/gcc-c++-1~rc1^git.rpm',
  ])('%s stays as it was written', (text) => {
    expect(parse(httpUrl, text).value).toBe(text);
  });

  it.each([
    ['a quote', "https://example.com/a'b"],
    ['a double quote', 'https://example.com/a"b'],
    ['a newline', 'https://example.com/a\nb'],
    ['a final newline', 'https://example.com/a\n'],
    ['a substitution', 'https://example.com/$(id)'],
    ['a variable', 'https://example.com/$releasever/'],
    ['a backtick', 'https://example.com/`id`'],
    ['a blank', 'https://example.com/a b'],
    ['a backslash', 'https://example.com\\@evil.example/a'],
    ['braces, which curl expands', 'https://example.com/{a,b}.rpm'],
    ['a look-alike host', 'https://ехample.com/a'],
    ['a full-width slash', 'https://example.com／a'],
    ['a right-to-left override', 'https://example.com/\u202emr.a'],
    ['an impossible port', 'https://example.com:99999/a'],
  ])('with %s has characters that no URL has', (_, text) => {
    expect(parse(httpUrl, text)).toEqual({
      message: expect.stringContaining('has characters that no URL has'),
      hint: expect.stringContaining('percent-encoded'),
    });
  });

  it('with brackets would be several to curl', () => {
    expect(parse(httpUrl, 'https://example.com/a[1-3].rpm').hint).toBe(
      'Write them percent-encoded: %5B and %5D.',
    );
    expect(parse(httpUrl, 'http://[::1]/a[1].rpm').message).toContain('has square brackets');
  });

  it.each([
    'ftp://example.com/a',
    'file:///etc/passwd',
    'example.com/a',
    'HTTPS://example.com/a',
    '',
    '-o/etc/x',
  ])('%j is not an http or https URL', (text) =>
    expect(parse(httpUrl, text).message).toContain('is not an http or https URL'));

  it.each([
    'https://user:secret@example.com/a',
    'https://secret@example.com/a',
    'https://:secret@example.com/a',
  ])('%s carries credentials, which the message does not repeat', (text) => {
    const { message, hint } = parse(httpUrl, text);
    expect(message).toContain('carries credentials');
    expect(`${message}${hint}`).not.toContain('secret');
  });

  it.each([
    ['https://example.com/a/b.rpm?x=/c.rpm', 'b.rpm'],
    ['https://example.com/a%2Bb.rpm', 'a+b.rpm'],
    ['https://example.com/', ''],
    ['https://example.com/%zz', ''],
  ])('%s ends in %j', (text, name) => expect(basenameOf(text)).toBe(name));
});

describe('an RPM', () => {
  it('has a url or a file, and not both', () => {
    expect(parse(rpm, {}).message).toBe('an RPM has either a url or a file');
    expect(parse(rpm, { url: 'https://example.com/a.rpm', file: 'files/a.rpm' }).message).toBe(
      'an RPM has either a url or a file',
    );
  });

  it.each([
    'https://example.com/a.tar.gz',
    'https://example.com/',
    'https://example.com/-a.rpm',
    'https://example.com/.rpm',
    'https://example.com/..%2Fa.rpm',
    'https://example.com/a%20b.rpm',
    'https://example.com/a%0Ab.rpm',
    'https://example.com/a%2A.rpm',
  ])('%s does not end in the name of one', (url) => {
    expect(parse(rpm, { url }).message).toBe('this URL does not end in the name of an RPM');
  });

  it.each([
    'files/a.txt',
    'files/-a.rpm',
    'files/a b.rpm',
    'files/*.rpm',
  ])('%s is not named as one', (file) => {
    expect(parse(rpm, { file }).message).toBe('this file is not named as an RPM is');
  });

  it('is called as its file is', () => {
    expect(rpmFileName({ url: 'https://example.com/x/gcc-c%2B%2B-1.rpm?sig=1' })).toBe('gcc-c++-1.rpm');
    expect(rpmFileName({ file: 'files/vendor/agent-7.1-1.x86_64.rpm' })).toBe('agent-7.1-1.x86_64.rpm');
  });
});
