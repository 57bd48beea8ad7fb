import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failure, type LayersError } from '../diagnostics.ts';
import { buildArguments, pushArguments } from '../plan/arguments.ts';
import type { BuildPlan } from '../plan/plan.ts';
import { type Digest, parseDigest } from '../values/digest.ts';
import { formatImageRef } from '../values/image-ref.ts';
import type { BuildRequest, Destination, Engine, EngineName } from './engine.ts';
import { probe } from './probe.ts';
import { type Finished, runLogged, runPiped } from './process.ts';

/** `STEP 3/7: RUN dnf install …`, as both tools print it; of several stages `[1/2] STEP 3/7: …`. */
const STEP = /^(?:\[(\d+)\/\d+\] )?STEP (\d+)(?:\/(\d+))?: (.*)$/;

/** What buildah and podman have in common, which is nearly everything: podman builds by buildah's library. */
export function containerTool(name: EngineName): Engine {
  return {
    name,
    probe: () => probe(name),
    async build(request) {
      const image = await buildImage(name, request);
      if (request.examine !== undefined) await examine(name, image, request, request.examine);
      return push(name, image, request.destination, request);
    },
  };
}

async function buildImage(name: EngineName, request: BuildRequest): Promise<string> {
  const idFile = join(request.scratch, 'image-id');
  const { containerfile, context, authFile, plan, secrets } = request;
  const args = buildArguments(
    plan,
    {
      ...{ containerfile, context, idFile, ...(authFile && { authFile }) },
      volume: (secret, target) => `--volume=${secrets.get(secret)}:${target}:ro,z`,
    },
    request.insecureBase,
  );
  let last: Step | undefined;
  const finished = await runLogged(name, args, {
    log: request.log,
    signal: request.signal,
    env: environment(request),
    onLine: (line) => {
      const step = parseStep(line, plan, last);
      if (step === undefined) return;
      last = step;
      request.onEvent({ type: 'step', ...step });
    },
  });
  request.signal.throwIfAborted();
  if (finished.code !== 0) throw buildFailed(name, request, last, finished);
  return (await readFile(idFile, 'utf8')).trim();
}

/** The image as both tools write it to a pipe, its layers one after the other and uncompressed. */
async function examine(
  name: EngineName,
  image: string,
  request: BuildRequest,
  look: NonNullable<BuildRequest['examine']>,
): Promise<void> {
  const { log, signal } = request;
  request.onEvent({ type: 'examine' });
  const args = ['push', image, 'docker-archive:/dev/stdout'];
  let isWhole = false;
  const finished = await runPiped(name, args, { log, signal, env: environment(request) }, async (archive) => {
    isWhole = await look(archive);
  });
  signal.throwIfAborted();
  if (isWhole) return;
  throw failure('build', 'examine-failed', `${name} could not write the image of ${request.pools}`, {
    hint: `The whole log is in ${log}.`,
    detail: lastLines(finished),
  });
}

/** Temporary files are ours to remove, whatever becomes of the engine. */
function environment({ scratch }: BuildRequest): Record<string, string> {
  return { TMPDIR: scratch };
}

interface Step {
  readonly index: number;
  readonly total: number;
  readonly instruction: string;
  readonly from?: string;
}

/** The steps come one by one: a command of the build may print anything, and also a line that looks like one. */
function parseStep(line: string, plan: BuildPlan, last: Step | undefined): Step | undefined {
  const match = STEP.exec(line);
  if (match === null) return undefined;
  const all = stepsOf(plan);
  const stage = Number(match[1] ?? 1);
  const isLast = stage === all.length;
  const [isOneOfSeveral, inStage, ofStage] = [match[1] !== undefined, Number(match[2]), Number(match[3])];
  // The last stage has one step more, which labels the image.
  if (isOneOfSeveral !== all.length > 1 || ofStage !== (all[stage - 1]?.length ?? 0) + (isLast ? 1 : 0)) {
    return undefined;
  }
  const index = all.slice(0, stage - 1).flat().length + inStage;
  if (index !== (last?.index ?? 0) + 1) return undefined;
  const from = all.flat()[index - 1];
  return { index, total: all.flat().length + 1, instruction: match[4]!, ...(from && { from }) };
}

/** Where each instruction came from, stage by stage; a stage's FROM came from nowhere. */
function stepsOf({ stages = [], steps }: BuildPlan): string[][] {
  return [...stages, { steps }].map((stage) => ['', ...stage.steps]);
}

async function push(
  name: EngineName,
  image: string,
  destination: Destination,
  request: BuildRequest,
): Promise<Digest> {
  const digestFile = join(request.scratch, 'digest');
  const target =
    destination.kind === 'registry'
      ? `docker://${formatImageRef(destination.ref)}`
      : `oci:${destination.folder}:${request.plan.hash}`;
  await request.beforePush();
  request.onEvent({ type: 'push', destination: target });
  const args = pushArguments(
    { image, destination: target, digestFile, ...(request.authFile && { authFile: request.authFile }) },
    destination.kind === 'registry' && destination.insecure,
  );
  const { log, signal } = request;
  const finished = await runLogged(name, args, { log, signal, env: environment(request) });
  request.signal.throwIfAborted();
  if (finished.code !== 0) throw pushFailed(name, destination, request, finished);
  return parseDigest((await readFile(digestFile, 'utf8')).trim());
}

function pushFailed(name: EngineName, destination: Destination, request: BuildRequest, finished: Finished) {
  const detail = lastLines(finished);
  const log = `The whole log is in ${request.log}.`;
  if (destination.kind === 'layout') {
    return failure('build', 'store-failed', `${name} could not store the image of ${request.pools}`, {
      hint: log,
      detail,
    });
  }
  const { registry } = destination.ref;
  const login = /unauthorized|authentication required|denied|forbidden|40[13]\b/i.test(detail)
    ? `Check that the account may push there: \`${name} login ${registry}\` stores credentials. `
    : '';
  const target = formatImageRef(destination.ref);
  return failure(
    'remote',
    'push-failed',
    `${name} could not push the image of ${request.pools} to ${target}`,
    {
      hint: `${login}${log}`,
      detail,
    },
  );
}

/** What engines say of a base that they cannot get. */
const PULL_FAILED =
  /pulling|initializing source|pinging container registry|reading manifest|unauthorized|copying system image/i;

function buildFailed(
  name: EngineName,
  request: BuildRequest,
  step: Step | undefined,
  finished: Finished,
): LayersError {
  const { plan, pools, log } = request;
  const more = { hint: `The whole log is in ${log}.`, detail: lastLines(finished, step) };
  if ((step?.index ?? 0) <= 1 && PULL_FAILED.test(finished.tail.join('\n'))) {
    return failure('remote', 'pull-failed', `${name} could not pull the base ${plan.base} of ${pools}`, more);
  }
  const where =
    step?.from === undefined
      ? ''
      : step.from === 'end'
        ? ' at the end of the stage'
        : ` in the layer ${step.from}`;
  const what = step === undefined ? '' : `, at ${short(step.instruction)}`;
  return failure('build', 'build-failed', `the build of ${pools} failed${where}${what}`, more);
}

/** An instruction may install fifty packages: its start tells which one it is. */
function short(instruction: string): string {
  const line = instruction.replaceAll(/\s+/g, ' ');
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}

/** What the last step printed, less the engine's own repetitions. */
function lastLines({ tail }: Finished, step?: Step): string {
  const start = tail.findLastIndex((line) => STEP.test(line) && line.endsWith(step?.instruction ?? ''));
  return tail
    .slice(start + 1)
    .filter((line, index, lines) => line !== lines[index - 1] && line.trim() !== '')
    .map((line) => line.replace(/building at STEP ".*": (?=[^"]*$)/, '… '))
    .map((line) => (line.length > 300 ? `${line.slice(0, 140)} … ${line.slice(-150)}` : line))
    .slice(-12)
    .join('\n');
}
