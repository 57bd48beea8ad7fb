import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { failure } from '../diagnostics.ts';
import { formatImageRef, type ImageRef } from '../values/image-ref.ts';
import { runLogged } from './process.ts';

export interface CopyRequest {
  /** By digest. */
  readonly from: ImageRef;
  readonly to: ImageRef;
  readonly insecureFrom: boolean;
  readonly insecureTo: boolean;
  readonly authFile?: string;
  readonly log: string;
  readonly signal: AbortSignal;
}

/** Copies an image from registry to registry, byte for byte: pulled and pushed by an engine it might get another digest. */
export async function copyImage(request: CopyRequest): Promise<void> {
  const { from, to, insecureFrom, insecureTo, authFile, log, signal } = request;
  const target = formatImageRef(to);
  const args = [
    'copy',
    '--preserve-digests',
    ...(authFile === undefined ? [] : ['--authfile', authFile]),
    ...(insecureFrom ? ['--src-tls-verify=false'] : []),
    ...(insecureTo ? ['--dest-tls-verify=false'] : []),
    `docker://${formatImageRef(from)}`,
    `docker://${target}`,
  ];
  await mkdir(dirname(log), { recursive: true });
  const finished = await runLogged('skopeo', args, { log, signal }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw failure(
      'build',
      'no-skopeo',
      `skopeo is not here, and ${target} needs a copy of an image that was built before`,
      {
        hint: 'Install it: `apt install skopeo`, `dnf install skopeo`.',
      },
    );
  });
  signal.throwIfAborted();
  if (finished.code === 0) return;
  throw failure('remote', 'copy-failed', `${formatImageRef(from)} could not be copied to ${target}`, {
    hint: `The whole log is in ${log}.`,
    detail: finished.tail.slice(-8).join('\n'),
  });
}
