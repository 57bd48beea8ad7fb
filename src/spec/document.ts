import * as z from 'zod';
import { cluster } from './cluster.ts';
import { layer } from './layer.ts';
import { pool, poolDefaults } from './pool.ts';
import { release } from './release.ts';

/** Every kind of document under `layers/`. */
export const DOCUMENTS = {
  Layer: layer.extend({ kind: z.literal('Layer').describe('Says that this document is a layer.') }),
  Release: release.extend({ kind: z.literal('Release').describe('Says that this document is a release.') }),
  Pool: pool.extend({ kind: z.literal('Pool').describe('Says that this document is a pool.') }),
  PoolDefaults: poolDefaults.extend({
    kind: z.literal('PoolDefaults').describe('Says that this document is what pools have in common.'),
  }),
  Cluster: cluster.extend({ kind: z.literal('Cluster').describe('Says that this document is a cluster.') }),
} as const;

export type DocumentKind = keyof typeof DOCUMENTS;
