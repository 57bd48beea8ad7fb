import { readPoolBuilds } from '../../build/dist.ts';
import { LayersError } from '../../diagnostics.ts';
import { readConfig } from '../../synth/config.ts';
import { ownApp } from '../../synth/own-app.ts';
import { formatPoolId } from '../../values/pool-id.ts';

/** What a pool is to have: its build's hash, and the repository for it. */
export interface Wanted {
  readonly build: string;
  readonly image: string;
}

/** What pools are to have, by what `layers/` says, as far as that can be told while the lock cannot be read. */
export function wantedBuilds(root: string): ReadonlyMap<string, Wanted> {
  try {
    return readConfig(root).foreignApp === undefined ? compiled(root) : inDist(root);
  } catch (error) {
    if (error instanceof LayersError) return new Map();
    throw error;
  }
}

function compiled(root: string): Map<string, Wanted> {
  return new Map(
    ownApp(root).compiled.flatMap(({ id, hash, image }) =>
      image === undefined ? [] : [[formatPoolId(id), { build: hash, image }]],
    ),
  );
}

/** A repository's own app fails with its lock: what it wrote last is the next best. */
function inDist(root: string): Map<string, Wanted> {
  return new Map(
    readPoolBuilds(root).flatMap(({ pool, build, image }) =>
      build === undefined || image === undefined ? [] : [[pool, { build, image }]],
    ),
  );
}
