import { readFileSync } from 'node:fs';
import type { Argv } from 'yargs';
import { check } from '../../actions/check.ts';
import { checkManifests } from '../../actions/check-manifests.ts';
import { exitCodeOf, failure } from '../../diagnostics.ts';
import { type GlobalOptions, rootOf } from '../context.ts';
import { bytes } from '../report/amounts.ts';
import { printFindings } from '../report/formats.ts';
import { waitingReport } from '../report/waiting.ts';

export function options(yargs: Argv) {
  return yargs
    .option('strict', {
      type: 'boolean',
      default: false,
      describe: 'Make errors of warnings',
    })
    .option('online', {
      type: 'boolean',
      default: false,
      describe: 'Ask registries, too: for pinned images, and for the packages of bases',
    })
    .option('authfile', {
      type: 'string',
      describe: "With --online: credentials, in the form of docker's config.json",
    })
    .option('manifests', {
      type: 'array',
      string: true,
      describe: "Check these files, folders or - (stdin) of a cluster's objects instead of layers/",
    })
    .option('release', {
      type: 'string',
      describe: 'With --manifests: the OpenShift release whose rules hold, 4.18 to 5.1; the newest',
    });
}

interface CheckArguments extends GlobalOptions {
  readonly strict?: boolean;
  readonly online?: boolean;
  readonly authfile?: string | undefined;
  readonly manifests?: string[] | undefined;
  readonly release?: string | undefined;
}

export async function run(argv: CheckArguments): Promise<void> {
  const root = rootOf(argv);
  const strict = argv.strict ?? false;
  if (argv.online && argv.manifests !== undefined) {
    throw failure('input', 'usage', '--online is for pools: --manifests has none');
  }
  if (argv.manifests !== undefined) return manifests(argv, argv.manifests, root, strict);
  if (argv.online) return online(argv, root, strict);
  if (argv.release !== undefined) {
    throw failure('input', 'usage', '--release is for --manifests: pools say their release themselves');
  }
  if (argv.authfile !== undefined) throw failure('input', 'usage', '--authfile is for --online');
  const result = check({ root, strict });
  await printFindings(argv.output, result, root);
  process.exitCode = exitCodeOf(result.diagnostics);
}

/** Loaded only here: what asks registries is much, and rarely wanted. */
async function online({ output, authfile }: CheckArguments, root: string, strict: boolean): Promise<void> {
  const { checkWithRegistries } = await import('../../actions/check-online.ts');
  const waiting = waitingReport();
  const result = await checkWithRegistries({
    ...{ root, strict, authFile: authfile },
    onRead({ image, layer, of, bytes: size }) {
      if (output !== 'json') waiting.on(`reading ${image}, layer ${layer} of ${of} (${bytes(size)})`);
    },
  }).finally(waiting.end);
  await printFindings(output, result, root);
  process.exitCode = exitCodeOf(result.diagnostics);
}

async function manifests(
  { release: wanted, output }: CheckArguments,
  paths: readonly string[],
  root: string,
  strict: boolean,
): Promise<void> {
  if (paths.length === 0) {
    throw failure('input', 'usage', '--manifests names no file', { hint: 'Name files or folders, or -.' });
  }
  const { checked, release, ...result } = checkManifests({
    root,
    paths,
    strict,
    ...(wanted !== undefined && { release: wanted }),
    stdin: () => readFileSync(0, 'utf8'),
  });
  await printFindings(output, result, root, { release, checked });
  if (output !== 'json' && output !== 'sarif') {
    const objects = checked === 1 ? '1 object' : `${checked} objects`;
    process.stderr.write(`${objects} checked by the rules of OpenShift ${release}\n`);
  }
  process.exitCode = exitCodeOf(result.diagnostics);
}
