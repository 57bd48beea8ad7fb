#!/usr/bin/env node
import yargs, { type Argv } from 'yargs';
import { type Diagnostic, exitCodeOf, failure, LayersError } from '../diagnostics.ts';
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
    'diff [revision]',
    'Show what a change means to nodes: pools, why, reboots, packages',
    () => import('./commands/diff.ts'),
  ],
  [
    'build [pool..]',
    'Build what dist/ says, push it, and pin the digests',
    () => import('./commands/build.ts'),
  ],
  [
    'explain <pool> [path]',
    'Show what a pool is made of, and where each value was written',
    () => import('./commands/explain.ts'),
  ],
  [
    'release add <release>',
    'Add the images of an OpenShift release, by digest, to layers/releases.yaml',
    () => import('./commands/release.ts'),
  ],
  [
    'status',
    'Show every pool: its release, who builds it, what it is pinned to, and what holds it',
    () => import('./commands/status.ts'),
  ],
  [
    'pin',
    'List, promote, hold, roll back and mend what pools are pinned to',
    () => import('./commands/pin.ts'),
  ],
  [
    'prune',
    'List the images in registries that neither a pin nor recent history needs, or delete them',
    () => import('./commands/prune.ts'),
  ],
  [
    'rebuild <pool>',
    "Have a pool's cluster build its image anew: print how, or do it",
    () => import('./commands/rebuild.ts'),
  ],
  [
    'install-manifests <pool>',
    "Write a pool's manifests for the installation of its cluster, with an image that is there already",
    () => import('./commands/install-manifests.ts'),
  ],
  [
    'import <file..>',
    'Turn Containerfiles, MachineOSConfigs and MachineConfigs into layers and pools',
    () => import('./commands/import.ts'),
  ],
  [
    'diagnose <dir>',
    'Say why the builds of a cluster broke, from a must-gather or saved objects and logs',
    () => import('./commands/diagnose.ts'),
  ],
  ['init [dir]', 'Start a new repository', () => import('./commands/init.ts')],
  [
    'schema',
    'Print the JSON Schema of the documents in layers/, for editors',
    () => import('./commands/schema.ts'),
  ],
  [
    'completion <shell>',
    'Print what makes a shell complete verbs, options and names',
    () => import('./commands/completion.ts'),
  ],
];

// yargs takes a lone dash for no value: it stands for what is piped in.
const args = process.argv.slice(2).map((arg) => (arg === '-' ? '<stdin>' : arg));
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
    choices: ['text', 'json', 'markdown', 'html', 'github', 'sarif'],
    default: 'text',
    global: true,
    describe:
      'json: data on stdout; markdown, html: `layers diff`; github, sarif: findings, of `layers check`',
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
    assertFormat(argv);
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
function assertSingle({
  _,
  pool,
  to,
  secret,
  manifests,
  file,
  buildArg,
  'build-arg': __,
  rendered,
  mounted,
  trailer,
  ...options
}: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (Array.isArray(value))
      throw new UsageError(`${name} is given ${value.length} times, and once is enough`);
    if (value === '') throw new UsageError(`${name} is given, and is empty`);
  }
}

function assertFormat({
  _: [verb],
  output,
}: {
  readonly _: readonly (string | number)[];
  output?: unknown;
}): void {
  if ((output === 'github' || output === 'sarif') && verb !== 'check')
    throw new UsageError(`--output ${output} is for \`layers check\``);
  if ((output === 'markdown' || output === 'html') && verb !== 'diff')
    throw new UsageError(`--output ${output} is for \`layers diff\``);
}

// Who reads the start of the output and goes, `layers synth | head`, is not told of it; a build goes on.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return;
  process.stderr.write(`layers: the output could not be written: ${error.message}\n`);
  process.exitCode = 2;
});

try {
  // What the shells' scripts call, for each Tab.
  if (args[0] === '__complete') {
    const { complete } = await import('./completion/complete.ts');
    process.stdout.write(await complete(args.slice(1), cli));
  } else await cli.parseAsync();
} catch (error) {
  process.exitCode = await report(error);
}

async function report(error: unknown): Promise<number> {
  const { isJson, rootOf } = await import('./context.ts');
  const { Interrupted } = await import('./interrupt.ts');
  const parsed = { directory: optionOf('-C', '--directory'), output: optionOf('--output') };
  const root = rootOf(parsed);
  const diagnostics =
    error instanceof Interrupted
      ? failure('input', 'interrupted', `${error.message}; nothing was pinned`, {
          ...(error.hint && { hint: error.hint }),
        }).diagnostics
      : diagnosticsOf(error);
  if (isJson(parsed)) {
    const { diagnosticsAsData, printJsonLine } = await import('./report/json.ts');
    const { readerOf } = await import('./report/diagnostics.ts');
    process.stdout.write(
      printJsonLine({ type: 'failed', diagnostics: diagnosticsAsData(diagnostics, readerOf(root)) }),
    );
  } else if (parsed.output === 'github' || parsed.output === 'sarif') {
    const { printFindings } = await import('./report/formats.ts');
    await printFindings(parsed.output, { diagnostics }, root);
  } else {
    const { reportFindings } = await import('./report/findings.ts');
    const { countBySeverity } = await import('./report/diagnostics.ts');
    reportFindings(diagnostics, root);
    process.stderr.write(`${countBySeverity(diagnostics)}\n`);
  }
  return error instanceof Interrupted ? error.exitCode : exitCodeOf(diagnostics) || 1;
}

function diagnosticsOf(error: unknown): readonly Diagnostic[] {
  if (error instanceof LayersError) return error.diagnostics;
  if (error instanceof UsageError) {
    return failure('input', 'usage', error.message.replaceAll(/\s+/g, ' '), {
      hint: '`layers --help`, or `layers <command> --help`.',
    }).diagnostics;
  }
  return failure('internal', 'bug', 'a bug of ours, please report it with this text and the command', {
    detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
  }).diagnostics;
}

/** The value of an option as it was typed: after a failure there is no parsed one. */
function optionOf(...names: string[]): string | undefined {
  for (const [index, arg] of args.entries()) {
    if (names.includes(arg)) return args[index + 1];
    const name = names.find((candidate) => arg.startsWith(`${candidate}=`));
    if (name !== undefined) return arg.slice(name.length + 1);
    const short = names.find((candidate) => /^-\w$/.test(candidate) && arg.startsWith(candidate));
    if (short !== undefined) return arg.slice(short.length);
  }
  return undefined;
}
