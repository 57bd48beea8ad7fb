import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Argv } from 'yargs';
import type { Delivered } from '../actions/apply-pins.ts';
import type { Delivery, Publication } from '../build/delivery.ts';
import { failure, LayersError } from '../diagnostics.ts';
import { formatRemoteBranch } from '../git/remote.ts';

/** What every verb takes that pins. */
export interface DeliveryArguments {
  readonly commit?: boolean;
  readonly pushCommit?: boolean;
  readonly onto?: string | undefined;
  readonly branch?: string | undefined;
  readonly publish?: string | undefined;
  readonly message?: string | undefined;
  readonly trailer?: string[];
  readonly prTitle?: string | undefined;
  readonly prBody?: string | undefined;
}

export function deliveryOptions(yargs: Argv) {
  return yargs
    .option('commit', {
      type: 'boolean',
      default: false,
      describe: 'Commit the lock and dist/, and nothing else',
    })
    .option('push-commit', {
      type: 'boolean',
      default: false,
      describe: "Commit, and push the commit to the branch's upstream (images: --push)",
    })
    .option('onto', {
      type: 'string',
      describe: 'Commit, and push to this branch, as <remote>#<branch>',
    })
    .option('branch', {
      type: 'string',
      describe:
        'Commit to a branch of its own for a pull request, and push that; auto: named after the pools',
    })
    .option('publish', {
      type: 'string',
      describe: 'Commit, and copy the manifests into another repository, as <repository>#<branch>:<path>',
    })
    .option('message', { type: 'string', describe: "The commit's message, in the place of ours" })
    .option('trailer', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
      describe: 'A line at the end of the message, as <key>=<value> (may be repeated)',
    })
    .option('pr-title', { type: 'string', describe: 'Write the title of a pull request to this file' })
    .option('pr-body', { type: 'string', describe: 'Write its text, in Markdown, to this file' });
}

/** Where pins go; each of the options that need a commit asks for one. */
export function deliveryOf(argv: DeliveryArguments): Delivery {
  const { onto, branch, publish, message, trailer = [], prTitle, prBody } = argv;
  const push = (argv.pushCommit ?? false) || onto !== undefined || branch !== undefined;
  const commit = (argv.commit ?? false) || push || publish !== undefined;
  if (branch !== undefined && publish !== undefined) {
    throw failure('input', 'publish-with-branch', '--publish copies manifests that nobody has reviewed yet', {
      hint: 'With --branch they are reviewed in a pull request first: publish after its merge, on the branch it goes into.',
    });
  }
  const needy = Object.entries({ message, 'pr-title': prTitle, 'pr-body': prBody, trailer: trailer[0] });
  const [unused] = needy.find(([, value]) => value !== undefined) ?? [];
  if (!commit && unused !== undefined) {
    throw failure('input', 'delivery-without-commit', `--${unused} is of a commit, and none is to be made`, {
      hint: 'Add --commit, --push-commit or --branch.',
    });
  }
  for (const [option, file] of Object.entries({ 'pr-title': prTitle, 'pr-body': prBody }))
    if (file !== undefined) assertFolder(option, resolve(file));
  return {
    commit,
    push,
    ...(onto !== undefined && { onto: remoteBranch(onto) }),
    ...(branch !== undefined && { branch }),
    ...(publish !== undefined && { publish: publicationOf(publish) }),
    ...(message !== undefined && { message }),
    trailers: trailer.map(trailerOf),
    ...(prTitle !== undefined && { prTitle: resolve(prTitle) }),
    ...(prBody !== undefined && { prBody: resolve(prBody) }),
  };
}

/** Before a build and a push, and not after them. */
function assertFolder(option: string, file: string): void {
  if (statSync(dirname(file), { throwIfNoEntry: false })?.isDirectory()) return;
  throw failure('input', 'out-unwritable', `--${option}: there is no folder ${dirname(file)}`, {
    hint: 'Name a file in a folder that is there.',
  });
}

function remoteBranch(text: string): { remote: string; branch: string } {
  const [, remote, branch] = /^([^-#\s][^#\s]*)#([^#:\s]+)$/.exec(text) ?? [];
  if (remote === undefined || branch === undefined) {
    throw failure('input', 'onto-form', '--onto takes a remote and a branch', {
      hint: '--onto <remote>#<branch>, as in --onto origin#main. A URL will do for the remote.',
    });
  }
  assertNoPassword(remote, '--onto');
  return { remote, branch };
}

function publicationOf(text: string): Publication {
  const [, repository, branch, path] = /^([^-#\s][^#]*)#([^#:\s]+):([^#]+)$/.exec(text) ?? [];
  if (repository === undefined || branch === undefined || path === undefined) {
    throw failure('input', 'publish-form', '--publish takes a repository, a branch, and a path in it', {
      hint: '--publish <repository>#<branch>:<path>, as in https://git.example.com/gitops.git#main:clusters/prod.',
    });
  }
  assertNoPassword(repository, '--publish');
  const parts = path.replace(/\/$/, '').split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..' || part.toLowerCase() === '.git')) {
    throw failure(
      'input',
      'publish-path',
      `--publish: ${path} is not a folder below the root of a repository`,
      {
        hint: 'A relative path without "." and "..": the folder is ours as far as *.k8s.yaml goes.',
      },
    );
  }
  // As git tells a folder from a URL and from host:path.
  const isElsewhere = /^[a-z][a-z0-9+.-]*:\/\//i.test(repository) || /^[^/]+:/.test(repository);
  return { repository: isElsewhere ? repository : resolve(repository), branch, path: parts.join('/') };
}

/** Whatever is on a command line is everybody's on that machine, and ends up in logs. */
function assertNoPassword(repository: string, option: string): void {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/@]*:[^/@]*@/i.test(repository)) return;
  throw failure('input', 'url-password', `${option}: there is a password in the URL`, {
    hint: 'Leave it out. Git asks its credential helper, or ssh: in CI, `git config credential.helper` as in docs/continuous-integration.md.',
  });
}

function trailerOf(text: string): string {
  const [, key, value] = /^([A-Za-z][A-Za-z0-9-]*)=([^\r\n]+)$/.exec(text) ?? [];
  if (key !== undefined && value !== undefined) return `${key}: ${value.trim()}`;
  throw failure('input', 'trailer-form', `--trailer takes a key and a value, and got ${text}`, {
    hint: '--trailer <key>=<value>, as in --trailer Change=CHG-1234: one line, and a key of letters, digits and dashes.',
  });
}

/** Writes the files for a pull request, where they are asked for. */
export async function writeRequest(
  delivered: Delivered | undefined,
  where: { readonly root: string; readonly authfile: string | undefined },
): Promise<void> {
  if (delivered?.pullRequest === undefined) return;
  // Only here: it brings all that `layers diff` does.
  const { writePullRequest } = await import('./report/pull-request.ts');
  await writePullRequest(delivered, where);
}

/** What became of the pins, as lines for people. */
export function describeDelivered(
  delivered: Delivered,
  asked: boolean,
  written = 'pinned in the lock, and dist/ written',
): string {
  const { pinned, commit, pushed, checkedOut, published } = delivered;
  const id = commit?.slice(0, 12);
  const lines = pushed
    ? [`pushed ${id} to ${formatRemoteBranch(pushed)}`]
    : commit !== undefined
      ? [...(pinned ? [written] : []), `committed ${id}`]
      : [pinned ? written : 'the lock has it already', ...(asked ? ['nothing to commit'] : [])];
  if (checkedOut === false)
    lines.push(
      'the checkout is as it was: it has changes, or commits, of its own. `git pull --rebase` gets the pins',
    );
  if (published !== undefined) {
    const to = `${formatRemoteBranch({ remote: published.repository, branch: published.branch })}:${published.path}`;
    lines.push(
      published.commit
        ? `published ${published.commit.slice(0, 12)} to ${to}`
        : `${to} has the manifests already`,
    );
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** The same as data. */
export function deliveredAsData({ findings, pinned, superseded, pullRequest, ...rest }: Delivered): object {
  return { ...rest, ...(superseded.length > 0 && { superseded }) };
}

export function throwFindings({ findings }: Delivered): void {
  if (findings.length > 0) throw new LayersError(findings);
}
