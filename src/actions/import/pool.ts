import { failure, type Origin } from '../../diagnostics.ts';
import type { ReadFile } from '../../import/read.ts';
import type { Library } from '../../spec/library.ts';
import type { PoolProps } from '../../spec/pool.ts';
import { type ReleaseVersion, releaseVersion } from '../../values/release-version.ts';
import type { ImportOptions } from '../import.ts';
import type { Job } from './jobs.ts';

/** The pool of a layer: what its manifest says, and what was named. */
export function poolOf(
  { input, manifest, settings }: Job,
  layer: string,
  read: ReadFile,
  release: ReleaseVersion | undefined,
  library: Library,
  options: ImportOptions,
): PoolProps {
  const known =
    release === undefined ? undefined : library.releases.get(release)?.value.amd64?.['rhel-coreos'];
  const isKnown = known !== undefined && read.base?.split('@')[1] === known.digest;
  return {
    name: options.pool ?? manifest?.pool ?? layer.slice(0, 21).replace(/-+$/, ''),
    ...(release !== undefined && { release }),
    ...(read.base !== undefined && !isKnown && { base: read.base }),
    layers: [layer],
    ...settings,
    ...targetOf(read, settings, options, input.placeOf(read.fromLines)),
  };
}

function targetOf(
  { base }: ReadFile,
  { target }: Partial<PoolProps>,
  { image, pushSpec, pushSecret }: ImportOptions,
  origin: Origin,
): Pick<PoolProps, 'target'> {
  if (base === undefined && (pushSpec !== undefined || pushSecret !== undefined || target === undefined)) {
    if (pushSpec === undefined || pushSecret === undefined) {
      throw failure(
        'input',
        'no-push-spec',
        'it is not said where the cluster pushes the image that it builds',
        {
          hint: 'Add --push-spec <host/namespace/name:tag> and --push-secret <name>; or --base and --image, to build it elsewhere; or --no-pool, for the layer alone.',
          origin,
        },
      );
    }
    return {
      target: {
        machineOSConfig: {
          renderedImagePushSpec: pushSpec,
          renderedImagePushSecret: { name: pushSecret },
        },
      },
    };
  }
  if (image !== undefined) return { target: { machineConfig: { image } } };
  return target === undefined ? {} : { target };
}

/** The release that was named; else the one whose image this is, or the only one there is. */
export function releaseOf(
  { release, base }: ImportOptions,
  library: Library,
  { text }: Job,
): ReleaseVersion | undefined {
  if (release !== undefined) {
    const parsed = releaseVersion.safeParse(release);
    if (parsed.success) return parsed.data;
    throw failure('input', 'invalid-release', parsed.error.issues[0]!.message, {
      hint: 'Write --release 4.19.3.',
    });
  }
  const all = [...library.releases.values()].map(({ value }) => value);
  const from = base ?? text;
  const same = all.find(({ amd64 }) => amd64 !== undefined && from.includes(amd64['rhel-coreos'].digest));
  return (same ?? (all.length === 1 ? all[0] : undefined))?.name;
}
