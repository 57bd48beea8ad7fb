import * as z from 'zod';
import { ARCHITECTURES, type Architecture } from '../values/architecture.ts';
import { osImage, pinnedImage } from '../values/image-ref.ts';
import { releaseVersion } from '../values/release-version.ts';
import { pattern } from '../values/value.ts';

export const releaseImages = z.strictObject({
  'rhel-coreos': osImage.describe('The OS image: what `oc adm release info --image-for rhel-coreos` prints.'),
  'rhel-coreos-extensions': pinnedImage.optional().describe("The extensions' image."),
  'driver-toolkit': pinnedImage.optional().describe('The image that kernel modules are built in.'),
  kernel: pattern(
    /^[0-9][A-Za-z0-9._+~^]*-[A-Za-z0-9._+~^]+$/,
    "a kernel's version",
    'Write version-release.arch: "5.14.0-570.16.1.el9_6.x86_64".',
  )
    .optional()
    .describe("The OS image's kernel, `version-release.arch`."),
  el: pattern(/^[0-9]+(\.[0-9]+)?$/, 'a version of RHEL', 'Write "9.6".')
    .optional()
    .describe('The RHEL under it, such as "9.6".'),
});

const shape = z.strictObject({
  name: releaseVersion.describe('The z-stream, in quotes: "4.19.3".'),
  ...(Object.fromEntries(
    ARCHITECTURES.map((name) => [
      name,
      releaseImages.optional().describe(`Its images for ${name}, by digest.`),
    ]),
  ) as Record<Architecture, z.ZodOptional<typeof releaseImages>>),
});

export const release = shape
  .superRefine((props, context) => {
    if (ARCHITECTURES.some((name) => props[name] !== undefined)) return;
    context.addIssue({
      code: 'custom',
      message: 'this release has no images',
      params: { code: 'missing-key', hint: 'Write amd64: with its images, or another architecture.' },
    });
  })
  .meta({ anyOf: ARCHITECTURES.map((name) => ({ required: [name] })) });

/** What is known of a z-stream for one architecture. */
export type ReleaseImages = z.output<typeof releaseImages>;
export type ReleaseImagesProps = z.input<typeof releaseImages>;
/** What is known of one OpenShift z-stream. */
export type Release = z.output<typeof release>;
export type ReleaseProps = z.input<typeof release>;
