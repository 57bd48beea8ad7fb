import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runLogged } from '../../src/engines/process.ts';
import { temporaryRepository } from '../synth/temporary-repository.ts';

const signal = new AbortController().signal;
const echo = ['-c', 'echo one; echo two >&2; exit 3'];

it('what a program prints is in the log, and its end is told', async () => {
  const log = join(temporaryRepository().root, 'log');
  const { code, tail } = await runLogged('sh', echo, { log, signal });
  expect(code).toBe(3);
  expect([...tail].sort()).toEqual(['one', 'two']);
  expect(readFileSync(log, 'utf8').split('\n').sort()).toEqual(
    ['', `$ sh ${echo.join(' ')}`, 'one', 'two'].sort(),
  );
});

it.each([
  '/dev/full',
  '/nonexistent/log',
])('a log that cannot be written (%s) ends no program', async (log) => {
  const { code, tail } = await runLogged('sh', echo, { log, signal });
  expect(code).toBe(3);
  expect([...tail].sort()).toEqual(['one', 'two']);
});
