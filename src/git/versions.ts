import { type GitOptions, gitIn, runOrThrow } from './run.ts';

/** Files below folders of this name, wherever those are, whose names end so. */
export interface FilePattern {
  readonly folder: string;
  readonly ending: string;
}

/** How far back: days, or commits that changed such a file. */
export type Recent = { readonly days: number } | { readonly commits: number };

/** What files were at the tip of every branch and tag, and in recent commits before it. */
export interface Versions {
  /** All of their texts, one after the other. */
  readonly text: string;
  readonly count: number;
  /** Branches, local and remote, and tags: as they were fetched last. */
  readonly refs: readonly string[];
  /** Recent commits that changed one of the files. */
  readonly commits: number;
}

/** Every version of some files that is not long gone, on whichever branch. What one commit replaced was there until then: it counts, too. */
export async function versionsOf(
  directory: string,
  patterns: readonly FilePattern[],
  recent: Recent,
  options: GitOptions = {},
): Promise<Versions> {
  const run = gitIn(directory, options);
  const refs = lines(
    await runOrThrow(run, ['for-each-ref', '--format=%(if)%(symref)%(then)%(else)%(refname:short)%(end)']),
  );
  if (lines(await runOrThrow(run, ['rev-list', '--all', '--max-count=1'])).length === 0) {
    return { text: '', count: 0, refs, commits: 0 };
  }
  const tips = lines(await runOrThrow(run, ['rev-list', '--objects', '--no-walk', '--all'])).flatMap(
    (line) => {
      const [, id, path] = /^([0-9a-f]+) (.+)$/.exec(line) ?? [];
      return id !== undefined && patterns.some((pattern) => matches(path!, pattern)) ? [id] : [];
    },
  );
  const log = await runOrThrow(run, [
    ...['log', '--all', '--full-history', '-m', '--root', '--raw', '--no-abbrev', '--no-renames'],
    ...[
      '--format=%H',
      'days' in recent ? `--since=${recent.days}.days.ago` : `--max-count=${recent.commits}`,
    ],
    ...['--', ...patterns.map(({ folder, ending }) => `:(top,glob)**/${folder}/**/*${ending}`)],
  ]);
  const changes = [...log.matchAll(/^:\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) /gm)];
  const ids = [...new Set([...tips, ...changes.flatMap(([, before, after]) => [before!, after!])])].filter(
    (id) => !/^0+$/.test(id),
  );
  const commits = new Set(lines(log).filter((line) => /^[0-9a-f]{40,}$/.test(line)));
  const text = await runOrThrow(run, ['cat-file', '--batch'], `${ids.join('\n')}\n`);
  return { text, count: ids.length, refs, commits: commits.size };
}

/** Why a clone does not have all branches with all of their history; undefined where it has. */
export async function whatIsMissing(
  directory: string,
  options: GitOptions = {},
): Promise<'shallow' | 'single-branch' | undefined> {
  const run = gitIn(directory, options);
  if ((await runOrThrow(run, ['rev-parse', '--is-shallow-repository'])).trim() === 'true') return 'shallow';
  const { stdout } = await run(['config', '--get-regexp', '^remote\\..*\\.fetch$']);
  const fetched = lines(stdout);
  return fetched.length === 0 || fetched.some((line) => line.includes('refs/heads/*:'))
    ? undefined
    : 'single-branch';
}

function matches(path: string, { folder, ending }: FilePattern): boolean {
  return path.endsWith(ending) && `/${path}`.includes(`/${folder}/`);
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
