import { describe, expect, it } from 'vitest';
import { STEPS, type StepName } from '../../src/steps/index.ts';
import { KINDS, renderStep } from './render.ts';

const EXAMPLES = KINDS.flatMap(({ name, examples }) =>
  examples.map(({ title, props, files }) => ({ name: name as StepName, title, props, sources: files })),
);

describe('every kind of step', () => {
  it.each(
    KINDS,
  )('$name has a summary, examples with titles of their own, and its name in the index', (kind) => {
    expect(kind.summary).toMatch(/^[A-Z].*\.$/s);
    expect(kind.summary).not.toContain('\n');
    expect(kind.examples.length).toBeGreaterThan(0);
    expect(new Set(kind.examples.map(({ title }) => title)).size).toBe(kind.examples.length);
    expect(STEPS[kind.name as StepName]).toBe(kind);
  });
});

describe('the example', () => {
  it.each(EXAMPLES)('$name: $title', ({ name, props, sources }) => {
    const options = sources === undefined ? {} : { sources };
    const { text, problems } = renderStep(name, props, options);
    expect(problems.filter(({ severity = 'error' }) => severity === 'error')).toEqual([]);
    expect(text).toMatchSnapshot('with a context');
    const clustered = renderStep(name, props, { ...options, hasContext: false });
    expect(clustered.problems.filter(({ severity = 'error' }) => severity === 'error')).toEqual([]);
    // What the cluster builds has no context to take anything from.
    expect(clustered.text).not.toMatch(/^COPY (?!--from=)|--mount=/m);
    if (clustered.text !== text) expect(clustered.text).toMatchSnapshot('without a context');
  });
});
