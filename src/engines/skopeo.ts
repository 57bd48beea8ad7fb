import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { failure } from '../diagnostics.ts';
import { formatImageRef, type ImageRef } from '../values/image-ref.ts';
import { runLogged } from './process.ts';

/** An image in a registry, by digest, or one of an OCI layout, by its name there. */
export type CopySource =
  | { readonly kind: 'registry'; readonly ref: ImageRef; readonly insecure: boolean }
  | { readonly kind: 'layout'; readonly folder: string; readonly name: string };

export interface CopyRequest {
  readonly from: CopySource;
  readonly to: ImageRef;
  readonly insecureTo: boolean;
  readonly authFile?: string;
  readonly log: string;
  /** For its temporary files. */
  readonly scratch: string;
  readonly signal: AbortSignal;
}

/** Copies an image into a registry, byte for byte: pulled and pushed by an engine it might get another digest. */
export async function copyImage(request: CopyRequest): Promise<void> {
  const { from, to, insecureTo, authFile, log, signal, scratch } = request;
  const source =
    from.kind === 'layout' ? `oci:${from.folder}:${from.name}` : `docker://${formatImageRef(from.ref)}`;
  const target = formatImageRef(to);
  const args = [
    ...registriesConf(process.env),
    'copy',
    '--preserve-digests',
    ...(authFile === undefined ? [] : ['--authfile', authFile]),
    ...(from.kind === 'registry' && from.insecure ? ['--src-tls-verify=false'] : []),
    ...(insecureTo ? ['--dest-tls-verify=false'] : []),
    source,
    `docker://${target}`,
  ];
  await mkdir(dirname(log), { recursive: true });
  const env = { TMPDIR: scratch };
  const finished = await runLogged('skopeo', args, { log, signal, env }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      throw failure(
        'build',
        'no-skopeo',
        `skopeo is not here, and ${target} needs a copy of an image that was built before`,
        { hint: 'Install it: `apt install skopeo`, `dnf install skopeo`.' },
      );
    },
  );
  signal.throwIfAborted();
  if (finished.code === 0) return;
  throw failure('remote', 'copy-failed', `${source} could not be copied to ${target}`, {
    hint: `The whole log is in ${log}.`,
    detail: finished.tail.slice(-12).join('\n'),
  });
}

/** buildah, podman and we ourselves take these variables; skopeo has to be told. */
function registriesConf(env: NodeJS.ProcessEnv): string[] {
  const file = env.CONTAINERS_REGISTRIES_CONF ?? env.REGISTRIES_CONFIG_PATH;
  return file ? ['--registries-conf', file] : [];
}
