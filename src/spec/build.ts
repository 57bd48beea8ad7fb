import { z } from 'zod';
import { imageRef } from '../values/image-ref.ts';
import { dnsLabel, secretName } from '../values/names.ts';

export const job = z.strictObject({
  namespace: dnsLabel.describe('The namespace of the Job and of all that it needs. It has to exist.'),
  builder: imageRef.describe('The image to build in: buildah, bash and curl are in it.'),
  pushSecret: secretName.describe(
    'A Secret in the namespace, of type kubernetes.io/dockerconfigjson, with the right to push.',
  ),
  pullSecret: secretName
    .optional()
    .describe('Likewise, with the right to pull the base. Default: pushSecret.'),
});

export const build = z
  .union([z.literal('local'), z.strictObject({ job: job.describe('Where and how a Job builds the image.') })])
  .describe('Who builds: `local`, whoever runs `layers build`, or a Job on a cluster. Default: local.');

/** Settings of a build by a Job. */
export type JobSettings = z.output<typeof job>;
