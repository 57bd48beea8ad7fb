import { execFile, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { failure, type LayersError } from '../diagnostics.ts';
import { secretTargets } from '../values/build-secret.ts';
import { instructionsIn, runIn } from './containerfile.ts';
import type { TrialRequest } from './engine.ts';
import type { Step } from './steps.ts';

const exec = promisify(execFile);

/** Where the shell has the code of the instruction that failed. */
export const FAILED_STEP = '/run/failed-step';

/**
 * A shell in what the instruction that failed began with, and what it saw beside: files of the context, secrets. By
 * buildah, whichever engine built: they share their images, and podman runs nothing without a runtime of its own.
 */
export async function openDebugShell(request: TrialRequest, step: Step | undefined): Promise<void> {
  // Without a base there is nothing to look into.
  if (step === undefined || step.image !== undefined) return;
  const { scratch, signal, context, plan, secrets } = request;
  const env = { ...process.env, TMPDIR: scratch };
  const buildah = async (...args: string[]) => {
    const { stdout } = await exec('buildah', args, { env, signal, maxBuffer: 64 << 20 }).catch((error) => {
      signal.throwIfAborted();
      throw noShell(error, request);
    });
    return stdout.trim();
  };
  const instructions = instructionsIn(await readFile(request.containerfile, 'utf8'));
  const failed = instructions[step.index - 1];
  if (failed === undefined) return;
  const run = runIn(failed);
  const script = join(scratch, 'failed-step');
  await writeFile(script, `${run?.code ?? `echo 'not a command: see above'`}\n`);
  const secretVolumes = [
    ...(plan.secrets ?? []).flatMap((secret) =>
      secretTargets(secret).map((target) => `--volume=${secrets.get(secret.name)}:${target}:ro,z`),
    ),
    ...(request.volumes ?? []).map(({ folder, target }) => `--volume=${folder}:${target}:z,rw`),
  ];
  const image = await imageBefore(request, instructions.slice(0, step.index - 1), secretVolumes, buildah);
  const platform = `--platform=linux/${request.plan.architecture}`;
  const container = await buildah('from', '--quiet', '--pull-never', platform, image);
  try {
    request.onEvent({ type: 'shell', instruction: failed, script: FAILED_STEP });
    const volumes = [
      ...secretVolumes,
      ...(run?.mounts ?? []).map(({ source, target }) => `--volume=${join(context, source)}:${target}:ro,z`),
      `--volume=${script}:${FAILED_STEP}:ro,z`,
    ];
    // In our own process group: only who is in the terminal's may read from it.
    const shell = spawn('buildah', ['run', '--terminal', ...volumes, container, '--', '/bin/sh'], {
      stdio: 'inherit',
      env,
      signal,
    });
    await new Promise<void>((resolve, reject) => {
      shell.on('error', (error) => (signal.aborted ? reject(signal.reason) : reject(error)));
      shell.on('close', () => resolve());
    });
  } finally {
    await exec('buildah', ['rm', container], { env });
  }
}

/** The image that an instruction starts from: the stage's own, or what the ones before it came to, out of the cache. */
async function imageBefore(
  { scratch, context, plan }: TrialRequest,
  before: readonly string[],
  volumes: readonly string[],
  buildah: (...args: string[]) => Promise<string>,
): Promise<string> {
  const stage = before.filter((instruction) => instruction.startsWith('FROM '));
  if (before.at(-1)?.startsWith('FROM ')) return plan.stages?.[stage.length - 1]?.from ?? plan.base;
  const containerfile = join(scratch, 'Containerfile.before');
  const idFile = join(scratch, 'image-id.before');
  await writeFile(containerfile, `${before.join('\n')}\n`);
  const options = ['--layers', '--force-rm', '--format=oci', '--pull-never', '--iidfile', idFile, ...volumes];
  const platform = `--platform=linux/${plan.architecture}`;
  await buildah('build', platform, ...options, '--file', containerfile, context);
  return (await readFile(idFile, 'utf8')).trim();
}

function noShell(error: NodeJS.ErrnoException & { stderr?: string }, { log }: TrialRequest): LayersError {
  if (error.code === 'ENOENT') {
    return failure('build', 'no-debug-shell', 'buildah is not here, which opens the shell', {
      hint: 'Install it: `apt install buildah`, `dnf install buildah`.',
    });
  }
  return failure('build', 'no-debug-shell', 'the state before the instruction that failed cannot be had', {
    hint: `The whole log is in ${log}.`,
    detail: (error.stderr ?? error.message).trim().split('\n').slice(-5).join('\n'),
  });
}
