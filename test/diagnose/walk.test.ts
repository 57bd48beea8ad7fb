import { describe, expect, it } from 'vitest';
import { mustGather, PASSWORD } from './cluster.ts';
import { diagnosed } from './diagnosed.ts';
import { FAILURES } from './failures.ts';

describe('the stage at which it broke', () => {
  it.each(FAILURES.map((failure) => [failure.name, failure] as const))('%s', (_, failure) => {
    const { objects, logs, stage, code, line, what = '', at } = failure;
    const found = diagnosed(mustGather(objects, logs));
    expect([found.stage, found.fault?.code]).toEqual([stage, code]);
    expect(found.verdict).toBe('broken');
    expect(found.fault!.what).toContain(what);
    if (line !== undefined) {
      expect(found.fault!.lines!.join('\n')).toContain(line);
      expect(found.fault!.lines!.length).toBeLessThanOrEqual(12);
    }
    if (at !== undefined) {
      const { instruction } = found.fault!;
      expect(instruction?.isOperators === true ? 0 : instruction?.line).toBe(at);
    }
    // What came before was reached, and what comes after was not.
    const index = found.stages.findIndex((each) => each.stage === stage);
    expect(found.stages[index]!.state).toBe('broken');
    for (const { state } of found.stages.slice(index + 1)) expect(state).toBe('not reached');
    expect(JSON.stringify(found)).not.toContain(PASSWORD);
    expect(JSON.stringify(found)).not.toContain(Buffer.from(`robot:${PASSWORD}`).toString('base64'));
  });
});
