import { failure } from '../diagnostics.ts';
import { copyImage } from '../engines/skopeo.ts';
import { type BuildPlan, type IndexPlan, isIndex } from '../plan/plan.ts';
import { type Image, readImage } from '../registry/image.ts';
import type { Place } from '../registry/places.ts';
import type { Architecture } from '../values/architecture.ts';
import { formatImageRef, type PinnedImage, parseImageRef, parsePinnedImage } from '../values/image-ref.ts';
import { ValueError } from '../values/value.ts';
import type { Publisher } from './publish.ts';
import { logOf, withScratch } from './run.ts';

/** What the Machine Config Operator says of an image that it built, in its labels. */
export interface OperatorImage extends Image {
  /** The image that it was built from; none where that is not named by digest. */
  readonly base?: PinnedImage;
  /** The rendered MachineConfig that is baked into it, and the pool that this is of. */
  readonly rendered: string;
  readonly pool: string;
}

const LABELS = ['baseOSContainerImage', 'machineconfig', 'machineconfigpool'] as const;

/** Reads an image that an operator is to have built; refuses any other one. */
export async function readOperatorImage(
  { registry, ref }: Place,
  architecture: Architecture,
): Promise<OperatorImage> {
  const image = await readImage(registry, ref, architecture);
  const [base, rendered, pool] = LABELS.map((label) => image.labels[label] ?? '');
  const missing = LABELS.filter((label) => !image.labels[label]);
  if (missing.length > 0) {
    throw failure(
      'input',
      'image-not-of-operator',
      `${formatImageRef(ref)} was not built by the Machine Config Operator: it has no label ${missing.join(', ')}`,
      {
        hint: 'Such an image is named by status.currentImagePullSpec of a MachineOSConfig. One that was built from this repository is pinned by `layers pin set <pool> <image>`.',
      },
    );
  }
  return { ...image, rendered: rendered!, pool: pool!, ...baseOf(base!) };
}

function baseOf(text: string): { base?: PinnedImage } {
  try {
    return { base: parsePinnedImage(text) };
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    return {};
  }
}

/** The architecture that a pool's nodes have. The operator builds for one, and all of them are to run its image. */
export function architectureOf(pool: string, plan: BuildPlan | IndexPlan): Architecture {
  if (!isIndex(plan)) return plan.architecture;
  throw failure(
    'input',
    'operator-image-for-one',
    `${pool} has nodes of several architectures (${plan.builds.map((build) => build.architecture).join(', ')}), and an operator builds for one`,
    { hint: `\`layers build ${pool} --pin\` builds an index of images for all of them.` },
  );
}

/** The tag that keeps a copy from a registry's clean-up of what has none. `layers prune` knows only tags of builds. */
function copyTag({ digest }: PinnedImage): string {
  return `operator-${digest.slice('sha256:'.length, 'sha256:'.length + 32)}`;
}

/** Copies an operator's image into a repository of ours, byte for byte, where it is not there yet under its tag. */
export async function copyOperatorImage(run: Publisher, from: PinnedImage, to: string): Promise<void> {
  const { root, registries, authFile, signal } = run;
  const tag = copyTag(from);
  const target = { ...parseImageRef(to), tag };
  if ((await registries.find(target)) === from.digest) return;
  const insecure = await registries.isInsecure(from);
  const insecureTo = await registries.isInsecure(target);
  await withScratch(root, tag, (scratch) =>
    copyImage({
      ...{ from: { kind: 'registry', ref: from, insecure }, to: target, insecureTo, isIndex: false },
      ...{ scratch, signal, log: logOf(root, tag) },
      ...(authFile && { authFile }),
      onEvent: (event) => run.onEvent({ hash: tag, ...event }),
    }),
  );
  run.onEvent({ type: 'copied', hash: tag, image: to, digest: from.digest });
}
