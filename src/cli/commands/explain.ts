import type { Argv } from 'yargs';
import { explain } from '../../actions/explain.ts';
import { MOUNTED } from '../../actions/mounted.ts';
import { failure } from '../../diagnostics.ts';
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
    })
    .option('mosb', {
      type: 'boolean',
      describe: "The name of the operator's build of what is in dist/, and whether the saved cluster has it",
    })
    .option('merge', {
      type: 'boolean',
      describe: "Which of the pool's saved MachineConfigs win, and what the operator renders of them",
    })
    .option('mco-job', {
      type: 'boolean',
      describe: "Every object of the operator's build: ConfigMaps, Secrets, Job. Not to be applied",
    })
    .option('from', {
      type: 'string',
      describe: 'A must-gather, or a folder of saved objects, for the three above',
    })
    .option('release', {
      type: 'string',
      describe: "The release whose rules hold; where not given, the saved objects' own",
    })
    .option('dist', {
      type: 'boolean',
      describe: 'With --merge: merge what dist/ has of the pool, too',
    })
    .option('mounted', {
      type: 'string',
      array: true,
      choices: MOUNTED,
      describe: 'With --mco-job: what the cluster has, and was not saved',
    })
    .option('show-secrets', {
      type: 'boolean',
      describe: 'With --mco-job: print credentials, too',
    })
    .conflicts({ mosb: ['merge', 'mco-job', 'path'], merge: ['mco-job', 'path'], 'mco-job': ['path'] });
}

interface Options extends GlobalOptions {
  readonly pool?: string | undefined;
  readonly path?: string | undefined;
  readonly mosb?: boolean | undefined;
  readonly merge?: boolean | undefined;
  readonly mcoJob?: boolean | undefined;
  readonly from?: string | undefined;
  readonly release?: string | undefined;
  readonly dist?: boolean | undefined;
  readonly mounted?: (typeof MOUNTED)[number][] | undefined;
  readonly showSecrets?: boolean | undefined;
}

export async function run(argv: Options): Promise<void> {
  const { mosb, merge, mcoJob } = argv;
  const isOperators = mosb || merge || mcoJob;
  if (!isOperators) refuse('--mosb, --merge and --mco-job', { from: argv.from, release: argv.release });
  if (!merge) refuse('--merge', { dist: argv.dist });
  if (!mcoJob) refuse('--mco-job', { mounted: argv.mounted, 'show-secrets': argv.showSecrets });
  if (isOperators) await explainOperator(argv);
  else explainValues(argv);
}

/** Options that nothing would come of. */
function refuse(what: string, given: Readonly<Record<string, unknown>>): void {
  const name = Object.keys(given).find((key) => given[key] !== undefined);
  if (name === undefined) return;
  throw failure('input', 'usage', `--${name} is for ${what}`, {
    hint: 'Say what is to be explained: `layers explain --help` tells what each is.',
  });
}

/** What the operator makes of a pool, by what was saved of its cluster. */
async function explainOperator({ from, ...argv }: Options): Promise<void> {
  if (from === undefined) {
    throw failure('input', 'from-missing', 'where the saved objects are is not said', {
      hint: 'Name the folder: --from must-gather. `oc get … -o yaml` into files of any names does as well.',
    });
  }
  const options = { root: rootOf(argv), pool: argv.pool!, from, release: argv.release };
  const report = await import('../report/operator.ts');
  if (argv.mosb) {
    const { explainBuildName } = await import('../../actions/explain-mosb.ts');
    report.reportBuildName(explainBuildName(options), argv);
  } else if (argv.merge) {
    const { explainMerge } = await import('../../actions/explain-merge.ts');
    report.reportMerge(explainMerge({ ...options, dist: argv.dist === true }), argv);
  } else {
    const { explainJob } = await import('../../actions/explain-mco-job.ts');
    const more = { showSecrets: argv.showSecrets === true, mounted: argv.mounted ?? [] };
    report.reportJob(explainJob({ ...options, ...more }), argv);
  }
}

function explainValues(argv: Options): void {
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
