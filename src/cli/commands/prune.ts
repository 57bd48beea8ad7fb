import type { Argv } from 'yargs';
import { type PruneResult, prune } from '../../actions/prune.ts';
import { failure, LayersError } from '../../diagnostics.ts';
import type { Recent } from '../../git/versions.ts';
import { type GlobalOptions, isJson, rootOf } from '../context.ts';
import { printJsonLine } from '../report/json.ts';
import { columns } from '../report/pools.ts';
import { waitingReport } from '../report/waiting.ts';

export function options(yargs: Argv) {
  return yargs
    .option('delete', { type: 'boolean', default: false, describe: 'Delete them, instead of listing them' })
    .option('keep-history', {
      type: 'string',
      default: '90d',
      describe:
        'How far back git needs its images: days, 90d, or so many commits that changed a pin, 50. What every branch and tag has now is always needed',
    })
    .option('min-age', {
      type: 'number',
      default: 7,
      describe: 'Keep images that are younger than so many days: their pins may not be in git yet',
    })
    .option('allow-shallow', {
      type: 'boolean',
      default: false,
      describe: 'Go on in a clone without all branches or all of their history',
    })
    .option('authfile', { type: 'string', describe: "Credentials, in the form of docker's config.json" });
}

interface PruneArguments extends GlobalOptions {
  readonly delete?: boolean;
  readonly keepHistory?: string;
  readonly minAge?: number;
  readonly allowShallow?: boolean;
  readonly authfile?: string | undefined;
}

export async function run(argv: PruneArguments): Promise<void> {
  const json = isJson(argv);
  const waiting = waitingReport();
  const { failures, ...result } = await prune({
    root: rootOf(argv),
    keepHistory: recentOf(argv.keepHistory ?? '90d'),
    minAge: daysOf(argv.minAge ?? 7),
    delete: argv.delete ?? false,
    allowShallow: argv.allowShallow ?? false,
    authFile: argv.authfile,
    onRepository: (image) => waiting.on(`looking at the tags of ${image}`),
    onWait: (pid, host) =>
      process.stderr.write(
        `waiting for another layers at work in this repository: process ${pid} on ${host}\n`,
      ),
  }).finally(waiting.end);
  if (json) process.stdout.write(printJsonLine({ type: 'result', ...result }));
  else {
    process.stdout.write(unneeded(result));
    process.stderr.write(summary(result, argv.delete ?? false));
  }
  if (failures.length > 0) throw new LayersError(failures);
}

type Listed = Omit<PruneResult, 'failures'>;

function unneeded({ repositories }: Listed): string {
  const rows = repositories.flatMap(({ image, tags }) =>
    tags
      .filter(({ kept }) => kept === undefined)
      .map(({ tag, digest, created = '', deleted }) => [
        `${image}:${tag}`,
        digest.slice(0, 19),
        created.slice(0, 10),
        ...(deleted === undefined ? [] : [deleted ? 'deleted' : 'not deleted']),
      ]),
  );
  return columns(rows);
}

/** By what it was judged: branches that were not fetched are not known. */
function summary({ considered, repositories }: Listed, isToDelete: boolean): string {
  const { refs, commits, versions } = considered;
  const tags = repositories.flatMap((repository) => repository.tags);
  const open = tags.filter(({ kept }) => kept === undefined);
  const reasons = new Map<string, number>();
  for (const { kept } of tags) if (kept !== undefined) reasons.set(kept, (reasons.get(kept) ?? 0) + 1);
  const kept = [...reasons].map(
    ([reason, count]) => `${count} ${count === 1 ? 'is' : 'are'} kept: ${reason}`,
  );
  const deleted = open.filter((tag) => 'deleted' in tag && tag.deleted).length;
  const end = isToDelete
    ? `${deleted} deleted; the registry frees their space when it collects its garbage`
    : open.length > 0
      ? 'this is a dry run: --delete deletes them'
      : 'there is nothing to delete';
  return [
    `needed: what git has of ${refs.length} branches and tags as they were fetched last (${named(refs)}), and of ${commits} recent commits, ${versions} versions in all`,
    `not needed: ${open.length} of ${tags.length} tags of builds, in ${repositories.map(({ image }) => image).join(', ') || 'no repository'}`,
    ...kept,
    end,
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function named(refs: readonly string[]): string {
  const first = refs.slice(0, 5).join(', ');
  return refs.length > 5 ? `${first} and ${refs.length - 5} more` : first || 'none';
}

function recentOf(text: string): Recent {
  const [, number, unit] = /^(\d{1,6})(d?)$/.exec(text) ?? [];
  if (number !== undefined) return unit === 'd' ? { days: Number(number) } : { commits: Number(number) };
  throw failure('input', 'keep-history-form', `--keep-history takes days or commits, and got ${text}`, {
    hint: 'Write 90d for all of the last 90 days, or 50 for the last 50 commits that changed a pin.',
  });
}

function daysOf(days: number): number {
  if (Number.isFinite(days) && days >= 0) return days;
  throw failure('input', 'min-age-form', '--min-age takes a number of days, 0 or more');
}
