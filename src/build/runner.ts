import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { failure } from '../diagnostics.ts';
import type { Destination, Engine, EngineName } from '../engines/engine.ts';
import { chooseEngine } from '../engines/index.ts';
import { copyImage } from '../engines/skopeo.ts';
import { contentTag } from '../plan/arguments.ts';
import type { BuildPlan } from '../plan/plan.ts';
import type { LockText } from '../spec/lock.ts';
import type { Digest } from '../values/digest.ts';
import { parseImageRef } from '../values/image-ref.ts';
import { stageContext } from './context.ts';
import { buildFolder, readPlan, readPoolBuilds } from './dist.ts';
import type { BuildEvent, PoolResult } from './events.ts';
import { type Group, groupByBuild, selectPools } from './groups.ts';
import { LOCAL, readPushed, writePushed } from './journal.ts';
import { openRegistries, type Registries } from './registries.ts';

export interface RunnerOptions {
  readonly root: string;
  readonly lock: LockText;
  /** Identities; none means every pool. */
  readonly pools: readonly string[];
  /** False keeps images on this machine. */
  readonly push: boolean;
  /** Use images that the registry has under a build's tag, and that neither the lock nor this machine knows. */
  readonly adopt: boolean;
  readonly engine?: EngineName;
  readonly authFile?: string;
  readonly signal: AbortSignal;
  readonly onEvent: (event: BuildEvent) => void;
}

export interface RunnerResult {
  readonly pools: readonly PoolResult[];
  readonly plans: ReadonlyMap<string, BuildPlan>;
}

/** What one run shares. */
interface Run extends RunnerOptions {
  readonly registries: Registries;
  /** Chosen and probed when the first build needs it: a run that builds nothing starts no engine. */
  readonly engine$: () => Promise<{ engine: Engine; version: string }>;
}

/** Builds what `dist/` says, and says what every image is. Pins nothing. */
export async function runBuilds(options: RunnerOptions): Promise<RunnerResult> {
  const { root, authFile, signal, onEvent } = options;
  const selected = selectPools(readPoolBuilds(root), options.pools);
  const registries = openRegistries({ ...(authFile && { authfile: authFile }), signal });
  let probed: Promise<{ engine: Engine; version: string }> | undefined;
  const engine$ = () => {
    probed ??= chooseEngine(options.engine).then(async (engine) => ({
      engine,
      version: await engine.probe(),
    }));
    return probed;
  };
  const results: PoolResult[] = [];
  const plans = new Map<string, BuildPlan>();
  try {
    for (const { pool } of selected.filter(({ by }) => by === 'cluster')) {
      onEvent({ type: 'skipped', pool, why: 'cluster' });
      results.push({ pool, result: 'skipped' });
    }
    for (const group of groupByBuild(selected)) {
      const plan = readPlan(root, group.hash);
      plans.set(group.hash, plan);
      results.push(...(await runGroup({ ...options, registries, engine$ }, group, plan)));
    }
  } finally {
    registries.close();
  }
  return { pools: results, plans };
}

async function runGroup(run: Run, group: Group, plan: BuildPlan): Promise<PoolResult[]> {
  const { lock, onEvent } = run;
  const { hash, pools } = group;
  const names = pools.map(({ pool }) => pool);
  const known = lock.builds[hash];
  const isPinned = (pool: Group['pools'][number]) =>
    known?.pushed === true &&
    lock.pools[pool.pool]?.build === hash &&
    lock.pools[pool.pool]?.image === pool.image;
  const resultOf = (result: PoolResult['result'], digest: string, pushed = true) =>
    pools.map(({ pool, image }): PoolResult => ({ pool, result, build: hash, image, digest, pushed }));

  if (run.push && known !== undefined && pools.every(isPinned)) {
    onEvent({ type: 'up-to-date', hash, pools: names, digest: known.digest });
    return resultOf('unchanged', known.digest);
  }
  const images = [...new Set(pools.map(({ image }) => image))];
  if (run.push) {
    const found = await findImage(run, hash, images, plan);
    if (found !== undefined) {
      await copyToAll(run, hash, found, images, plan);
      return resultOf(found.how, found.digest);
    }
  }
  if (group.byJob) {
    for (const pool of names) onEvent({ type: 'skipped', pool, why: 'job' });
    return names.map((pool) => ({ pool, result: 'skipped' }));
  }
  const digest = await build(run, group, plan, images);
  return resultOf('built', digest, run.push);
}

interface Found {
  readonly how: 'copied' | 'adopted';
  /** The repository that has it. */
  readonly image: string;
  readonly digest: Digest;
}

/** The image of a build that was made before: the lock's, this machine's own, or, by --adopt, whatever has its tag. */
async function findImage(
  run: Run,
  hash: string,
  images: readonly string[],
  plan: BuildPlan,
): Promise<Found | undefined> {
  const { lock, registries, root } = run;
  const known = lock.builds[hash];
  const pinned = Object.values(lock.pools).find(({ build }) => build === hash);
  if (known?.pushed && pinned !== undefined) {
    return { how: 'copied', image: pinned.image, digest: known.digest as Digest };
  }
  const own = await readPushed(root, hash);
  for (const image of images) {
    const digest = await registries.find({ ...parseImageRef(image), tag: contentTag(hash) });
    if (digest === undefined) continue;
    const isOwn = own?.digest === digest && own.images.includes(image);
    if (!isOwn && !run.adopt) {
      throw failure(
        'remote',
        'tag-exists',
        `${image}:${contentTag(hash)} is there already, and not from here`,
        {
          hint: `Somebody built it before: --adopt takes ${digest} after checking it. A build's tag is never written twice.`,
        },
      );
    }
    await registries.verify(image, digest, plan);
    if (!isOwn) run.onEvent({ type: 'adopted', hash, image, digest });
    return { how: isOwn ? 'copied' : 'adopted', image, digest };
  }
  return undefined;
}

/** Equal builds have one digest, wherever they are: other repositories get a copy of the same bytes. */
async function copyToAll(
  run: Run,
  hash: string,
  found: Omit<Found, 'how'>,
  images: readonly string[],
  plan: BuildPlan,
): Promise<void> {
  const { registries } = run;
  for (const image of images) {
    if (image !== found.image) {
      const from = { ...parseImageRef(found.image), digest: found.digest };
      const to = { ...parseImageRef(image), tag: contentTag(hash) };
      await copyImage({
        from,
        to,
        insecureFrom: await registries.isInsecure(from),
        insecureTo: await registries.isInsecure(to),
        ...(run.authFile && { authFile: run.authFile }),
        log: logOf(run.root, hash),
        signal: run.signal,
      });
      run.onEvent({ type: 'copied', hash, image, digest: found.digest });
    }
    await registries.verify(image, found.digest, plan);
  }
}

async function build(run: Run, group: Group, plan: BuildPlan, images: readonly string[]): Promise<Digest> {
  const { root, registries, signal, onEvent } = run;
  const { hash } = group;
  const started = performance.now();
  const { engine, version } = await run.engine$();
  const log = logOf(root, hash);
  await mkdir(join(root, LOCAL, 'logs'), { recursive: true });
  await mkdir(join(root, LOCAL, 'tmp'), { recursive: true });
  const scratch = await mkdtemp(join(root, LOCAL, 'tmp', `${hash}-`));
  const pools = group.pools.map(({ pool }) => pool);
  onEvent({ type: 'started', hash, pools, engine: engine.name, version, log });
  try {
    await rm(log, { force: true });
    const context = join(scratch, 'context');
    await stageContext(root, plan, context);
    const digest = await engine.build({
      plan,
      containerfile: join(root, buildFolder(hash), 'Containerfile'),
      context,
      destination: await destinationOf(run, hash, images[0]!),
      insecureBase: await registries.isInsecure(parseImageRef(plan.base)),
      ...(run.authFile && { authFile: run.authFile }),
      log,
      scratch,
      signal,
      onEvent: (event) => onEvent({ hash, ...event }),
    });
    if (run.push) {
      await copyToAll(run, hash, { image: images[0]!, digest }, images, plan);
      await writePushed(root, hash, { digest, images });
    }
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    onEvent({ type: 'finished', hash, pools, digest, pushed: run.push, seconds });
    return digest;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function destinationOf(run: Run, hash: string, image: string): Promise<Destination> {
  if (run.push) {
    const ref = { ...parseImageRef(image), tag: contentTag(hash) };
    return { kind: 'registry', ref, insecure: await run.registries.isInsecure(ref) };
  }
  const folder = join(run.root, LOCAL, 'images', hash);
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(run.root, LOCAL, 'images'), { recursive: true });
  return { kind: 'layout', folder };
}

function logOf(root: string, hash: string): string {
  return join(root, LOCAL, 'logs', `${hash}.log`);
}
