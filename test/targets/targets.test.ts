import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { TARGETS } from '../../src/targets/index.ts';
import type { TargetKind } from '../../src/targets/target.ts';
import type { Digest } from '../../src/values/digest.ts';

const DIGEST = `sha256:${'a1'.repeat(32)}` as Digest;
const VIEW = { pool: 'worker', containerfile: 'FROM configs AS final\n', annotations: { a: 'b' }, node: {} };
const KINDS = Object.values(TARGETS) as unknown as TargetKind<string, z.ZodType>[];

const PROPS = {
  machineConfig: { image: 'registry.example.com/os/worker' },
  machineOSConfig: {
    renderedImagePushSpec: 'registry.example.com/os/worker:latest',
    renderedImagePushSecret: { name: 'push' },
  },
};

/** A target's first object for props as they are written. */
const objectOf = (name: keyof typeof TARGETS, more: object = {}, view: object = {}) => {
  const kind = TARGETS[name] as unknown as TargetKind<string, z.ZodType>;
  return kind.objects(kind.schema.parse({ ...PROPS[name], ...more }), { ...VIEW, ...view })[0];
};

describe('every target', () => {
  it.each(KINDS)('$name has a summary, and its name in the index', (kind) => {
    expect(kind.summary).toMatch(/^[A-Z].*\.$/);
    expect(TARGETS[kind.name as keyof typeof TARGETS]).toBe(kind);
  });

  it.each(KINDS)('$name makes a cluster-scoped object, with the annotations it is given', ({ name }) => {
    const image = 'registry.example.com/os/worker';
    const object = objectOf(name as keyof typeof TARGETS, {}, { pinned: { image, digest: DIGEST } });
    expect(object!.metadata).not.toHaveProperty('namespace');
    expect(object!.metadata.annotations).toEqual(VIEW.annotations);
  });
});

describe('machineConfig', () => {
  it('names the image by the digest that is pinned, where it was pushed', () => {
    expect(objectOf('machineConfig', {}, { pinned: { image: 'old.example.com/x', digest: DIGEST } })).toEqual(
      {
        apiVersion: 'machineconfiguration.openshift.io/v1',
        kind: 'MachineConfig',
        metadata: {
          name: '99-worker-os-layers',
          annotations: VIEW.annotations,
          labels: { 'machineconfiguration.openshift.io/role': 'worker' },
        },
        spec: { osImageURL: `old.example.com/x@${DIGEST}` },
      },
    );
  });

  it('makes nothing for a pool that was never pinned', () => {
    expect(objectOf('machineConfig')).toBeUndefined();
  });

  it('starts from the base by digest', () => {
    const base = { registry: 'q.io', repository: 'base', digest: DIGEST };
    expect(TARGETS.machineConfig.from(base)).toBe(`FROM q.io/base@${DIGEST}`);
  });
});

describe('machineOSConfig', () => {
  it('has the name of its pool, and the architecture written out', () => {
    expect(objectOf('machineOSConfig')).toEqual({
      apiVersion: 'machineconfiguration.openshift.io/v1',
      kind: 'MachineOSConfig',
      metadata: { name: 'worker', annotations: VIEW.annotations },
      spec: {
        machineConfigPool: { name: 'worker' },
        containerFile: [{ containerfileArch: 'NoArch', content: VIEW.containerfile }],
        imageBuilder: { imageBuilderType: 'Job' },
        renderedImagePushSecret: { name: 'push' },
        renderedImagePushSpec: 'registry.example.com/os/worker:latest',
      },
    });
  });

  it('names a secret to pull with where there is one', () => {
    expect(objectOf('machineOSConfig', { baseImagePullSecret: { name: 'pull' } })!.spec).toMatchObject({
      baseImagePullSecret: { name: 'pull' },
    });
  });

  it('is never pinned: no digest of ours is in it', () => {
    const pinned = { image: 'registry.example.com/os/worker', digest: DIGEST };
    expect(objectOf('machineOSConfig', {}, { pinned })).toEqual(objectOf('machineOSConfig'));
  });
});
