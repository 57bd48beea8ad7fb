import type { Delivered } from '../../actions/apply-pins.ts';
import { diff } from '../../actions/diff.ts';
import { pullRequestBody, titleOf } from '../../actions/pull-request.ts';
import { LayersError } from '../../diagnostics.ts';
import { writeOut } from '../write-out.ts';
import { LIMIT, printMarkdown } from './diff/markdown.ts';
import { waitingReport } from './waiting.ts';

/** Writes the title and the text of a pull request, where they are asked for: what was pinned, and what `layers diff` says of it. */
export async function writePullRequest(
  { pullRequest, commit }: Delivered,
  { root, authfile }: { readonly root: string; readonly authfile?: string | undefined },
): Promise<void> {
  if (pullRequest === undefined) return;
  const { titleFile, bodyFile, moves, verb } = pullRequest;
  if (titleFile !== undefined) await writeOut('pr-title', titleFile, `${titleOf(moves, verb)}\n`);
  if (bodyFile === undefined) return;
  const body = pullRequestBody(moves);
  const sections =
    commit === undefined
      ? []
      : [await meaningOf(commit, { root, authfile, room: LIMIT - Buffer.byteLength(body) })];
  await writeOut('pr-body', bodyFile, pullRequestBody(moves, sections));
}

/** What a commit means to nodes. It is pushed by now: what cannot be told of it is no reason to fail. */
async function meaningOf(
  commit: string,
  { root, authfile, room }: { root: string; authfile: string | undefined; room: number },
): Promise<string> {
  const waiting = waitingReport();
  const onRead = ({ image }: { readonly image: string }) => waiting.on(`reading ${image}`);
  try {
    const id = commit.slice(0, 12);
    const revision = `${id}^..${id}`;
    return printMarkdown(await diff({ root, revision, packages: 'auto', authfile, onRead }), room);
  } catch (error) {
    if (!(error instanceof LayersError)) throw error;
    return `\`layers diff\` cannot say what this means to nodes: ${error.diagnostics[0]!.message}`;
  } finally {
    waiting.end();
  }
}
