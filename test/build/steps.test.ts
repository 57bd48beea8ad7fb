import { expect, it } from 'vitest';
import { stepNames } from '../../src/build/steps.ts';

const shared = 'FROM base@sha256:1\n\n# a: run (why)\nRUN one && \\\n    two\n\nRUN three\n';

it('instructions have one name where they and all before them are equal, whatever comments say', () => {
  const one = stepNames(`${shared}\nRUN four\n`);
  const other = stepNames(`${shared.replace('a: run (why)', 'b: run')}\nRUN five\n`);
  expect(one).toHaveLength(4);
  expect(other.slice(0, 3)).toEqual(one.slice(0, 3));
  expect(other[3]).not.toBe(one[3]);
});

it('on another base, after another instruction, or in another order, nothing is equal', () => {
  const one = stepNames(shared);
  for (const other of [
    shared.replace('sha256:1', 'sha256:2'),
    shared.replace('RUN one', 'RUN zero'),
    shared.replace('FROM base@sha256:1\n', 'FROM base@sha256:1\nLABEL refresh=2\n'),
  ]) {
    expect(stepNames(other).at(-1)).not.toBe(one.at(-1));
  }
});

it('a stage is what it is, whatever it is called and wherever it stands; what is copied from it counts', () => {
  const stage = (name: string, command: string) => `FROM tools@sha256:3 AS ${name}\nRUN ${command}\n`;
  const one = stepNames(`${stage('one', 'make')}${shared}COPY --from=one /a /b\n`);
  expect(stepNames(`${stage('two', 'make')}${shared}COPY --from=two /a /b\n`).slice(0, 5)).toEqual(
    one.slice(0, 5),
  );
  const others = stepNames(`${stage('one', 'make other')}${shared}COPY --from=one /a /b\n`);
  expect(others.slice(2, 5)).toEqual(one.slice(2, 5));
  expect(others[5]).not.toBe(one[5]);
  expect(stepNames(shared)).toEqual(one.slice(2, 5));
});
