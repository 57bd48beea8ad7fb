import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { STEPS } from '../../src/steps/index.ts';
import { TARGETS } from '../../src/targets/index.ts';
import { generated } from '../../tools/generate/all.ts';

const pages = generated();

describe('what is derived from the definitions in src/', () => {
  it.each([...pages])('%s is fresh: else, `npm run generate`', (path, text) => {
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it.each(
    Object.values(STEPS),
  )('the step $name has its keys, and an example with what it becomes', (step) => {
    const section = pages
      .get('docs/reference/layer.md')!
      .split(/\n## /)
      .find((text) => text.startsWith(`${step.name}\n`))!;
    expect(section).toContain(step.summary);
    expect(section).toContain('| Key | Type | Required | Meaning |');
    expect(section.match(/^```yaml$/gm)).toHaveLength(step.examples.length);
    expect(section.match(/^```dockerfile\n[^`]*(?:RUN|COPY|LABEL) /gm)).toHaveLength(step.examples.length);
  });

  it.each(Object.values(TARGETS))('the target $name has its keys', ({ name, summary }) => {
    expect(pages.get('docs/reference/pool.md')).toContain(`\n### ${name}\n\n${summary}\n\n| Key |`);
  });
});
