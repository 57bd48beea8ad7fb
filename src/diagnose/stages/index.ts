import { build } from './build.ts';
import { config } from './config.ts';
import { digest } from './digest.ts';
import { job } from './job.ts';
import { log } from './log.ts';
import { nodes } from './nodes.ts';
import { operator } from './operator.ts';
import { pods } from './pods.ts';
import { pool } from './pool.ts';
import { result } from './result.ts';
import { secrets } from './secrets.ts';
import type { Stage } from './stage.ts';

/** The path of a build, in its order. */
export const STAGES: readonly Stage[] = [
  config,
  pool,
  secrets,
  operator,
  build,
  job,
  pods,
  log,
  digest,
  result,
  nodes,
];
