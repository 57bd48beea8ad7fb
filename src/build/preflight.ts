import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LayersError } from '../diagnostics.ts';
import type { TrialRequest } from '../engines/engine.ts';
import type { PoolBuild } from '../plan/plan.ts';
import { LEFT_OUT } from '../plan/surroundings.ts';
import type { PoolResult } from './events.ts';
import { withSpace } from './free-space.ts';
import { assertNoSecrets } from './leaks.ts';
import { LACKING, type LeftOut } from './left-out.ts';
import { anyInsecure } from './make-image.ts';
import { writeContext, writeVolumes } from './preflight-context.ts';
import { notGiven } from './preflight-inputs.ts';
import { readPassed, writePassed } from './preflight-journal.ts';
import { logOf, type Run, withScratch } from './run.ts';
import { type StagedSecret, withSecrets } from './secrets.ts';
import { prepareTrial, type Trial } from './trial.ts';

/**
 * Tries here what a cluster will do with a pool's MachineOSConfig. Nothing is pushed or pinned, and nothing stays but the
 * engine's cache. `results` are this run's so far: the cluster may build from one of them.
 */
export async function preflight(
  run: Run,
  { preflight: build, ...pool }: PoolBuild,
  results: readonly PoolResult[],
): Promise<PoolResult> {
  const { root, onEvent } = run;
  const skipped = { pool: pool.pool, result: 'skipped', by: 'cluster' } as const;
  if (run.preflight === undefined || build === undefined) {
    onEvent({ type: 'skipped', pool: pool.pool, why: 'cluster' });
    return skipped;
  }
  const sources = { ...run.preflight, isEntitled: run.secrets.entitlement !== undefined };
  const trial = await prepareTrial(root, { ...pool, preflight: build }, sources, results);
  const before = await readPassed(root, trial.hash);
  if (before !== undefined) return passed(run, trial, before);
  const started = performance.now();
  try {
    await withScratch(root, trial.hash, (scratch) =>
      withSecrets(trial.plan.secrets ?? [], run.secrets, trial.pool, scratch, (staged) =>
        attempt(run, trial, scratch, staged),
      ),
    );
  } catch (error) {
    // Not to have one is no fault of the pool's, unless it was said that there is one.
    if (sources.isEntitled || !isEntitlementMissing(error)) throw error;
    onEvent({ type: 'skipped', hash: trial.hash, pool: pool.pool, why: 'entitlement' });
    return { ...skipped, leftOut: [notGiven('entitlement')] };
  }
  const leftOut = [...trial.leftOut, ...(await lackingIn(logOf(root, trial.hash)))];
  await writePassed(root, trial.hash, leftOut);
  return passed(run, trial, leftOut, Math.round((performance.now() - started) / 100) / 10);
}

/** `seconds`: how long it took; none where it passed before. */
function passed(
  { onEvent }: Run,
  { pool, hash }: Trial,
  leftOut: readonly LeftOut[],
  seconds?: number,
): PoolResult {
  const time = seconds === undefined ? {} : { seconds };
  onEvent({ type: 'preflight-passed', hash, pools: [pool], leftOut, ...time });
  return { pool, result: 'preflight ok', by: 'cluster', build: hash, leftOut, ...time };
}

async function attempt(
  run: Run,
  trial: Trial,
  scratch: string,
  staged: readonly StagedSecret[],
): Promise<void> {
  const { root, signal, onEvent, authFile } = run;
  const { hash, pool, plan, inputs } = trial;
  const { engine, version } = await run.engine$();
  const log = logOf(root, hash);
  await mkdir(dirname(log), { recursive: true });
  await rm(log, { force: true });
  onEvent({ type: 'started', hash, pools: [pool], engine: engine.name, version, log, preflight: true });
  const context = join(scratch, 'context');
  let at = 0;
  try {
    const request: TrialRequest = {
      ...{ plan, context, log, scratch, signal, pools: pool },
      containerfile: await writeContext(context, trial.print(randomUUID()), trial.config, inputs.trustBundle),
      secrets: new Map(staged.map(({ secret, folder }) => [secret.name, folder])),
      ...(staged.length > 0 && { examine: (archive) => assertNoSecrets(archive, staged, pool) }),
      volumes: await writeVolumes(scratch, inputs.mounted),
      insecureBase: await anyInsecure(run, trial.images),
      ...(authFile && { authFile }),
      ...(run.debugShell && { debugShell: true }),
      onEvent: (event) => {
        if (event.type === 'step') at = event.index;
        onEvent({ hash, ...event });
      },
    };
    await withSpace(run, engine, request, () => engine.try(request));
  } catch (error) {
    throw error instanceof LayersError ? explained(error, trial, at) : error;
  }
}

/** Says what was tried, and whether that came to the pool's own layers: where these were written is known by their own build. */
function explained({ diagnostics }: LayersError, trial: Trial, at: number): LayersError {
  const { pool, layers, surrounding } = trial;
  if (at === 0) return new LayersError(diagnostics);
  const where =
    at <= surrounding
      ? `This is what the cluster does before the layers of ${pool}.`
      : `This is the build that the cluster would make of ${pool}: its layers come after what the cluster does itself.`;
  return new LayersError(
    diagnostics.map((one) => ({
      ...one,
      hint: [where, one.hint].filter(Boolean).join('\n'),
      ...(one.failed?.index !== undefined &&
        at > surrounding && {
          failed: { ...one.failed, build: layers, index: one.failed.index - surrounding },
        }),
    })),
  );
}

function isEntitlementMissing(error: unknown): boolean {
  return error instanceof LayersError && error.diagnostics.some(({ code }) => code === 'entitlement-missing');
}

/** What the build said that its base lacks. */
async function lackingIn(log: string): Promise<LeftOut[]> {
  const lines = (await readFile(log, 'utf8')).split('\n');
  return Object.entries(LACKING).flatMap(([mark, lacking]) =>
    lines.includes(`${LEFT_OUT}${mark}`) ? [lacking] : [],
  );
}
