import * as z from 'zod';
import { TARGETS, type TargetName } from '../targets/index.ts';
import { ARCHITECTURES } from '../values/architecture.ts';
import { osImage } from '../values/image-ref.ts';
import { dnsLabel, poolName } from '../values/names.ts';
import { releaseVersion } from '../values/release-version.ts';
import { pattern } from '../values/value.ts';
import { build } from './build.ts';
import { clusterSelector } from './cluster.ts';
import { layer } from './layer.ts';
import { machineConfigPool } from './machine-config-pool.ts';
import { node } from './node.ts';
import { silences } from './silence.ts';
import { variant } from './variant.ts';

type TargetShape = { [Name in TargetName]: (typeof TARGETS)[Name]['schema'] };

const targetShape = Object.fromEntries(
  Object.values(TARGETS).map(({ name, schema, summary }) => [name, schema.describe(summary)]),
) as unknown as TargetShape;

/** What a pool has of its own, or by `extends`, or by defaults: the nearest wins, but for layers, which add up. */
export const settings = {
  release: releaseVersion
    .optional()
    .describe(
      'The OpenShift release it is built for, in quotes: "4.19.3". A Release document has its images.',
    ),
  layers: z
    .array(z.union([dnsLabel, layer]))
    .min(1)
    .optional()
    .describe('Its layers, in this order: names of Layer documents, or layers written in place.'),
  architectures: z
    .array(z.enum(ARCHITECTURES))
    .min(1)
    .superRefine((names, context) => {
      const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
      if (twice === -1) return;
      context.addIssue({ code: 'custom', path: [twice], message: `${names[twice]} is in this list twice` });
    })
    .optional()
    .describe(
      'What its nodes are, in any order. Several get one image index, with an image for each. Default: amd64 alone.',
    ),
  base: osImage
    .optional()
    .describe(
      "An OS image by digest, instead of the release's. Where architectures has several: an index that has them all.",
    ),
  build: build.optional(),
  refresh: pattern(/^[A-Za-z0-9][A-Za-z0-9._:+-]{0,62}$/, 'a word', 'Write one word, such as "2026-11".')
    .optional()
    .describe(
      'Any word, such as "2026-11". Another one builds anew, for newer packages in the repositories.',
    ),
  follows: pattern(
    /^[a-z0-9][a-z0-9-]*(\/[a-z0-9][a-z0-9-]*)?$/,
    'a pool to follow',
    'Write <cluster>/<pool>, or <cluster> for the pool of the same name there.',
  )
    .optional()
    .describe(
      'The pool whose pinned image it takes, by `layers pin promote` only: `<cluster>/<pool>`, or `<cluster>` for the pool of the same name there. Without Cluster documents: `<pool>`. `none` where a pool leads, whatever its defaults say.',
    ),
  ...node,
  machineConfigPool: machineConfigPool
    .optional()
    .describe('Renders the MachineConfigPool as well: for custom pools.'),
  syncWave: z
    .number()
    .int()
    .optional()
    .describe(
      "Argo CD's sync wave of its objects: lower ones are applied first. Default: 0, as without one.",
    ),
  target: variant('target', targetShape).optional().describe('How the image reaches the nodes.'),
} as const;

const parent = dnsLabel
  .optional()
  .describe(
    'A Pool or a named PoolDefaults: its layers come before the own ones, and its settings hold where there is none here.',
  );

export const pool = z.strictObject({
  name: poolName.describe("The MachineConfigPool's name, at most 21 characters."),
  extends: parent,
  clusters: clusterSelector
    .optional()
    .describe('The clusters that have it, by name or by labels. Default: all of them.'),
  ...settings,
  silence: silences,
});

export const poolDefaults = z.strictObject({
  name: dnsLabel
    .optional()
    .describe('With a name they hold for pools that extend it; without one, for every pool.'),
  extends: parent,
  clusters: clusterSelector
    .optional()
    .describe('Without a name: the clusters whose pools they hold for. Default: all of them.'),
  ...settings,
  silence: silences,
});

/** A MachineConfigPool whose nodes get an image of layers. */
export type Pool = z.output<typeof pool>;
/** A pool as it is written. */
export type PoolProps = z.input<typeof pool>;
/** What several pools have in common. */
export type PoolDefaults = z.output<typeof poolDefaults>;
