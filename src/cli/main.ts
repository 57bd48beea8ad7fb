#!/usr/bin/env node
import yargs, { type Argv } from 'yargs';
import { exitCodeOf, LayersError } from '../diagnostics.ts';
import { version } from '../version.ts';

interface Verb {
  options(yargs: Argv): Argv<never> | Argv<object>;
  run(argv: object): void | Promise<void>;
}

/** Every verb: how it is called, what for, and where it is. Its file is loaded when it is used. */
const VERBS: readonly (readonly [usage: string, summary: string, load: () => Promise<unknown>])[] = [
  ['synth', 'Compile layers/ into dist/', () => import('./commands/synth.ts')],
  [
    'check',
    'Report what is behind, missing or worth a look; write nothing',
    () => import('./commands/check.ts'),
  ],
  [
    'build [pool..]',
    'Build what dist/ says, push it, and pin the digests',
    () => import('./commands/build.ts'),
  ],
  ['init [dir]', 'Start a new repository', () => import('./commands/init.ts')],
];

const args = process.argv.slice(2);
const cli = yargs(args)
  .scriptName('layers')
  .usage(
    '$0 <command>\n\nOS layers for OpenShift node pools: declared in layers/, reviewed in dist/, pinned in git.',
  )
  .option('directory', {
    alias: 'C',
    type: 'string',
    global: true,
    describe: 'Work on the repository in this folder',
  })
  .option('output', {
    choices: ['text', 'json'],
    default: 'text',
    global: true,
    describe: 'json: data on stdout',
  })
  .version(version)
  // The terminal breaks lines better: yargs, bundled, breaks them within words.
  .wrap(null)
  .strict()
  .demandCommand(1, 'Which command?')
  .recommendCommands()
  .exitProcess(false)
  .check((argv) => {
    assertSingle(argv);
    return true;
  })
  .fail((message, error) => {
    throw error ?? new UsageError(message);
  });
for (const [usage, summary, load] of VERBS) {
  cli.command(
    usage,
    summary,
    async (yargs) => ((await load()) as Verb).options(yargs),
    async (argv) => ((await load()) as Verb).run(argv),
  );
}

class UsageError extends Error {}

/** yargs makes a list of an option that is given twice, and an empty text of one without a value, or with a script's unset variable. */
function assertSingle({ _, pool, ...options }: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (Array.isArray(value))
      throw new UsageError(`${name} is given ${value.length} times, and once is enough`);
    if (value === '') throw new UsageError(`${name} is given, and is empty`);
  }
}

try {
  await cli.parseAsync();
} catch (error) {
  process.exitCode = await report(error);
}

async function report(error: unknown): Promise<number> {
  const { isJson, rootOf } = await import('./context.ts');
  const parsed = { directory: optionOf('-C', '--directory'), output: optionOf('--output') };
  if (error instanceof UsageError) {
    process.stderr.write(
      `layers: ${error.message}\n  hint: \`layers --help\`, or \`layers <command> --help\`.\n`,
    );
    return 2;
  }
  if (error instanceof LayersError) {
    const root = rootOf(parsed);
    if (isJson(parsed)) {
      const { diagnosticsAsData, printJsonLine } = await import('./report/json.ts');
      process.stdout.write(
        printJsonLine({ type: 'failed', diagnostics: diagnosticsAsData(error.diagnostics, root) }),
      );
    } else {
      const { reportFindings } = await import('./report/findings.ts');
      const { countBySeverity } = await import('./report/diagnostics.ts');
      reportFindings(error.diagnostics, root);
      process.stderr.write(`${countBySeverity(error.diagnostics)}\n`);
    }
    return exitCodeOf(error.diagnostics) || 1;
  }
  const { Interrupted } = await import('./interrupt.ts');
  if (error instanceof Interrupted) {
    process.stderr.write(`layers: ${error.message}; nothing was pinned\n`);
    return error.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`layers: a bug of ours, please report it with this text and the command:\n${text}\n`);
  return 70;
}

/** The value of an option as it was typed: after a failure there is no parsed one. */
function optionOf(...names: string[]): string | undefined {
  for (const [index, arg] of args.entries()) {
    if (names.includes(arg)) return args[index + 1];
    const name = names.find((candidate) => arg.startsWith(`${candidate}=`));
    if (name !== undefined) return arg.slice(name.length + 1);
  }
  return undefined;
}
