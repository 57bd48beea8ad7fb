import { availableParallelism } from 'node:os';
import type { Argv } from 'yargs';
import { build } from '../../actions/build.ts';
import { failure, LayersError } from '../../diagnostics.ts';
import type { EngineName } from '../../engines/engine.ts';
import { type GlobalOptions, isJson, rootOf } from '../context.ts';
import {
  type DeliveryArguments,
  deliveredAsData,
  deliveryOf,
  deliveryOptions,
  describeDelivered,
  writeRequest,
} from '../delivery.ts';
import { interruptible } from '../interrupt.ts';
import { printJsonLine } from '../report/json.ts';
import { resultTable } from '../report/pools.ts';
import { progressReport } from '../report/progress.ts';
import { summaryTable } from '../report/summary.ts';

export function options(yargs: Argv) {
  yargs
    .positional('pool', {
      type: 'string',
      array: true,
      describe: 'Pools to build, or clusters; all pools where none is named',
    })
    .option('pin', {
      type: 'boolean',
      default: false,
      describe: 'Write the digests into the lock, and dist/ again',
    });
  deliveryOptions(yargs);
  return yargs
    .option('push', {
      type: 'boolean',
      default: true,
      describe: 'Push; --no-push keeps images under .layers/images',
    })
    .option('adopt', {
      type: 'boolean',
      default: false,
      describe: "Take images that the registry has under a build's tag",
    })
    .option('engine', {
      choices: ['buildah', 'podman'] as const,
      describe: 'What builds; the first one that is here',
    })
    .option('secret', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
      describe: 'A secret of the layers, as <name>=<folder>: the folder has its files (may be repeated)',
    })
    .option('entitlement', {
      type: 'string',
      describe: "A folder of a RHEL subscription's certificates; the host's own",
    })
    .option('jobs', {
      type: 'number',
      describe: 'How many builds run side by side; as many as the machine has cores',
    })
    .option('keep-going', {
      type: 'boolean',
      default: false,
      describe: 'Build the others after a failure, and pin those that succeed (with --pin)',
    })
    .option('fail-fast', {
      type: 'boolean',
      default: true,
      describe: 'Start no build after a failure, and pin none; --no-fail-fast is --keep-going',
    })
    .option('resume', {
      type: 'boolean',
      default: false,
      describe:
        'Do what the last run was asked for that was stopped or failed: its pools, --pin, and where pins go',
    })
    .option('debug-shell', {
      type: 'boolean',
      default: false,
      describe: 'Open a shell in the state before the instruction that fails (with one pool, on a terminal)',
    })
    .option('preflight', {
      type: 'boolean',
      default: true,
      describe: 'Try the builds that clusters make of their MachineOSConfigs; --no-preflight skips them',
    })
    .option('rendered', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
      describe:
        'A saved rendered MachineConfig, as <pool>=<file>; layers/rendered/<pool>.yaml (may be repeated)',
    })
    .option('etc-yum-repos-d', {
      type: 'string',
      describe: "A folder with what the clusters' ConfigMap etc-yum-repos-d has, for preflights",
    })
    .option('etc-pki-rpm-gpg', {
      type: 'string',
      describe: "A folder with what the clusters' Secret etc-pki-rpm-gpg has, for preflights",
    })
    .option('trust-bundle', {
      type: 'string',
      describe: "The clusters' additional trusted certificates, a PEM file, for preflights",
    })
    .option('authfile', { type: 'string', describe: "Credentials, in the form of docker's config.json" });
}

interface BuildArguments extends GlobalOptions, DeliveryArguments {
  readonly pool?: string[] | undefined;
  readonly pin?: boolean;
  readonly push?: boolean;
  readonly adopt?: boolean;
  readonly engine?: EngineName | undefined;
  readonly secret?: string[];
  readonly entitlement?: string | undefined;
  readonly jobs?: number | undefined;
  readonly keepGoing?: boolean;
  readonly failFast?: boolean;
  readonly resume?: boolean;
  readonly debugShell?: boolean;
  readonly authfile?: string | undefined;
  readonly preflight?: boolean;
  readonly rendered?: string[];
  readonly etcYumReposD?: string | undefined;
  readonly etcPkiRpmGpg?: string | undefined;
  readonly trustBundle?: string | undefined;
}

export async function run(argv: BuildArguments): Promise<void> {
  const json = isJson(argv);
  const delivery = deliveryOf(argv);
  if (delivery.commit && !argv.pin && !argv.resume) {
    throw failure('input', 'commit-without-pin', '--commit commits a pin, and nothing is to be pinned', {
      hint: 'Add --pin.',
    });
  }
  if (argv.debugShell) assertShell(argv.pool ?? [], json);
  const report = progressReport();
  const result = await interruptible((signal) => {
    signal.addEventListener('abort', report.leave);
    return build({
      root: rootOf(argv),
      pools: argv.pool ?? [],
      pin: argv.pin ?? false,
      delivery,
      push: argv.push ?? true,
      adopt: argv.adopt ?? false,
      // A shell has the terminal to itself; and a cluster's name stands for several pools.
      jobs: argv.debugShell ? 1 : jobsOf(argv.jobs),
      keepGoing: (argv.keepGoing ?? false) || !(argv.failFast ?? true),
      resume: argv.resume ?? false,
      ...(argv.engine && { engine: argv.engine }),
      secrets: {
        ...(argv.entitlement && { entitlement: argv.entitlement }),
        folders: foldersOf(argv.secret ?? []),
      },
      ...(argv.debugShell && { debugShell: true }),
      ...(argv.authfile && { authFile: argv.authfile }),
      ...((argv.preflight ?? true) && { preflight: preflightSources(argv) }),
      signal,
      onEvent: (event) => (json ? process.stdout.write(printJsonLine(event)) : report.event(event)),
    }).finally(report.end);
  }, '`layers build --resume` goes on with it.');
  const { failures, held, delivered, ...rest } = result;
  await writeRequest(delivered, { root: rootOf(argv), authfile: argv.authfile });
  const failed = new LayersError([...failures, ...held, ...(delivered?.findings ?? [])]);
  const isOver = failures.length > 0 && !argv.keepGoing && (argv.failFast ?? true);
  if (json) {
    const more = delivered && deliveredAsData(delivered);
    if (!isOver) process.stdout.write(printJsonLine({ type: 'result', ...rest, ...more }));
    if (failed.diagnostics.length > 0) throw failed;
    return;
  }
  process.stderr.write(summaryTable(result.pools));
  if (isOver) throw failed;
  process.stdout.write(resultTable(result.pools));
  if (delivered !== undefined && (failed.diagnostics.length === 0 || delivered.pinned))
    process.stderr.write(describeDelivered(delivered, delivery.commit));
  if (failed.diagnostics.length > 0) throw failed;
}

function jobsOf(given: number | undefined): number {
  if (given === undefined) return availableParallelism();
  if (Number.isInteger(given) && given > 0) return given;
  throw failure('input', 'jobs-form', '--jobs takes a whole number, 1 or more');
}

/** A shell is for a person, who looks into one build. */
function assertShell(pools: readonly string[], json: boolean): void {
  if (pools.length !== 1) {
    throw failure('input', 'debug-shell-pools', '--debug-shell looks into the build of one pool', {
      hint: 'Name it: `layers build <pool> --debug-shell`.',
    });
  }
  if (json || !process.stdin.isTTY || !process.stdout.isTTY) {
    throw failure('input', 'debug-shell-terminal', '--debug-shell needs a terminal, and this is none', {
      hint: 'Run it by hand, without a pipe and without --output json. In CI, leave it out.',
    });
  }
}

function preflightSources({ rendered, etcYumReposD, etcPkiRpmGpg, trustBundle }: BuildArguments) {
  return {
    rendered: new Map((rendered ?? []).map(renderedOf)),
    ...(etcYumReposD && { yumRepos: etcYumReposD }),
    ...(etcPkiRpmGpg && { rpmGpg: etcPkiRpmGpg }),
    ...(trustBundle && { trustBundle }),
  };
}

function renderedOf(text: string): readonly [pool: string, file: string] {
  const [, pool, file] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (pool !== undefined && file !== undefined) return [pool, file];
  throw failure('input', 'rendered-form', `--rendered takes a pool and a file, and got ${text}`, {
    hint: '--rendered <pool>=<file>: the file has the rendered MachineConfig of the pool.',
  });
}

/** Secrets come as folders, so that none of them is on a command line. */
function foldersOf(given: readonly string[]): Map<string, string> {
  return new Map(
    given.map((text) => {
      const [, name, folder] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
      if (name !== undefined && folder !== undefined) return [name, folder];
      // What was given may be the secret itself.
      throw failure('input', 'secret-form', '--secret takes a name and a folder', {
        hint: '--secret <name>=<folder>: the folder has the files of the secret, such as username and password.',
      });
    }),
  );
}
