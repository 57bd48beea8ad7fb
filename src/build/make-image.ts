import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { failure } from '../diagnostics.ts';
import type { Destination } from '../engines/engine.ts';
import { contentTag } from '../plan/arguments.ts';
import type { BuildPlan } from '../plan/plan.ts';
import type { Digest } from '../values/digest.ts';
import { formatImageRef, parseImageRef } from '../values/image-ref.ts';
import { stageContext } from './context.ts';
import { buildFolder } from './dist.ts';
import { tagExists } from './find-image.ts';
import { checkSpace } from './free-space.ts';
import type { Group } from './groups.ts';
import { keepLayout, layoutFolder, readLayout } from './layout.ts';
import { assertNoSecrets } from './leaks.ts';
import { publish } from './publish.ts';
import { logOf, type Run, withScratch } from './run.ts';
import { type StagedSecret, withSecrets } from './secrets.ts';

/** Builds with an engine, and pushes or stores what comes of it. */
export async function makeImage(
  run: Run,
  group: Group,
  plan: BuildPlan,
  images: readonly string[],
): Promise<Digest> {
  const { root, signal, onEvent, authFile } = run;
  const { hash } = group;
  const started = performance.now();
  const { engine, version } = await run.engine$();
  const pools = group.pools.map(({ pool }) => pool);
  const log = logOf(root, hash);
  await mkdir(dirname(log), { recursive: true });
  await rm(log, { force: true });
  const names = pools.join(', ');
  onEvent({ type: 'started', hash, pools, engine: engine.name, version, log });
  const inScratch = async (scratch: string, staged: readonly StagedSecret[]): Promise<Digest> => {
    const context = join(scratch, 'context');
    await stageContext(root, plan, context);
    const destination = await destinationOf(run, hash, images[0]!, scratch);
    await checkSpace(run, engine, plan, names, scratch);
    const made = await engine.build({
      ...{ plan, context, destination, log, scratch, signal },
      pools: names,
      secrets: new Map(staged.map(({ secret, folder }) => [secret.name, folder])),
      ...(staged.length > 0 && { examine: (archive) => assertNoSecrets(archive, staged, names) }),
      containerfile: join(root, buildFolder(hash), 'Containerfile'),
      insecureBase: await anyInsecure(run, [plan.base, ...(plan.stages ?? []).map(({ from }) => from)]),
      ...(authFile && { authFile }),
      ...(run.debugShell && { debugShell: true }),
      onEvent: (event) => onEvent({ hash, ...event }),
      beforePush: () => assertUnwritten(run, destination, hash),
    });
    if (destination.kind === 'layout') await store(root, hash, destination.folder, made);
    else {
      const { insecure } = destination;
      const source = {
        kind: 'registry',
        ref: { ...parseImageRef(images[0]!), digest: made },
        insecure,
      } as const;
      await publish(run, hash, { image: images[0]!, digest: made, source }, images, plan);
    }
    return made;
  };
  const digest = await withSecrets(plan.secrets ?? [], run.secrets, names, (staged) =>
    withScratch(root, hash, (scratch) => inScratch(scratch, staged)),
  );
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  onEvent({ type: 'finished', hash, pools, digest, pushed: run.push, seconds });
  return digest;
}

async function destinationOf(run: Run, hash: string, image: string, scratch: string): Promise<Destination> {
  if (!run.push) return { kind: 'layout', folder: join(scratch, 'image') };
  const ref = { ...parseImageRef(image), tag: contentTag(hash) };
  return { kind: 'registry', ref, insecure: await run.registries.isInsecure(ref) };
}

/** Somebody else may have pushed this build since it was looked for, minutes ago. */
async function assertUnwritten({ registries }: Run, destination: Destination, hash: string): Promise<void> {
  if (destination.kind === 'layout') return;
  const { ref } = destination;
  const there = await registries.find(ref);
  if (there !== undefined) throw tagExists(formatImageRef({ ...ref, tag: undefined }), hash, there);
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
