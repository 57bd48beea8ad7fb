import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { argvCommand, codeCommand } from '../../src/containerfile/code.ts';
import type { Command, Instruction, Run } from '../../src/containerfile/instruction.ts';
import { printInstruction, printStage, shellText } from '../../src/containerfile/print.ts';
import { shellTemplate } from '../../src/containerfile/template.ts';
import type { AbsolutePath } from '../../src/values/paths.ts';
import { readContainerfile } from './containerfile-reader.ts';
import { runIn, SHELLS } from './shells.ts';

const FROM = `FROM quay.io/os@sha256:${'a1'.repeat(32)}`;
const run = (commands: readonly Command[], more: Partial<Run> = {}): Run => ({
  kind: 'run',
  commands,
  cleans: false,
  ...more,
});

/** What a builder would give the shell, of the only RUN in a text. */
function shellOf(text: string): string {
  const { rest } = readContainerfile(text).find(({ keyword }) => keyword === 'RUN')!;
  return typeof rest === 'string' ? rest : rest[2]!;
}

const LINE = fc.oneof(
  fc.constantFrom(
    '# a',
    ' # a',
    '\\',
    'a \\',
    '',
    ' ',
    '[',
    '["a"]',
    '--flag',
    '<<EOF',
    'EOF',
    "'",
    '"',
    '$x',
    'a\tb',
  ),
  fc.string({ unit: 'grapheme' }),
);
const TEXT = fc
  .array(LINE, { maxLength: 5 })
  .chain((lines) => fc.constantFrom('\n', '\r\n').map((end) => lines.join(end)))
  .map((text) => text.replaceAll('\0', ''));
const write = shellTemplate(`printf '%s|' {{lines text}}`, { text: '' });

/** Commands as steps make them: code, programs with arguments, and texts of several lines. */
const COMMAND: fc.Arbitrary<Command> = fc.oneof(
  TEXT.filter((text) => text.trim() !== '').map(codeCommand),
  fc.array(TEXT).map((args) => argvCommand(['printf', '%s|', ...args])),
  TEXT.map((text) => write({ text: `${text}\n` })[0]!),
);

describe('what is printed', () => {
  it('reads back as the same commands', () => {
    fc.assert(
      fc.property(fc.array(COMMAND, { minLength: 1, maxLength: 4 }), fc.string(), (commands, comment) => {
        const text = printStage(FROM, [{ comment, instruction: run(commands) }]);
        expect(readContainerfile(text).map(({ keyword }) => keyword)).toEqual(['FROM', 'RUN']);
        // Continuations leave the indentation of the next line, which is outside of any quotes.
        const blanks = (shell: string) => shell.replaceAll(/ +/g, ' ').trim();
        expect(blanks(shellOf(text))).toBe(blanks(shellText(commands)));
      }),
      { seed: 9, numRuns: 2000 },
    );
  });

  it('prints the same from a shell as it was meant to', () => {
    const texts = fc.array(TEXT, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(texts, fc.constantFrom(...SHELLS), (list, shell) => {
        const commands = list.map((text) => write({ text: `${text}\n` })[0]!);
        const { stdout } = runIn(shell, shellOf(printStage(FROM, [{ instruction: run(commands) }])));
        expect(stdout).toBe(list.map((text) => `${text.split('\n').join('|')}|`).join(''));
      }),
      { seed: 10, numRuns: 150 },
    );
  });

  it('never has a line that a builder would take for a comment, nor an end of blanks', () => {
    fc.assert(
      fc.property(fc.array(COMMAND, { minLength: 1 }), (commands) => {
        const lines = printInstruction(run(commands)).split('\n');
        expect(lines.filter((line) => /^\s*#|^\s*$|[ \t]$/.test(line))).toEqual([]);
      }),
      { seed: 11, numRuns: 1000 },
    );
  });
});

describe('a stage', () => {
  const install = run([['dnf install -y a'], ['dnf clean all']]);

  it('has a comment above what it is of, and ends in a newline', () => {
    const copy: Instruction = {
      kind: 'copy',
      source: 'motd.0123',
      target: '/etc/my motd' as AbsolutePath,
      mode: '0644',
      owner: 'root:root',
    };
    const label: Instruction = { kind: 'label', key: 'cdk8s-os-layers/refresh', value: '2026-11' };
    expect(
      printStage(FROM, [
        { instruction: label },
        { comment: 'tools: packages', instruction: install },
        { instruction: copy },
      ]),
    ).toBe(`${FROM}

LABEL cdk8s-os-layers/refresh=2026-11

# tools: packages
RUN dnf install -y a && \\
    dnf clean all

COPY --chmod=0644 --chown=root:root ["motd.0123","/etc/my motd"]
`);
  });

  it('is dense where it has no comments', () => {
    expect(printStage('FROM configs AS final', [{ instruction: install }, { instruction: install }])).toBe(
      `FROM configs AS final
RUN dnf install -y a && \\
    dnf clean all
RUN dnf install -y a && \\
    dnf clean all
`,
    );
  });

  it.each([
    'a\nRUN evil',
    'a\r\nRUN evil',
    'a\u2028b',
    'a \\',
    ' escape=`',
    'a\u001b[31mb',
    'a\0b',
    'a\u0085b',
  ])('keeps the comment %j on one line, without controls', (comment) => {
    const text = printStage(FROM, [{ comment, instruction: install }]);
    expect(text.split('\n').filter((line) => line.startsWith('#'))).toHaveLength(1);
    expect(readContainerfile(text).map(({ keyword }) => keyword)).toEqual(['FROM', 'RUN']);
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it('takes the JSON form only for what no line can hold', () => {
    const [plain, controls] = [run([['printf %s', "'a\tb'"]]), run([["printf %s 'a\rb'"], ['true']])];
    expect(printInstruction(plain)).toBe("RUN printf %s \\\n        'a\tb'");
    expect(printInstruction(controls)).toBe(`RUN ["/bin/sh","-c","printf %s 'a\\rb' && true"]`);
    expect(readContainerfile(printInstruction(controls))[0]!.rest).toEqual([
      '/bin/sh',
      '-c',
      "printf %s 'a\rb' && true",
    ]);
  });

  it('has a mount a line, before the commands', () => {
    const mounts = [
      { source: 'a.rpm.01', target: '/tmp/mounted/a.rpm' },
      { source: 'b.rpm.02', target: '/tmp/mounted/b.rpm' },
    ];
    for (const command of ['true', "printf 'a\rb'"]) {
      expect(readContainerfile(printInstruction(run([[command]], { mounts })))[0]!.flags).toEqual([
        '--mount=type=bind,source=a.rpm.01,target=/tmp/mounted/a.rpm,z',
        '--mount=type=bind,source=b.rpm.02,target=/tmp/mounted/b.rpm,z',
      ]);
    }
  });
});
