import { lostObjects } from '../synth/reverts.ts';
import { differing, type Files } from './files.ts';
import type { Revert } from './model.ts';
import type { PoolState } from './state.ts';

/** Where nodes go back to what they had before: an object that holds them is gone, or no longer names an image. */
export function findReverts(
  before: Files,
  after: Files,
  pairs: readonly { readonly before?: PoolState | undefined; readonly after?: PoolState | undefined }[],
): Revert[] {
  const gone = lostObjects(differing(before, after), differing(after, before)).map(
    ({ kind, name, path }): Revert => {
      const pool = path.replace(/\.k8s\.yaml$/, '');
      const isPools = before.has(`${pool}.build`);
      return { ...(isPools && { pool }), kind, name, file: `dist/${path}`, why: 'object-gone' };
    },
  );
  const withoutImage = pairs.flatMap(({ before, after }): Revert[] => {
    if (before?.image === undefined || after === undefined || after.image !== undefined) return [];
    const config = after.objects.find(({ kind }) => kind === 'MachineConfig');
    const same = before.objects.some(
      ({ kind, metadata }) => kind === 'MachineConfig' && metadata.name === config?.metadata.name,
    );
    if (config === undefined || !same) return [];
    const { pool } = after;
    const { kind, metadata } = config;
    return [{ pool, kind, name: metadata.name, file: `dist/${pool}.k8s.yaml`, why: 'image-gone' }];
  });
  return [...gone, ...withoutImage];
}
