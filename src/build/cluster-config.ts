import { failure } from '../diagnostics.ts';
import { KERNELS, type KernelType } from '../plan/kernels.ts';
import type { ClusterBuild } from '../plan/plan.ts';
import type { Surroundings } from '../plan/surroundings.ts';
import { extensionsOf } from '../values/extensions.ts';
import { formatImageRef, type ImageRef } from '../values/image-ref.ts';
import { formatPoolId, type PoolId } from '../values/pool-id.ts';
import { isAtLeast, type ReleaseVersion } from '../values/release-version.ts';
import type { LeftOut } from './left-out.ts';
import type { Manifest } from './manifests.ts';
import type { SavedConfig } from './rendered-config.ts';

const GROUP = 'machineconfiguration.openshift.io';
const RELEASE = `${GROUP}/release-image-version`;

export interface ClusterInput {
  readonly id: PoolId;
  readonly build: ClusterBuild;
  readonly saved: SavedConfig | undefined;
  /** The MachineConfigs of `dist/` that the pool gets, those of worker first. */
  readonly machineConfigs: readonly Manifest[];
  /** The image of the worker pool: pinned, or to be; none where it has none or the pool does not take it. */
  readonly worker?: { readonly image?: string };
}

/** What the cluster's build of a pool starts from. */
export interface ClusterConfig {
  readonly surroundings: Surroundings;
  /** The rendered MachineConfig, as JSON. */
  readonly json: string;
  readonly leftOut: readonly LeftOut[];
}

interface Spec {
  readonly osImageURL?: unknown;
  readonly baseOSExtensionsContainerImage?: unknown;
  readonly kernelType?: unknown;
  readonly extensions?: readonly string[] | null;
  readonly kernelArguments?: readonly string[] | null;
}

/** The rendered MachineConfig with what `dist/` adds to it; without a saved one, a minimal one. Whatever wins there wins here. */
export function clusterConfig({ id, build, saved, machineConfigs, worker }: ClusterInput): ClusterConfig {
  const leftOut: LeftOut[] = saved === undefined ? [madeUp(id)] : [];
  const release = build.release as ReleaseVersion;
  const specs: Spec[] = machineConfigs.map(({ spec = {} }) => spec as Spec);
  const takesImages = isAtLeast(release, '4.22');
  const isOfRelease = saved?.annotations[RELEASE] === release;
  if (takesImages && saved !== undefined && !isOfRelease) leftOut.push(ofAnother(saved, release));
  const images = takesImages && isOfRelease ? saved : undefined;
  if (takesImages && worker !== undefined && worker.image === undefined) leftOut.push(unpinned(id));
  const inherited = takesImages ? worker?.image : undefined;
  const base = inherited ?? text(images?.spec.osImageURL) ?? build.base;
  const extensionsImage =
    (takesImages ? lastOf(specs, 'baseOSExtensionsContainerImage') : undefined) ??
    text(images?.spec.baseOSExtensionsContainerImage) ??
    build.extensions;
  const extensions = added(
    saved?.spec.extensions,
    specs.map(({ extensions }) => extensions),
  );
  const kernelType = lastOf(specs, 'kernelType', 'default') ?? saved?.spec.kernelType ?? '';
  const wanted = {
    packages: extensions.flatMap((extension) => packages(extension, release, id)),
    // Up to 4.19 the nodes do it, and not the build.
    kernel: isAtLeast(release, '4.20') ? kernelOf(kernelType, id) : ('default' as const),
  };
  const wantsAny = wanted.packages.length > 0 || wanted.kernel !== 'default';
  if (wantsAny && extensionsImage === undefined) leftOut.push(withoutExtensions(release, wanted));
  const name = saved?.name ?? `rendered-${id.pool}-${'0'.repeat(32)}`;
  return {
    surroundings: {
      ...{ pool: id.pool, base, rendered: name },
      // The operator has the image mounted for nothing to install as well, which changes nothing.
      ...(wantsAny && extensionsImage !== undefined && { extensions: { image: extensionsImage, ...wanted } }),
    },
    json: JSON.stringify({
      kind: 'MachineConfig',
      apiVersion: `${GROUP}/v1`,
      metadata: { name, annotations: saved?.annotations ?? { [RELEASE]: release } },
      spec: {
        osImageURL: lastOf(specs, 'osImageURL') ?? text(saved?.spec.osImageURL) ?? base,
        baseOSExtensionsContainerImage: extensionsImage ?? '',
        config: saved?.spec.config ?? {
          ignition: { version: isAtLeast(release, '4.19') ? '3.5.0' : '3.4.0' },
        },
        kernelArguments: orNull(
          added(
            saved?.spec.kernelArguments,
            specs.map(({ kernelArguments }) => kernelArguments),
          ),
        ),
        extensions: orNull(extensions),
        fips: saved?.spec.fips ?? false,
        kernelType,
      },
    }),
    leftOut,
  };
}

/** A list with what others have more. What it has twice stays twice, as in the operator. */
function added(
  own: readonly string[] | null | undefined,
  others: readonly (readonly string[] | null | undefined)[],
): string[] {
  const all = [...(own ?? [])];
  for (const list of others) for (const one of list ?? []) if (!(own ?? []).includes(one)) all.push(one);
  return all;
}

function lastOf(specs: readonly Spec[], key: keyof Spec, nothing = ''): string | undefined {
  const set = specs.map((spec) => spec[key]).filter((value) => typeof value === 'string');
  return set.findLast((value) => value !== '' && value !== nothing);
}

function text(image: ImageRef | null | undefined): string | undefined {
  return image ? formatImageRef(image) : undefined;
}

function orNull(list: readonly string[]): readonly string[] | null {
  return list.length === 0 ? null : list;
}

function packages(extension: string, release: ReleaseVersion, id: PoolId): readonly string[] {
  const known = extensionsOf(release).get(extension);
  if (known !== undefined) return known;
  throw failure('input', 'unknown-extension', `OpenShift ${release} has no extension ${extension}`, {
    hint: `The rendered MachineConfig of ${formatPoolId(id)} has it: the operator refuses that.`,
  });
}

function kernelOf(type: string, id: PoolId): KernelType {
  if (type === '' || type === 'default') return 'default';
  if (Object.hasOwn(KERNELS, type)) return type as KernelType;
  throw failure('input', 'unknown-kernel-type', `there is no kernelType ${type}`, {
    hint: `The rendered MachineConfig of ${formatPoolId(id)} has it: the operator refuses that.`,
  });
}

function madeUp({ cluster, pool }: PoolId): LeftOut {
  const place = ['layers/rendered', cluster, `${pool}.yaml`].filter(Boolean).join('/');
  return {
    part: 'rendered',
    why: `there is no saved rendered MachineConfig (${place}, or --rendered): an empty one was made up`,
  };
}

function ofAnother({ file, annotations }: SavedConfig, release: string): LeftOut {
  return {
    part: 'rendered-images',
    why: `${file} is of ${annotations[RELEASE] ?? 'no release'}: its images are not those of ${release}`,
  };
}

function unpinned({ cluster }: PoolId): LeftOut {
  const worker = formatPoolId({ ...(cluster !== undefined && { cluster }), pool: 'worker' });
  return {
    part: 'inherited-base',
    why: `${worker} has no pinned image yet, which will be the base: the release's was taken`,
  };
}

function withoutExtensions(
  release: string,
  { packages, kernel }: { readonly packages: readonly string[]; readonly kernel: KernelType },
): LeftOut {
  const what = [...packages, ...(kernel === 'default' ? [] : KERNELS[kernel])].join(', ');
  return {
    part: 'extensions',
    why: `the Release ${release} has no rhel-coreos-extensions: not installed are ${what}`,
  };
}
