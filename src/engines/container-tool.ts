import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { failure } from '../diagnostics.ts';
import { buildArguments, pushArguments } from '../plan/arguments.ts';
import { type Digest, parseDigest } from '../values/digest.ts';
import { formatImageRef } from '../values/image-ref.ts';
import type { BuildRequest, Destination, Engine, EngineName } from './engine.ts';
import { type Finished, runLogged } from './process.ts';

/** `STEP 3/7: RUN dnf install …`, as both tools print it. */
const STEP = /^STEP (\d+)(?:\/(\d+))?: (.*)$/;

/** What buildah and podman have in common, which is nearly everything: podman builds by buildah's library. */
export function containerTool(name: EngineName): Engine {
  return {
    name,
    async probe() {
      try {
        const { stdout } = await promisify(execFile)(name, ['--version']);
        return /\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? stdout.trim();
      } catch {
        throw failure('build', 'no-engine', `${name} is not here`, {
          hint: `Install it (\`apt install ${name}\`, \`dnf install ${name}\`), or choose another engine by --engine.`,
        });
      }
    },
    async build(request) {
      const image = await buildImage(name, request);
      return push(name, image, request.destination, request);
    },
  };
}

async function buildImage(name: EngineName, request: BuildRequest): Promise<string> {
  const idFile = join(request.scratch, 'image-id');
  const { containerfile, context, authFile, plan } = request;
  const args = buildArguments(
    plan,
    { containerfile, context, idFile, ...(authFile && { authFile }) },
    request.insecureBase,
  );
  let step = 0;
  const finished = await runLogged(name, args, {
    log: request.log,
    signal: request.signal,
    // Ours to remove, whatever becomes of the engine.
    env: { TMPDIR: request.scratch },
    onLine: (line) => {
      const match = STEP.exec(line);
      if (match === null) return;
      step = Number(match[1]);
      request.onEvent({
        type: 'step',
        index: step,
        total: Number(match[2] ?? plan.steps.length + 2),
        instruction: match[3]!,
      });
    },
  });
  request.signal.throwIfAborted();
  if (finished.code !== 0) throw buildFailed(name, request, step, finished);
  return (await readFile(idFile, 'utf8')).trim();
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
  request.onEvent({ type: 'push', destination: target });
  const args = pushArguments(
    { image, destination: target, digestFile, ...(request.authFile && { authFile: request.authFile }) },
    destination.kind === 'registry' && destination.insecure,
  );
  const finished = await runLogged(name, args, { log: request.log, signal: request.signal });
  request.signal.throwIfAborted();
  if (finished.code !== 0) {
    throw failure('remote', 'push-failed', `${name} could not push to ${target}`, {
      hint: `The whole log is in ${request.log}. \`${name} login\` stores credentials.`,
      detail: lastLines(finished),
    });
  }
  return parseDigest((await readFile(digestFile, 'utf8')).trim());
}

function buildFailed(name: EngineName, request: BuildRequest, step: number, finished: Finished) {
  const from = request.plan.steps[step - 2];
  const pull =
    step <= 1 &&
    /pulling|initializing source|registry|reading manifest|unauthorized/i.test(finished.tail.join('\n'));
  if (pull) {
    return failure('remote', 'pull-failed', `${name} could not pull the base ${request.plan.base}`, {
      hint: `The whole log is in ${request.log}.`,
      detail: lastLines(finished),
    });
  }
  const where =
    from === undefined
      ? `at step ${step}`
      : `in ${from === 'end' ? 'the end of the stage' : `the layer ${from}`}`;
  return failure('build', 'build-failed', `the build ${request.plan.hash} failed ${where}`, {
    hint: `The whole log is in ${request.log}.`,
    detail: lastLines(finished),
  });
}

function lastLines({ tail }: Finished): string {
  return tail.slice(-12).join('\n');
}
