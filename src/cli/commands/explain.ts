import type { Argv } from 'yargs';
import { explain } from '../../actions/explain.ts';
import { type GlobalOptions, isJson, rootOf } from '../context.ts';
import { paintFor } from '../report/colors.ts';
import { readerOf, resolve } from '../report/diagnostics.ts';
import { printJsonLine } from '../report/json.ts';
import { harmless } from '../report/terminal.ts';

export function options(yargs: Argv) {
  return yargs
    .positional('pool', { type: 'string', demandOption: true, describe: 'The pool' })
    .positional('path', {
      type: 'string',
      describe: 'Only what is at or below this path: target.machineConfig',
    });
}

export function run(argv: GlobalOptions & { pool?: string | undefined; path?: string | undefined }): void {
  const root = rootOf(argv);
  const read = readerOf(root);
  const found = explain({ root, pool: argv.pool!, ...(argv.path !== undefined && { path: argv.path }) });
  const values = found.map(({ path, value, origin }) => {
    // Where it was written, not what it is there: `path` is the pool's.
    const { file, line, column } = resolve(origin, read);
    return { path, value, file, line, column };
  });
  if (isJson(argv)) {
    process.stdout.write(printJsonLine({ pool: argv.pool, values }));
    return;
  }
  const paint = paintFor(process.stdout);
  const paths = Math.max(...values.map(({ path }) => path.length));
  // A digest may stand out to the right: it would push all the places away.
  const width = Math.min(60, Math.max(...values.map(({ value }) => value.length)));
  for (const { path, value, file, line, column } of values) {
    const place = harmless([file, line, column].filter((part) => part !== undefined).join(':'));
    process.stdout.write(`${path.padEnd(paths)}  ${harmless(value).padEnd(width)}  ${paint('dim', place)}\n`);
  }
}
