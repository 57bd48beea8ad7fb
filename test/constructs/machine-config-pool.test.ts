import yaml from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { formatPath } from '../../src/diagnostics.ts';
import { parseSpec } from '../../src/spec/parse.ts';
import { poolDefaults } from '../../src/spec/pool.ts';
import { errorsOf } from '../compile/compile-pool.ts';
import { documents, LAYER, ON_CLUSTER, poolDocument, RELEASES } from '../synth/documents.ts';
import { rendered, temporaryRepository } from '../synth/temporary-repository.ts';

interface KubeObject {
  kind: string;
  metadata: { annotations: Record<string, string> };
  spec: Record<string, unknown>;
}

/** The objects of an on-cluster pool with more keys. */
function objectsOf(more: string, name = 'infra'): KubeObject[] {
  const pool = poolDocument({ name, release: '4.19.3', target: ON_CLUSTER });
  const files = rendered(
    temporaryRepository({ 'layers/all.yaml': documents(RELEASES, LAYER, `${pool}${more}\n`) }),
  );
  return yaml.loadAll(files[`${name}.k8s.yaml`]!) as KubeObject[];
}

const poolOf = (machineConfigPool: string) =>
  objectsOf(`machineConfigPool: ${machineConfigPool}`).find(({ kind }) => kind === 'MachineConfigPool')!;

const wavesOf = (more: string) =>
  Object.fromEntries(
    objectsOf(more).map(({ kind, metadata }) => [kind, metadata.annotations['argocd.argoproj.io/sync-wave']]),
  );

describe('a custom MachineConfigPool', () => {
  it("takes the nodes of its role, and worker's MachineConfigs before its own", () => {
    expect(poolOf('{ paused: true, maxUnavailable: "10%" }')).toEqual({
      apiVersion: 'machineconfiguration.openshift.io/v1',
      kind: 'MachineConfigPool',
      metadata: {
        name: 'infra',
        annotations: {
          'argocd.argoproj.io/sync-options': 'Prune=confirm,Delete=confirm',
          'argocd.argoproj.io/sync-wave': '-1',
        },
      },
      spec: {
        machineConfigSelector: {
          matchExpressions: [
            {
              key: 'machineconfiguration.openshift.io/role',
              operator: 'In',
              values: ['worker', 'infra'],
            },
          ],
        },
        nodeSelector: { matchLabels: { 'node-role.kubernetes.io/infra': '' } },
        paused: true,
        maxUnavailable: '10%',
      },
    });
  });

  it('takes other nodes where it says so, and those only', () => {
    const { spec } = poolOf('{ nodeSelector: { matchLabels: { example.com/rack: "7", gpu: "" } } }');
    expect(spec.nodeSelector).toEqual({ matchLabels: { 'example.com/rack': '7', gpu: '' } });
  });

  it('is made only where it is asked for', () => {
    expect(objectsOf('').map(({ kind }) => kind)).toEqual(['MachineOSConfig']);
  });
});

describe('a custom MachineConfigPool that cannot be', () => {
  const errors = (nodeSelector: object) => invalid('machineConfigPool', { nodeSelector });

  it.each(['master', 'control-plane'])('has nodes of the control plane: %s', (role) => {
    const label = `node-role.kubernetes.io/${role}`;
    const [error, ...more] = errors({ matchLabels: { [label]: '' } });
    expect(more).toEqual([]);
    expect(error).toContain(`machineConfigPool.nodeSelector.matchLabels.${label}`);
    expect(error).toContain('control plane');
  });

  it.each([
    ['no labels', { matchLabels: {} }, 'every node'],
    ['nothing', {}, 'matchLabels is missing'],
    ['a key with blanks', { matchLabels: { 'a b': 'x' } }, 'not the key of a label'],
    ['a key of two slashes', { matchLabels: { 'a/b/c': 'x' } }, 'not the key of a label'],
    ['an upper-case domain', { matchLabels: { 'Example.com/rack': 'x' } }, 'not the key of a label'],
    ['a long key', { matchLabels: { ['a'.repeat(64)]: 'x' } }, 'not the key of a label'],
    ['a value with blanks', { matchLabels: { a: 'x y' } }, 'not the value of a label'],
    ['a number', { matchLabels: { a: 1 } }, 'text'],
    ['expressions, which are not known here', { matchExpressions: [] }, 'not known here'],
  ])('selects by %s', (_, nodeSelector, message) => {
    expect(errors(nodeSelector).join('\n')).toContain(message);
  });

  it.each(['master', 'worker'])("is the cluster's own: %s", (name) => {
    expect(errorsOf({ pool: { name, machineConfigPool: {} } })).toEqual([
      expect.stringMatching(/^pool-not-custom machineConfigPool: /),
    ]);
  });

  it("has another name for the control plane's pool", () => {
    expect(errorsOf({ pool: { name: 'control-plane' } })).toEqual([
      expect.stringMatching(/^pool-on-control-plane name: /),
    ]);
  });
});

describe("Argo CD's sync waves", () => {
  it('have the MachineConfigPool before what is of it', () => {
    const custom = 'machineConfigPool: {}\nkernelArguments: [quiet]\n';
    expect(wavesOf(custom)).toEqual({
      MachineConfigPool: '-1',
      MachineOSConfig: undefined,
      MachineConfig: undefined,
    });
    expect(wavesOf(`${custom}syncWave: 5`)).toEqual({
      MachineConfigPool: '4',
      MachineOSConfig: '5',
      MachineConfig: '5',
    });
    expect(wavesOf('syncWave: -3')).toEqual({ MachineOSConfig: '-3' });
  });

  it.each([1.5, '1', true])('are whole numbers: %j is none', (syncWave) => {
    expect(invalid('syncWave', syncWave).join()).toMatch(/^syncWave: .* number/);
  });
});

/** What the schema says, each as `path: message`. */
function invalid(key: string, value: unknown): string[] {
  const { diagnostics } = parseSpec(poolDefaults, { [key]: value }, {});
  return diagnostics.map(({ origin, message }) => `${formatPath(origin!.path)}: ${message}`);
}
