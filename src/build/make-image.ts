import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { failure } from '../diagnostics.ts';
import type { BuildRequest, Destination, EngineEvent } from '../engines/engine.ts';
import { contentTag } from '../plan/arguments.ts';
import type { BuildPlan } from '../plan/plan.ts';
import type { Digest } from '../values/digest.ts';
import { formatImageRef, parseImageRef } from '../values/image-ref.ts';
import { stageContext } from './context.ts';
import { buildFolder } from './dist.ts';
import { tagExists } from './find-image.ts';
import { withSpace } from './free-space.ts';
import { type Group, namesOf, titleOf, whose } from './groups.ts';
import { writePushing } from './journal.ts';
import { keepLayout, layoutFolder, readLayout } from './layout.ts';
import { assertNoSecrets } from './leaks.ts';
import { publish } from './publish.ts';
import { logOf, type Run, withScratch } from './run.ts';
import { type StagedSecret, withSecrets } from './secrets.ts';

/** An image, and what it took to make it. */
export interface MadeImage {
  readonly digest: Digest;
  readonly seconds: number;
  /** The instructions of layers, and how many of them were in the engine's cache. */
  readonly steps: { readonly total: number; readonly cached: number };
  /** Bytes that a node pulls which has none of it; unknown of what was not pushed. */
  readonly size?: number;
}

/** Builds with an engine, and pushes or stores what comes of it. */
export async function makeImage(
  run: Run,
  group: Group,
  plan: BuildPlan,
  images: readonly string[],
): Promise<MadeImage> {
  const { root, signal, onEvent, authFile } = run;
  const { hash } = group;
  const started = performance.now();
  const names = titleOf(group);
  const steps = countSteps(plan);
  const inScratch = async (scratch: string, staged: readonly StagedSecret[]) => {
    const { engine, version } = await run.engine$();
    const log = logOf(root, hash);
    await mkdir(dirname(log), { recursive: true });
    await rm(log, { force: true });
    onEvent({ type: 'started', ...whose(group), engine: engine.name, version, log });
    const context = join(scratch, 'context');
    await stageContext(root, plan, context);
    const destination = await destinationOf(run, hash, images[0]!, scratch);
    const request: BuildRequest = {
      ...{ plan, context, destination, log, scratch, signal },
      ...{ pools: namesOf(group).join(', '), title: names },
      secrets: new Map(staged.map(({ secret, folder }) => [secret.name, folder])),
      ...(staged.length > 0 && { examine: (archive) => assertNoSecrets(archive, staged, names) }),
      containerfile: join(root, buildFolder(hash), 'Containerfile'),
      insecureBase: await anyInsecure(run, [plan.base, ...(plan.stages ?? []).map(({ from }) => from)]),
      ...(authFile && { authFile }),
      ...(run.debugShell && { debugShell: true }),
      onEvent: (event) => {
        steps.count(event);
        onEvent({ hash, ...event });
      },
      beforePush: (config) => beforePush(run, destination, plan, config),
    };
    const made = await withSpace(run, engine, request, () => engine.build(request));
    if (destination.kind === 'layout') {
      await store(root, hash, destination.folder, made);
      return { digest: made };
    }
    const { insecure } = destination;
    const ref = { ...parseImageRef(images[0]!), digest: made };
    const source = { kind: 'registry', ref, insecure } as const;
    const size = await publish(run, hash, { image: images[0]!, digest: made, source }, images, plan);
    return { digest: made, size };
  };
  const made = await withScratch(root, hash, (scratch) =>
    withSecrets(plan.secrets ?? [], run.secrets, names, scratch, (staged) => inScratch(scratch, staged)),
  );
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  const image = { ...made, seconds, steps: { total: steps.total, cached: steps.cached() } };
  onEvent({ type: 'finished', ...whose(group), pushed: run.push, ...image });
  return image;
}

/** Counts what of the layers was in the cache. What an engine adds itself came from no layer. */
function countSteps({ stages = [], steps }: BuildPlan) {
  const ofLayers = new Set<number>();
  let cached = new Set<number>();
  return {
    total: [...stages.flatMap((stage) => stage.steps), ...steps].length,
    cached: () => [...cached].filter((index) => ofLayers.has(index)).length,
    count(event: EngineEvent): void {
      // The first step again: another try.
      if (event.type === 'step' && event.index === 1) cached = new Set();
      if (event.type === 'step' && event.from !== undefined) ofLayers.add(event.index);
      if (event.type === 'cached') cached.add(event.index);
    },
  };
}

async function destinationOf(run: Run, hash: string, image: string, scratch: string): Promise<Destination> {
  if (!run.push) return { kind: 'layout', folder: join(scratch, 'image') };
  const ref = { ...parseImageRef(image), tag: contentTag(hash) };
  return { kind: 'registry', ref, insecure: await run.registries.isInsecure(ref) };
}

/** Somebody else may have pushed this build since it was looked for, minutes ago. Then notes what is to be pushed. */
async function beforePush(
  run: Run,
  destination: Destination,
  plan: BuildPlan,
  config: string,
): Promise<void> {
  if (destination.kind === 'layout') return;
  const { ref } = destination;
  await run.beforePush?.(ref.registry);
  const { hash } = plan;
  const image = formatImageRef({ ...ref, tag: undefined });
  const there = await run.registries.find(ref);
  if (there !== undefined) throw tagExists(image, hash, there);
  await writePushing(run.root, hash, { image, config: `sha256:${config.replace(/^sha256:/, '')}` });
}

async function store(root: string, hash: string, made: string, digest: Digest): Promise<void> {
  if ((await readLayout(made)) !== digest) {
    throw failure('build', 'store-failed', `the image that was stored for ${hash} is not ${digest}`);
  }
  await keepLayout(made, layoutFolder(root, hash));
}

export async function anyInsecure({ registries }: Run, images: readonly string[]): Promise<boolean> {
  const refs = images.map(parseImageRef);
  for (const ref of refs) await registries.assertPullable(ref);
  for (const ref of refs) if (await registries.isInsecure(ref)) return true;
  return false;
}
