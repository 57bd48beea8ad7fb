import { join } from 'node:path';
import type { BuildEvent } from '../build/events.ts';
import { patience } from '../build/patience.ts';
import { type JudgedTag, judgeTags, type Needs } from '../build/tags.ts';
import { type Diagnostic, failure } from '../diagnostics.ts';
import { openGit } from '../git/repository.ts';
import { type Recent, versionsOf, whatIsMissing } from '../git/versions.ts';
import { openPlaces, type Places } from '../registry/places.ts';
import { LAYERS } from '../spec/load.ts';
import { readFiles } from '../synth/dist.ts';
import { type Rendered, render } from '../synth/synth.ts';
import { parseImageRef } from '../values/image-ref.ts';
import { alone } from './alone.ts';

export interface PruneOptions {
  readonly root: string;
  /** How much of git's history needs its images, beside what every branch and tag has now. */
  readonly keepHistory: Recent;
  /** Days: younger images are kept. */
  readonly minAge: number;
  /** Really delete. */
  readonly delete: boolean;
  /** Go on in a clone without all branches and all history. */
  readonly allowShallow: boolean;
  readonly authFile?: string | undefined;
  /** Called before each repository. */
  readonly onRepository: (image: string) => void;
  /** Called where another process is waited for. */
  readonly onWait: (pid: number, host: string) => void;
}

/** What it was judged by. */
export interface Considered {
  /** Branches and tags, as they were fetched last. */
  readonly refs: readonly string[];
  /** Recent commits that changed a pin. */
  readonly commits: number;
  /** Versions of locks and of what is to be built. */
  readonly versions: number;
}

export interface PrunedTag extends JudgedTag {
  readonly deleted?: boolean;
}

export interface PruneResult {
  readonly considered: Considered;
  readonly repositories: readonly { readonly image: string; readonly tags: readonly PrunedTag[] }[];
  /** Registries that gave no answer, or deleted nothing. */
  readonly failures: readonly Diagnostic[];
}

const DAY = 24 * 3_600_000;
/** Where git says which images are needed: the locks, and what is to be built and may be pushed already. */
const PATTERNS = [
  { folder: 'layers', ending: '.lock' },
  { folder: 'dist', ending: '.build' },
];

/** Finds the tags of builds that neither a pin nor recent history needs, and deletes them where that is asked for. */
export async function prune(options: PruneOptions): Promise<PruneResult> {
  if (!options.delete) return pruneAlone(options);
  const { root, onWait } = options;
  // A build here may push meanwhile what is not in git yet. Who stops this ends the process.
  const { signal } = new AbortController();
  const onEvent = (event: BuildEvent) => event.type === 'waiting' && onWait(event.pid, event.host);
  return alone({ root, signal, onEvent }, () => pruneAlone(options));
}

async function pruneAlone(options: PruneOptions): Promise<PruneResult> {
  const { root, authFile, onRepository } = options;
  const rendered = render(root);
  await assertHistory(options);
  const { needs, considered } = await whatIsNeeded(rendered, options);
  const images = [...new Set(rendered.pools.flatMap(({ image }) => image ?? []))].sort();
  const places = openPlaces({ authfile: authFile });
  const { ask, unanswered } = patience();
  const repositories: { image: string; tags: PrunedTag[] }[] = [];
  try {
    for (const image of images) {
      const { registry: host } = parseImageRef(image);
      onRepository(image);
      await ask(host, async () => {
        const registry = await places.pushed(parseImageRef(image));
        const since = Date.now() - options.minAge * DAY;
        const tags: PrunedTag[] = await judgeTags(registry, image, { needs, since });
        repositories.push({ image, tags });
      });
    }
    if (options.delete) for (const one of repositories) one.tags = await deleteFrom(one, places, ask);
  } finally {
    places.close();
  }
  return { considered, repositories, failures: unanswered() };
}

/** Deletes by digest, one after the other: with the first refusal it ends. */
async function deleteFrom(
  { image, tags }: { readonly image: string; readonly tags: readonly PrunedTag[] },
  places: Places,
  ask: ReturnType<typeof patience>['ask'],
): Promise<PrunedTag[]> {
  const ref = parseImageRef(image);
  const done = new Set<string>();
  for (const { tag, digest, kept } of tags) {
    if (kept !== undefined || done.has(digest)) continue;
    await ask(ref.registry, async () => {
      const registry = await places.pushed(ref);
      // It took a while to get here.
      const now = await registry.headManifest({ ...ref, tag });
      if (now !== undefined && now.digest !== digest) return;
      await registry.deleteManifest(ref.repository, digest);
      done.add(digest);
    });
  }
  return tags.map((tag) => (tag.kept === undefined ? { ...tag, deleted: done.has(tag.digest) } : tag));
}

async function assertHistory({ root, allowShallow }: PruneOptions): Promise<void> {
  if ((await openGit(root)) === undefined) {
    throw failure(
      'input',
      'no-git',
      `${root} is in no git repository: it is not known which images are needed`,
      {
        hint: 'Run it in a clone of the repository, with all of its branches.',
      },
    );
  }
  const missing = allowShallow ? undefined : await whatIsMissing(root);
  if (missing === undefined) return;
  const [what, way] =
    missing === 'shallow'
      ? ['is shallow', '`git fetch --unshallow`, or `fetch-depth: 0` in CI']
      : ['has one branch only', '`git remote set-branches origin "*"`, then `git fetch`'];
  throw failure('input', 'history-incomplete', `this clone ${what}: what others need is not known here`, {
    hint: `Get all of it: ${way}. With --allow-shallow, what is here is taken for all there is.`,
  });
}

/** Everything that looks like a digest or a build's hash, in any version: to keep too much does no harm. */
async function whatIsNeeded(
  { pools }: Rendered,
  { root, keepHistory }: PruneOptions,
): Promise<{ needs: Needs; considered: Considered }> {
  const { text, count, refs, commits } = await versionsOf(root, PATTERNS, keepHistory);
  const here = [...readFiles(join(root, LAYERS))]
    .filter(([path]) => path.endsWith('.lock'))
    .map(([, bytes]) => Buffer.from(bytes ?? []).toString('utf8'));
  const all = [text, ...here].join('\n');
  return {
    needs: {
      builds: new Set([...pools.map(({ hash }) => hash), ...(all.match(/\b[0-9a-f]{32}\b/g) ?? [])]),
      digests: new Set(all.match(/\bsha256:[0-9a-f]{64}\b/g)),
    },
    considered: { refs, commits, versions: count },
  };
}
