import { describe, expect, it } from 'vitest';
import { absolutePath, fileMode, fileOwner, sourcePath } from '../../src/values/paths.ts';
import { parse } from './parse.ts';

const CONTROLS = ['\0', '\n', '\r', '\t', '\u001b', '\u007f', '\u0085', '\u2028', '\u202e', '\u2066'];

describe('a path in the image', () => {
  it.each([
    '/etc/motd',
    '/a b/$x/"q"/\'s\'/b\\c',
    '/étc/文',
    '/etc/..a/b..',
    '/.hidden',
    '/-a',
  ])('%s', (text) => {
    expect(parse(absolutePath, text).value).toBe(text);
  });

  it.each(['/etc/../shadow', '/..', '/../etc', '/etc/..'])('%s could lead anywhere', (text) => {
    expect(parse(absolutePath, text).message).toContain('has "..", which could lead anywhere');
  });

  it.each(['/', '/etc/', '/etc//a', '/etc/./a', '/.', '//etc/a'])('%s is not that of a file', (text) => {
    expect(parse(absolutePath, text).message).toContain('is not the path of a file');
  });

  it.each(['etc/motd', './a', '~/a', '', 'C:\\a'])('%j is not absolute', (text) => {
    expect(parse(absolutePath, text)).toEqual({
      message: expect.stringContaining('is not an absolute path'),
      hint: `Write /${text}.`,
    });
  });

  it.each(CONTROLS)('%j has no place in one, nor in a source', (char) => {
    expect(parse(absolutePath, `/etc/a${char}b`).message).toContain('has control characters');
    expect(parse(sourcePath, `files/a${char}b`).message).toContain('has control characters');
  });
});

describe('a source', () => {
  it.each(['files/a', 'files/sub/agent.conf', 'files/a b'])('%s', (text) => {
    expect(parse(sourcePath, text).value).toBe(text);
  });

  it.each([
    'a',
    '/etc/passwd',
    'files/',
    'files//a',
    'files/a/',
    'files/./a',
    'files/.',
    'files\\a',
    'files/a\\b',
    './files/a',
    'Files/a',
    'layers.lock',
  ])('%s is not below layers/files/', (text) => {
    expect(parse(sourcePath, text).message).toContain('is not a file below layers/files/');
  });

  it.each(['files/../layers.lock', '../files/a', 'files/..'])('%s could lead anywhere', (text) => {
    expect(parse(sourcePath, text).message).toContain('has ".."');
  });
});

describe('a mode and an owner', () => {
  it.each([
    ['0644', '0644'],
    ['644', '0644'],
    ['4755', '4755'],
    ['0000', '0000'],
  ])('%s is the mode %s', (text, mode) => expect(parse(fileMode, text).value).toBe(mode));

  it.each(['0o644', '0844', '64', '00644', 'u+x', '0644\n', ''])('%j is no mode', (text) =>
    expect(parse(fileMode, text).hint).toBe('Write three or four octal digits in quotes: "0644".'));

  it.each(['root', 'root:root', '0:0', '_agent', 'Agent:x.y-z'])('%s is an owner', (text) => {
    expect(parse(fileOwner, text).value).toBe(text);
  });

  it.each([
    '',
    ':root',
    'root:',
    'a:b:c',
    '-R',
    'a b',
    'a;id',
    'root\n',
    '$USER',
  ])('%j is no owner', (text) => {
    expect(parse(fileOwner, text).message).toContain('is not an owner');
  });
});
