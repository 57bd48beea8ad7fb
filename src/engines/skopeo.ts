import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { failure, type LayersError } from '../diagnostics.ts';
import { formatImageRef, type ImageRef } from '../values/image-ref.ts';
import type { EngineEvent } from './engine.ts';
import { lastLines } from './explain.ts';
import { runLogged } from './process.ts';
import { withRetries } from './retry.ts';
import { linesOf } from './steps.ts';

/** An image in a registry, by digest, or one of an OCI layout, by its name there. */
export type CopySource =
  | { readonly kind: 'registry'; readonly ref: ImageRef; readonly insecure: boolean }
  | { readonly kind: 'layout'; readonly folder: string; readonly name: string };

export interface CopyRequest {
  readonly from: CopySource;
  readonly to: ImageRef;
  readonly insecureTo: boolean;
  /** An index goes with all of its images. */
  readonly isIndex: boolean;
  readonly authFile?: string;
  readonly log: string;
  /** For its temporary files. */
  readonly scratch: string;
  readonly signal: AbortSignal;
  readonly onEvent: (event: EngineEvent) => void;
}

/** Copies an image into a registry, byte for byte: pulled and pushed by an engine it might get another digest. */
export async function copyImage(request: CopyRequest): Promise<void> {
  const { from, to, insecureTo, isIndex, authFile, log, signal, scratch, onEvent } = request;
  const source =
    from.kind === 'layout' ? `oci:${from.folder}:${from.name}` : `docker://${formatImageRef(from.ref)}`;
  const target = formatImageRef(to);
  const args = [
    ...registriesConf(process.env),
    'copy',
    '--preserve-digests',
    ...(isIndex ? ['--all'] : []),
    ...(authFile === undefined ? [] : ['--authfile', authFile]),
    ...(from.kind === 'registry' && from.insecure ? ['--src-tls-verify=false'] : []),
    ...(insecureTo ? ['--dest-tls-verify=false'] : []),
    source,
    `docker://${target}`,
  ];
  await mkdir(dirname(log), { recursive: true });
  const env = { TMPDIR: scratch };
  const sent = { temporary: scratch, tell: (bytes: number) => onEvent({ type: 'sent', bytes }) };
  const attempt = async () => {
    onEvent({ type: 'push', destination: `docker://${target}` });
    const finished = await runLogged('skopeo', args, { log, signal, env, transfers: () => true, sent });
    if (finished.code === 0) return { done: undefined };
    if (finished.code === 127) throw noSkopeo(target);
    const lines = linesOf(finished.tail);
    const isPull = /initializing source|reading blob|copying system image from manifest/.test(
      lines.at(-1) ?? '',
    );
    const evidence = { lines, isEntitled: false, image: isPull ? source.replace('docker://', '') : target };
    return { at: 0, evidence: { ...evidence, phase: isPull ? ('pull' as const) : ('push' as const) } };
  };
  await withRetries(attempt, {
    ...{ log, signal, onEvent },
    explain: ({ evidence }, diagnosis, attempts) => {
      const what = diagnosis === undefined ? '' : `${diagnosis.what}: `;
      const tried = attempts > 1 ? `, tried ${attempts} times` : '';
      return failure(
        diagnosis?.kind.source ?? 'remote',
        diagnosis?.kind.code ?? 'copy-failed',
        `${what}${source} could not be copied to ${target}${tried}`,
        {
          hint: [diagnosis?.hint, `The whole log is in ${log}.`].filter(Boolean).join(' '),
          detail: lastLines(evidence.lines),
        },
      );
    },
  });
}

/** buildah, podman and we ourselves take these variables; skopeo has to be told. */
function registriesConf(env: NodeJS.ProcessEnv): string[] {
  const file = env.CONTAINERS_REGISTRIES_CONF ?? env.REGISTRIES_CONFIG_PATH;
  return file ? ['--registries-conf', file] : [];
}

function noSkopeo(target: string): LayersError {
  return failure(
    'build',
    'no-skopeo',
    `skopeo is not here, and ${target} needs a copy of an image that was built before`,
    { hint: 'Install it: `apt install skopeo`, `dnf install skopeo`.' },
  );
}
