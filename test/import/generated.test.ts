import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { argvCommand, codeCommand } from '../../src/containerfile/code.ts';
import { shellText } from '../../src/containerfile/print.ts';
import { quoted, sh, word, words } from '../../src/containerfile/quote.ts';
import { expandPairs, expandWords } from '../../src/containerfile/words.ts';
import { LayersError } from '../../src/diagnostics.ts';
import { imported, inRepository, instructions } from './support.ts';

const SOAK = process.env.LAYERS_SOAK === '1';
const NUM_RUNS = SOAK ? 5_000 : 300;

/** What Containerfiles, shells and YAML each read in their own way. */
const PIECES = [
  ...[
    'FROM configs AS final\n',
    'RUN ',
    'COPY ',
    'ADD ',
    'LABEL ',
    'ENV ',
    'ARG ',
    'WORKDIR ',
    'SHELL ',
    'USER ',
  ],
  ...[
    'dnf install -y ',
    'rpm-ostree override replace ',
    'curl -O ',
    'https://example.com/a-1-1.noarch.rpm',
    './*.rpm',
  ],
  ...[
    'echo ',
    'printf ',
    'cat ',
    '> /etc/a',
    '>> /etc/a.d/b',
    '| tee ',
    'mkdir -p ',
    'rm -rf ',
    'chmod +x ',
    'cd ',
  ],
  ...[
    'systemctl enable ',
    'set -e',
    'export A=',
    'A=',
    '$A',
    '${A}',
    '${A:-b}',
    '$(',
    ')',
    '`',
    '{',
    '}',
    '{a,b}',
    '{1..9}',
  ],
  ...[
    '<<EOF',
    "<<-'EOF'",
    '\nEOF\n',
    '&& ',
    '|| ',
    '; ',
    '& ',
    '| ',
    '\\\n',
    '\\ \n',
    '\n',
    '# comment\n',
    '# escape=`\n',
  ],
  ...[
    "'",
    '"',
    '\\',
    '\t',
    ' ',
    '[',
    ']',
    '["a", "b"]',
    '--from=x ',
    '--mount=type=bind ',
    '--chown=1 ',
    '=',
    '\r\n',
  ],
  ...[
    'if ',
    'then ',
    'fi',
    'for i in ',
    'do ',
    'done',
    'case ',
    'function f() ',
    '(',
    '((',
    '[[',
    '!',
    '~',
    '*',
    '?',
  ],
  ...[
    '\u0000',
    '\u0001',
    '\ufeff',
    '\u2028',
    '\ud800',
    '😀',
    '__proto__',
    'constructor',
    '@',
    '%s',
    '...',
    '---',
    '- ',
    ': ',
  ],
];

const text = fc.array(
  fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...PIECES) }, fc.string({ maxLength: 5 })),
  {
    maxLength: 40,
  },
);

/** One line, as values of instructions are. */
const line = fc
  .string({
    unit: fc.oneof(
      fc.string({ minLength: 1, maxLength: 1 }),
      fc.constantFrom(...'\'"\\$`{}()&|;<>#!*?[]~%= '),
    ),
  })
  .filter((value) => !/[\p{Cc}\p{Cs}]/u.test(value));

describe('generated Containerfiles', () => {
  it('are imported, or refused with places; nothing crashes', () => {
    fc.assert(
      fc.property(text, fc.boolean(), (pieces, begins) => {
        try {
          const { text: written } = imported(
            (begins ? 'FROM configs AS final\nRUN dnf install -y a\nRUN ' : '') + pieces.join(''),
            {
              pushSpec: 'registry.example.com/os/worker:latest',
              pushSecret: 'push',
            },
          );
          expect(written).toMatch(/^# Imported from Containerfile\.\nkind: Layer\n/);
        } catch (error) {
          if (!(error instanceof LayersError)) throw error;
          for (const { source, code } of error.diagnostics) expect(source, code).not.toBe('internal');
        }
      }),
      { numRuns: NUM_RUNS },
    );
  });

  it('of YAML as well', () => {
    fc.assert(
      fc.property(text, (pieces) => {
        const manifest = `apiVersion: v1\nkind: MachineOSConfig\nspec:\n  machineConfigPool: { name: a }\n  containerFile: [{ content: ${JSON.stringify(pieces.join(''))} }]\n${pieces.join('')}`;
        try {
          imported(manifest, { file: 'mosc.yaml' });
        } catch (error) {
          if (!(error instanceof LayersError)) throw error;
        }
      }),
      { numRuns: NUM_RUNS },
    );
  });
});

describe('values stay data', () => {
  it('which the shell writes into files', () => {
    fc.assert(
      fc.property(line, (value) => {
        const { steps } = instructions(`RUN printf %s ${quoted(value)} > /etc/value`);
        expect(steps).toEqual([{ files: [{ path: '/etc/value', content: value }] }]);
      }),
      { numRuns: NUM_RUNS },
    );
  });

  it('of labels', () => {
    fc.assert(
      fc.property(line, (value) => {
        const { steps } = instructions(`LABEL com.example.a=${word(value)} com.example.b=1`);
        expect(steps).toEqual([{ labels: { 'com.example.a': value, 'com.example.b': '1' } }]);
      }),
      { numRuns: NUM_RUNS },
    );
  });

  it('as the build prints them', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), line, (values, value) => {
        const all = words(values);
        const json = all.startsWith('[') ? (JSON.parse(all) as string[]) : undefined;
        const printed =
          json === undefined ? all : json.map((one) => `"${one.replaceAll("\\'", "'")}"`).join(' ');
        expect(expandWords(printed, new Map())).toEqual({ words: values });
        expect(expandPairs(`key=${word(value)}`, new Map())).toEqual({ pairs: [['key', value]] });
      }),
      { numRuns: NUM_RUNS },
    );
  });

  it('of files in the context, whatever their names are', () => {
    const name = line.filter(
      (value) =>
        !/^\.{0,2}$|^\.(?:container|docker)ignore$|\/|^Containerfile$/.test(value) &&
        Buffer.byteLength(value) < 200 &&
        // In a path it would be a variable that is not known.
        !value.includes('${'),
    );
    fc.assert(
      fc.property(name, (value) => {
        const { steps, result } = instructions('COPY folder /usr/share/folder/', {
          files: { [`folder/${value}`]: value },
        });
        expect(steps[0]).toMatchObject({ files: [{ path: `/usr/share/folder/${value}` }] });
        expect(result.files).toHaveLength(2);
      }),
      { numRuns: SOAK ? 1000 : 100 },
    );
  });
});

/** Commands that write what they see, and what they are told, into a log. */
const command = fc.oneof(
  line.map((value) => `printf '%s\\n' ${sh(value)} >> "$LOG"`),
  line.map((value) => `A=${quoted(value)}`),
  line.map((value) => `export B=${quoted(value)}`),
  fc.constantFrom(
    'cd sub',
    'cd ..',
    'cd -',
    'pwd >> "$LOG"',
    'echo "$A-$B" >> "$LOG"',
    'sh -c \'echo "$A-$B-$C"\' >> "$LOG"',
    '(cd sub && pwd) >> "$LOG"',
    'for i in 1 2; do echo "$i$A"; done >> "$LOG"',
    'if [ -d sub ]; then pwd; else echo none; fi >> "$LOG"',
    'false || echo or >> "$LOG"',
    'C=$(pwd)',
    'set -e',
    'true',
  ),
);

describe('code that is left to run', () => {
  it('does what it did', () => {
    const script = fc
      .array(fc.tuple(command, fc.constantFrom(' && ', ' && ', '; ')), { minLength: 1, maxLength: 7 })
      .map((all) => all.map(([code, joiner], index) => (index === 0 ? code : `${joiner}${code}`)).join(''));
    fc.assert(
      fc.property(script, (code) => {
        const folder = mkdtempSync(join(tmpdir(), 'layers-left-'));
        try {
          mkdirSync(join(folder, 'sub/sub'), { recursive: true });
          const log = join(folder, 'log');
          const execute = (...texts: readonly string[]) => {
            rmSync(log, { force: true });
            const isDone = texts.every((text) => {
              const env = { LOG: log, PATH: process.env.PATH };
              return spawnSync('/bin/sh', ['-c', text], { cwd: '/', env }).status === 0;
            });
            return [isDone, readFileSync(log, { encoding: 'utf8', flag: 'a+' })];
          };
          // Each in a shell of its own, as builds do it: within braces before `&&`, `set -e` would say nothing.
          const expected = execute(`cd ${folder}; ${code}`, `cd ${folder} && pwd >> "$LOG"`);
          // A build that fails makes no image that another one could be like.
          fc.pre(expected[0] === true);
          const { steps, codes } = instructions(`WORKDIR ${folder}\nRUN ${code}\nRUN pwd >> "$LOG"`);
          const left = steps.flatMap(
            ({ run }: { run?: { commands: (string | string[])[] } }) => run!.commands,
          );
          const ours = left.map((one) => (typeof one === 'string' ? codeCommand(one) : argvCommand(one)));
          const actual = execute(shellText(ours));
          // That failures count now is said, and then the build may fail.
          if (actual[0] === true || !codes.includes('failure-counts')) expect(actual).toEqual(expected);
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      }),
      { numRuns: SOAK ? 2000 : 150 },
    );
  });
});

describe('a build argument', () => {
  it('is data, too', () => {
    fc.assert(
      fc.property(line, (value) => {
        inRepository({}, () => {
          const { steps } = instructions('ARG A\nLABEL com.example.a=$A', { buildArgs: { A: value } });
          expect(steps).toEqual([{ labels: { 'com.example.a': value } }]);
        });
      }),
      { numRuns: 100 },
    );
  });
});
