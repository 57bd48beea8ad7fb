import { expect, it } from 'vitest';
import { printStage } from '../../src/containerfile/print.ts';
import { instructionsIn, runIn } from '../../src/engines/containerfile.ts';
import type { AbsolutePath } from '../../src/values/paths.ts';

const text = printStage('FROM example.com/os@sha256:00', [
  {
    comment: 'a: rpms',
    instruction: {
      ...{ kind: 'run', cleans: false, commands: [['echo one', "'two # three'"], ['true']] },
      mounts: [{ source: 'a.rpm.00', target: '/tmp/mounted/a.rpm' }],
    },
  },
  {
    comment: 'b: files',
    instruction: {
      ...{ kind: 'copy', source: 'motd.00', target: '/etc/motd' as AbsolutePath },
      ...{ mode: '0644', owner: 'root:root' },
    },
  },
  { comment: 'c: run', instruction: { kind: 'run', cleans: false, commands: [["printf 'a\nb'"]] } },
]);

it('a Containerfile is read back as the instructions that it was printed from', () => {
  expect(instructionsIn(text).map((instruction) => instruction.split(/\s/)[0])).toEqual([
    'FROM',
    'RUN',
    'COPY',
    'RUN',
  ]);
});

it('a RUN is read back as what a shell runs, and what it sees', () => {
  const [, first, second, third] = instructionsIn(text);
  expect(runIn(first!)).toEqual({
    mounts: [{ source: 'a.rpm.00', target: '/tmp/mounted/a.rpm' }],
    code: "echo one \\\n        'two # three' && \\\n    true",
  });
  expect(runIn(second!)).toBeUndefined();
  expect(runIn(third!)).toEqual({ mounts: [], code: "printf 'a\nb'" });
});
