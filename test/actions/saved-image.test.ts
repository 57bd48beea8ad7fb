import { describe, expect, it } from 'vitest';
import { savedImage } from '../../src/actions/pin-from/saved-image.ts';
import { LayersError } from '../../src/diagnostics.ts';
import { readGathered } from '../../src/gathered/read.ts';
import * as k from '../diagnose/cluster.ts';
import { folderOf } from '../gathered/folder.ts';

const image = (digit: string) => `quay.io/team/os@sha256:${digit.repeat(64)}`;

/** A pool's MachineOSConfig, with this image. */
const config = (name: string, currentImagePullSpec: string) =>
  k.config(
    { machineConfigPool: { name } },
    { metadata: { name }, status: { currentImagePullSpec, machineOSBuild: { name: `${name}-${k.HASH}` } } },
  );

function saved(...objects: readonly object[]) {
  const root = folderOf({ 'saved.yaml': { apiVersion: 'v1', kind: 'List', items: objects } });
  return { root, from: 'saved.yaml', gathered: readGathered(root) };
}

function refusal(objects: readonly object[], pool?: string) {
  try {
    savedImage(saved(...objects), pool);
  } catch (error) {
    if (error instanceof LayersError) return error.diagnostics[0]!;
    throw error;
  }
  throw new Error('this is not refused');
}

describe('the image for a pool, of those that saved objects name', () => {
  const both = [config('infra', image('1')), config('worker', image('2'))];

  it("is that of the pool's own name, in whichever cluster", () => {
    expect(savedImage(saved(...both), 'worker').image).toBe(image('2'));
    expect(savedImage(saved(...both), 'prod/infra').image).toBe(image('1'));
  });

  it('is the only one there is, whatever its pool is called: that of a canary', () => {
    expect(savedImage(saved(both[0]!), 'prod/worker')).toMatchObject({
      pool: 'infra',
      build: `infra-${k.HASH}`,
      ref: { repository: 'team/os', digest: `sha256:${'1'.repeat(64)}` },
    });
    const same = [config('infra', image('1')), config('gpu', image('1'))];
    expect(savedImage(saved(...same), 'worker').image).toBe(image('1'));
  });

  it.each([
    ['gpu', "saved.yaml names images of several pools, and none is gpu's"],
    [undefined, 'saved.yaml names images of several pools'],
  ])('is not guessed from several, for %s', (pool, message) => {
    expect(refusal(both, pool)).toMatchObject({ code: 'several-images', message });
    expect(refusal(both, pool).detail?.split('\n')).toEqual([
      `infra: ${image('1')} (MachineOSConfig infra, infra-${k.HASH}, in saved.yaml)`,
      `worker: ${image('2')} (MachineOSConfig worker, worker-${k.HASH}, in saved.yaml)`,
    ]);
  });

  it.each([
    ['a MachineOSConfig as it is in git', k.config(), 'no-image-saved', 'no currentImagePullSpec'],
    ['a build that was interrupted', k.build('Interrupted'), 'saved-build-failed', 'was interrupted'],
    ['a build whose digest could not be stored', k.build('Succeeded'), 'digest-not-saved', 'succeeded, and'],
    ['a build that has not begun', k.build(undefined), 'no-image-saved', 'not done'],
  ])('is none of %s, at its file', (_, object, code, says) => {
    expect(refusal([object])).toMatchObject({
      code,
      message: expect.stringContaining(says),
      origin: { file: 'saved.yaml' },
    });
  });

  it('is none of a file that cannot be read, which is said', () => {
    const root = folderOf({ 'saved.yaml': 'kind: MachineOSConfig\n  broken: [' });
    const broken = { root, from: 'saved.yaml', gathered: readGathered(root) };
    expect(() => savedImage(broken, 'worker')).toThrow(LayersError);
    expect(refusal([k.pool()]).detail).toBeUndefined();
    try {
      savedImage(broken, 'worker');
    } catch (error) {
      expect((error as LayersError).diagnostics[0]!.detail).toContain('saved.yaml is passed over');
    }
  });
});
