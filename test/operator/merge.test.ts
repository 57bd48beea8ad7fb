import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Merged, mergeConfigs } from '../../src/operator/merge.ts';
import { Refusal } from '../../src/operator/refusal.ts';
import { selectConfigs } from '../../src/operator/selection.ts';
import type { ReleaseVersion } from '../../src/values/release-version.ts';
import { config, pool } from './golden.ts';

const ROLE = 'machineconfiguration.openshift.io/role';
const GENERATED = { 'machineconfiguration.openshift.io/generated-by-controller-version': 'abc' };
const DEFAULTS = { osImageURL: 'quay.io/os@sha256:0', baseOSExtensionsContainerImage: 'quay.io/e@sha256:0' };

const of = (name: string, role: string, spec: object, annotations = {}) =>
  config({ metadata: { name, labels: { [ROLE]: role }, annotations }, spec });

function merge(release: string, configs: readonly object[], more = {}): Merged {
  return mergeConfigs({
    release: `${release}.0` as ReleaseVersion,
    pool: 'infra',
    configs: configs as ReturnType<typeof of>[],
    defaults: DEFAULTS,
    ...more,
  });
}

describe('what wins in a pool', () => {
  it("is what comes last, a custom pool's own after all of worker, and by bytes", () => {
    const configs = [
      of('05-infra', 'infra', { osImageURL: 'a@sha256:1' }),
      of('99-zz', 'worker', { osImageURL: 'a@sha256:2' }),
      of('99-Z', 'worker', { osImageURL: 'a@sha256:3' }),
    ];
    const { order, spec, decisions } = merge('4.20', configs);
    expect(order).toEqual(['99-Z', '99-zz', '05-infra']);
    expect(spec.osImageURL).toBe('a@sha256:1');
    expect(decisions[0]).toEqual({
      field: 'osImageURL',
      value: 'a@sha256:1',
      by: ['05-infra'],
      lost: [
        { name: '99-Z', value: 'a@sha256:3', why: 'earlier' },
        { name: '99-zz', value: 'a@sha256:2', why: 'earlier' },
      ],
    });
  });

  it.each([
    ['4.20', 'a@sha256:2', 'earlier'],
    ['4.21', 'a@sha256:1', 'generated'],
  ])('from 4.21 on, is nothing that the operator generated: %s', (release, image, why) => {
    const configs = [
      of('00-aaa', 'worker', { osImageURL: 'a@sha256:1' }),
      of('00-worker', 'worker', { osImageURL: 'a@sha256:2' }, GENERATED),
    ];
    const { decisions } = merge(release, configs);
    expect(decisions[0]).toMatchObject({ value: image, lost: [{ why }] });
  });

  it('is nothing from 4.22 on, where it is more than the API server stores', () => {
    const large = (bytes: number) => [
      of('99-large', 'infra', {
        config: {
          ignition: { version: '3.4.0' },
          // `<` is six bytes in Go's JSON.
          storage: { files: [{ path: '/etc/a', contents: { source: `data:,${'<'.repeat(bytes / 6)}` } }] },
        },
      }),
    ];
    expect(merge('4.22', large(1_570_000)).name).toMatch(/^rendered-infra-/);
    expect(merge('4.21', large(1_580_000)).name).toMatch(/^rendered-infra-/);
    expect(() => merge('4.22', large(1_580_000))).toThrow(
      /^size validation failed: rendered MachineConfig rendered-infra-\w{32} is too large \(158\d{4} bytes, max 1572864 bytes\)$/,
    );
  });

  it('is no default kernel, which takes back nothing', () => {
    const configs = [
      of('a', 'worker', { kernelType: 'realtime' }),
      of('b', 'worker', { kernelType: 'default' }),
    ];
    expect(merge('4.20', configs).decisions[2]).toEqual({
      field: 'kernelType',
      value: 'realtime',
      by: ['a'],
      lost: [{ name: 'b', value: 'default', why: 'default' }],
    });
  });

  it('is refused where a pool names a stream and has an image of its own, from 4.22 on', () => {
    const configs = [of('a', 'worker', { osImageURL: 'a:tag' })];
    expect(merge('4.21', configs, { stream: 'rhel-10' })).toMatchObject({ isOverridden: true, isTag: true });
    expect(() => merge('4.22', configs, { stream: 'rhel-10' })).toThrow(
      'cannot override MachineConfig osImageURL',
    );
    expect(() => merge('4.22', [of('a', 'worker', {})], { stream: 'rhel-10' })).not.toThrow();
  });

  it('has no name where contents are in the old form of Ignition, which are not translated', () => {
    const old = { ignition: { version: '2.2.0' }, systemd: { units: [{ name: 'a.service' }] } };
    expect(merge('4.20', [of('a', 'worker', { config: old })]).name).toBeUndefined();
    expect(
      merge('4.20', [of('a', 'worker', { config: { ignition: { version: '2.2.0' } } })]).name,
    ).toBeDefined();
  });

  it('takes what the selector of the pool selects', () => {
    const configs = [
      of('a', 'worker', {}),
      of('b', 'infra', {}),
      of('rendered-infra-1', 'infra', {}),
      of('c', 'master', {}),
    ];
    const names = (machineConfigSelector: object) =>
      selectConfigs(pool('infra', { machineConfigSelector }), configs).map(({ metadata }) => metadata.name);
    const expression = (operator: string, values?: string[]) => ({
      matchExpressions: [{ key: ROLE, operator, values }],
    });
    expect(names({ matchLabels: { [ROLE]: 'infra' } })).toEqual(['b']);
    expect(names(expression('In', ['worker', 'infra']))).toEqual(['a', 'b']);
    expect(names(expression('NotIn', ['worker']))).toEqual(['b', 'c']);
    expect(names(expression('Exists'))).toEqual(['a', 'b', 'c']);
    expect(names(expression('DoesNotExist'))).toEqual([]);
    expect(names({})).toEqual([]);
  });
});

interface Vector {
  readonly input: { pool: string; base: string; extensions: string; machineConfigs: readonly object[] };
  /** By release: the rendered MachineConfig's name, which is a hash of all of it, or the error. */
  readonly answers: Readonly<Record<string, string>>;
}

/** Generated inputs, and what the operator's own code, of August 2026, answered. */
const VECTORS = JSON.parse(readFileSync(join(import.meta.dirname, 'merge.vectors.json'), 'utf8')) as Vector[];

describe('merges of generated MachineConfigs', () => {
  it.each(['4.18', '4.19', '4.20', '4.21', '4.22', '5.0', '5.1'])('are as %s has them', (release) => {
    for (const { input, answers } of VECTORS) {
      const answer = () => {
        try {
          const configs = input.machineConfigs.map(config);
          const defaults = { osImageURL: input.base, baseOSExtensionsContainerImage: input.extensions };
          return merge(release, configs, { pool: input.pool, defaults }).name;
        } catch (error) {
          if (error instanceof Refusal) return error.message;
          throw error;
        }
      };
      expect(answer(), JSON.stringify(input)).toBe(answers[release]);
    }
  });
});
