import * as z from 'zod';
import { job } from './job.ts';

export const build = z
  .union([z.literal('local'), z.strictObject({ job: job.describe('Where and how a Job builds the image.') })])
  .describe('Who builds: `local`, whoever runs `layers build`, or a Job on a cluster. Default: local.');
