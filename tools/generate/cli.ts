import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { fence, NOTICE } from './markdown.ts';

const MAIN = resolve('src/cli/main.ts');

/** docs/reference/cli.md: what the CLI says of itself. */
export function cliPage(): string {
  const top = help();
  const verbs = [...top.matchAll(/^ {2}layers ([\w-]+)/gm)].map((match) => match[1]!);
  return [
    NOTICE,
    '# The CLI\n',
    'Exit codes and the forms of output are in [exit codes and output](../exit-codes-and-output.md).\n',
    fence('text', top),
    ...verbs.flatMap((verb) => {
      const text = help(verb);
      const commands = [...text.matchAll(new RegExp(`^ {2}layers ${verb} (\\w+)`, 'gm'))].map(
        (match) => match[1]!,
      );
      return [
        ...[`## layers ${verb}\n`, fence('text', text)],
        ...commands.flatMap((command) => [
          `### layers ${verb} ${command}\n`,
          fence('text', help(verb, command)),
        ]),
      ];
    }),
  ].join('\n');
}

function help(...verb: string[]): string {
  // At a width of its own, whatever terminal this runs in.
  const env = { ...process.env, COLUMNS: '100', NO_COLOR: '1', LC_ALL: 'C.UTF-8' };
  return execFileSync(process.execPath, ['--import', 'tsx', MAIN, ...verb, '--help'], {
    env,
    encoding: 'utf8',
  });
}
