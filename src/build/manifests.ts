import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import yaml from 'js-yaml';
import { failure } from '../diagnostics.ts';
import { formatPoolId, type PoolId } from '../values/pool-id.ts';
import { DIST } from './dist.ts';

/** What is read of a manifest. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** A pool's objects, as they are in `dist/`; none where there is no such pool, or nothing to apply yet. */
export function findManifests(root: string, id: PoolId): Manifest[] {
  return existsSync(join(root, fileOf(id))) ? readManifests(root, id) : [];
}

/** A pool's objects, as they are in `dist/`. */
export function readManifests(root: string, id: PoolId): Manifest[] {
  const file = fileOf(id);
  try {
    return yaml.loadAll(readFileSync(join(root, file), 'utf8')) as Manifest[];
  } catch {
    throw failure('input', 'dist-broken', 'this file is not what synth wrote', {
      hint: 'Write dist/ again: `layers synth`.',
      origin: { file },
    });
  }
}

function fileOf(id: PoolId): string {
  return `${DIST}/${formatPoolId(id)}.k8s.yaml`;
}
