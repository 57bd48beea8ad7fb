import * as z from 'zod';
import { imageRepository } from '../values/image-ref.ts';
import { dnsLabel } from '../values/names.ts';
import { releaseVersion } from '../values/release-version.ts';
import { ValueError, value } from '../values/value.ts';

const RESERVED = 'builds';

const clusterName = value((text) => {
  if (text === RESERVED)
    throw new ValueError(
      `a cluster cannot be called ${RESERVED}`,
      'dist/builds/ is the folder of the builds.',
    );
  return text;
});

const label = z.string().min(1).describe("A label's value.");

export const cluster = z.strictObject({
  name: dnsLabel
    .pipe(clusterName)
    .meta({ not: { const: RESERVED } })
    .describe("Its name: the folder in dist/, and the first part of its pools' identities."),
  labels: z.record(z.string().min(1), label).optional().describe('What pools and defaults select it by.'),
  release: releaseVersion
    .optional()
    .describe('The OpenShift release it runs. Default: the one of the defaults that hold for it.'),
  topology: z
    .enum(['ha', 'sno'])
    .optional()
    .describe('What nodes it has: `ha`, or `sno`, a single one with the pool master only. Default: ha.'),
  registry: z
    .strictObject({
      push: imageRepository.describe(
        'Where images are pushed, `host/path`. A pool without an image of its own is pushed to `<push>/<pool>`.',
      ),
      pull: imageRepository
        .optional()
        .describe('Where its nodes pull them from: a mirror of `push`. Default: push.'),
    })
    .optional()
    .describe('Its registries.'),
});

/** Names of clusters, or labels that they all have. */
export const clusterSelector = z.union([
  z.array(dnsLabel.describe('The name of a cluster.')).min(1),
  z.strictObject({
    labels: z.record(z.string().min(1), label).describe('Labels that a cluster has to have, all of them.'),
  }),
]);

/** A cluster of several. */
export type Cluster = z.output<typeof cluster>;
export type ClusterSelector = z.output<typeof clusterSelector>;

export function selects(selector: ClusterSelector | undefined, { name, labels = {} }: Cluster): boolean {
  if (selector === undefined) return true;
  if (Array.isArray(selector)) return selector.includes(name);
  return Object.entries(selector.labels).every(([key, wanted]) => labels[key] === wanted);
}
