import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import yaml from 'js-yaml';
import { DIST } from '../build/dist.ts';
import { failure } from '../diagnostics.ts';
import { formatPoolId, type PoolId } from '../values/pool-id.ts';

/** What is read of a manifest. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** A pool's objects, as they are in `dist/`. */
export function readManifests(root: string, id: PoolId): Manifest[] {
  const file = `${DIST}/${formatPoolId(id)}.k8s.yaml`;
  try {
    return yaml.loadAll(readFileSync(join(root, file), 'utf8')) as Manifest[];
  } catch {
    throw failure('input', 'dist-broken', 'this file is not what synth wrote', {
      hint: 'Write dist/ again: `layers synth`.',
      origin: { file },
    });
  }
}
