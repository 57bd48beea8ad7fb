import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { failure } from '../diagnostics.ts';
import { buildArguments, pushArguments } from '../plan/arguments.ts';
import { type Digest, parseDigest } from '../values/digest.ts';
import { formatImageRef } from '../values/image-ref.ts';
import { openDebugShell } from './debug-shell.ts';
import type { BuildRequest, Destination, Engine, EngineName, TrialRequest } from './engine.ts';
import { explain, type FailedBuild, lastLines } from './explain.ts';
import { diagnose } from './failures/index.ts';
import { graphRoot, markArguments, writeMark } from './leftovers.ts';
import { probe } from './probe.ts';
import { type Finished, runLogged, runPiped } from './process.ts';
import { withRetries } from './retry.ts';
import { linesOf, parseStep, type Step } from './steps.ts';

const exec = promisify(execFile);

/** What buildah and podman have in common, which is nearly everything: podman builds by buildah's library. */
export function containerTool(name: EngineName): Engine {
  return {
    name,
    probe: () => probe(name),
    storage: (image) => storage(name, image),
    async build(request) {
      const image = await buildImage(name, request);
      if (request.examine !== undefined) await examine(name, image, request, request.examine);
      return push(name, image, request.destination, request);
    },
    async try(request) {
      const image = await buildImage(name, request);
      if (request.examine !== undefined) await examine(name, image, request, request.examine);
    },
  };
}

async function storage(name: EngineName, image: string) {
  const [folder, hasImage] = await Promise.all([
    graphRoot(name),
    exec(name, ['inspect', '--type=image', image], { maxBuffer: 64 << 20 }).then(
      () => true,
      () => false,
    ),
  ]);
  return { folder, hasImage };
}

async function buildImage(name: EngineName, request: TrialRequest): Promise<string> {
  const idFile = join(request.scratch, 'image-id');
  const { containerfile, context, authFile, plan, secrets, log, signal } = request;
  const volumes = (request.volumes ?? []).map(({ folder, target }) => `--volume=${folder}:${target}:z,rw`);
  await writeMark(request.scratch, name);
  const [verb, ...options] = buildArguments(
    plan,
    {
      ...{ containerfile, context, idFile, ...(authFile && { authFile }) },
      volume: (secret, target) => `--volume=${secrets.get(secret)}:${target}:ro,z`,
    },
    request.insecureBase,
  );
  // Said of every build: of a base for several, an engine takes the one that it has, whatever the machine is.
  const platform = `--platform=linux/${plan.architecture}`;
  const args = [verb!, platform, ...markArguments(request.scratch), ...volumes, ...options];
  const attempt = async (): Promise<{ done: string } | FailedBuild> => {
    let last: Step | undefined;
    // Only what comes right after a step is the engine's word, and no program's.
    let isFirst = false;
    const finished = await runLogged(name, args, {
      ...{ log, signal, env: environment(request) },
      transfers: () => last === undefined || last.image !== undefined,
      onLine: (line) => {
        const step = parseStep(line, plan, last);
        if (isFirst && last !== undefined && CACHED.test(line)) {
          request.onEvent({ type: 'cached', index: last.index });
        }
        isFirst = step !== undefined;
        if (step === undefined) return;
        last = step;
        const { image: _, ...told } = step;
        request.onEvent({ type: 'step', ...told });
      },
    });
    if (finished.code !== 0) return failedBuild(finished, last, request);
    return { done: (await readFile(idFile, 'utf8')).trim() };
  };
  return withRetries(attempt, {
    ...{ log, signal, onEvent: request.onEvent },
    explain: (failed: FailedBuild, ...how) => explain(name, request, failed, ...how),
    onFailed: async ({ step }) => {
      if (request.debugShell) await openDebugShell(request, step);
    },
  });
}

/** As both tools print it, with the image's id. */
const CACHED = /^--> Using cache [0-9a-f]{12,64}$/;

/** What engines say of an image that they cannot get, before they say which step they are at. */
const PULL_FAILED =
  /pulling|initializing source|pinging container registry|reading manifest|unauthorized|copying system image/i;

function failedBuild({ tail }: Finished, step: Step | undefined, { plan }: TrialRequest): FailedBuild {
  const lines = linesOf(tail, step);
  const isPull =
    step?.image !== undefined || (step === undefined && lines.some((line) => PULL_FAILED.test(line)));
  const isEntitled = (plan.secrets ?? []).some(({ type }) => type === 'entitlement');
  return {
    step,
    at: step?.index ?? 0,
    evidence: {
      ...{ lines, isEntitled, phase: isPull ? 'pull' : 'step' },
      ...(isPull && { image: step?.image ?? plan.base }),
    },
  };
}

/** The image as both tools write it to a pipe, its layers one after the other and uncompressed. */
async function examine(
  name: EngineName,
  image: string,
  request: TrialRequest,
  look: NonNullable<BuildRequest['examine']>,
): Promise<void> {
  const { log, signal } = request;
  request.onEvent({ type: 'examine' });
  const args = ['push', image, 'docker-archive:/dev/stdout'];
  let isWhole = false;
  const finished = await runPiped(name, args, { log, signal, env: environment(request) }, async (archive) => {
    isWhole = await look(archive);
  });
  if (isWhole) return;
  const lines = linesOf(finished.tail);
  const known = diagnose({ phase: 'store', lines, isEntitled: false });
  const what = known === undefined ? '' : `${known.what}: `;
  throw failure(
    'build',
    known?.kind.code ?? 'examine-failed',
    `${what}${name} could not write the image of ${request.title ?? request.pools}`,
    {
      hint: [known?.hint, `The whole log is in ${log}.`].filter(Boolean).join(' '),
      detail: lastLines(lines),
    },
  );
}

/** Temporary files are ours to remove, whatever becomes of the engine. */
function environment({ scratch }: TrialRequest): Record<string, string> {
  return { TMPDIR: scratch };
}

async function push(
  name: EngineName,
  image: string,
  destination: Destination,
  request: BuildRequest,
): Promise<Digest> {
  const { log, signal, onEvent, scratch, authFile, plan } = request;
  const digestFile = join(scratch, 'digest');
  const isRemote = destination.kind === 'registry';
  const target = isRemote
    ? `docker://${formatImageRef(destination.ref)}`
    : `oci:${destination.folder}:${plan.hash}`;
  await request.beforePush(image);
  const args = pushArguments(
    { image, destination: target, digestFile, ...(authFile && { authFile }) },
    isRemote && destination.insecure,
  );
  const attempt = async (): Promise<{ done: Digest } | FailedBuild> => {
    onEvent({ type: 'push', destination: target });
    const sent = { temporary: scratch, tell: (bytes: number) => onEvent({ type: 'sent', bytes }) };
    const options = { log, signal, env: environment(request), transfers: () => true, sent };
    const finished = await runLogged(name, args, options);
    if (finished.code === 0) return { done: parseDigest((await readFile(digestFile, 'utf8')).trim()) };
    const phase = isRemote ? ('push' as const) : ('store' as const);
    const evidence = {
      ...{ phase, lines: linesOf(finished.tail), isEntitled: false },
      ...(isRemote && { image: formatImageRef(destination.ref) }),
    };
    return { step: undefined, at: 0, evidence };
  };
  // What was pushed of it is asked for, and not pushed again.
  return withRetries(attempt, {
    ...{ log, signal, onEvent },
    explain: (failed: FailedBuild, ...how) => explain(name, request, failed, ...how),
  });
}
