import { expect, it } from 'vitest';
import { redacted } from '../../src/values/redacted.ts';

it.each([
  ["unable to access 'https://me:pass@host/x.git/': no", "unable to access 'https://***@host/x.git/': no"],
  ['https://token@host/x', 'https://***@host/x'],
  ['http://a:b@host http://c:d@host', 'http://***@host http://***@host'],
  ['http://a:b@c@host/x', 'http://***@host/x'],
  ['ssh://git@host/x', 'ssh://git@host/x'],
  ['ssh://git:pass@host/x', 'ssh://***@host/x'],
  ['git@host:x.git, https://host/a@b', 'git@host:x.git, https://host/a@b'],
])('is told without passwords: %s', (text, told) => {
  expect(redacted(text)).toBe(told);
});
