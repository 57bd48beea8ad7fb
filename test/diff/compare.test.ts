import { describe, expect, it } from 'vitest';
import { compare } from '../../src/diff/compare.ts';
import type { Diff, PoolDiff } from '../../src/diff/model.ts';
import { digest, onCluster, out, side } from './states.ts';

const layer = (name: string, ...steps: string[]) =>
  `---\nkind: Layer\nname: ${name}\nsteps:\n${steps.map((step) => `  - ${step}\n`).join('')}`;
const pool = (name: string, layers: string, more = '', target = out(name)) =>
  `---\nkind: Pool\nname: ${name}\nrelease: "4.19.3"\nlayers: [${layers}]\ntarget: ${target}\n${more}`;
const TOOLS = layer('tools', 'packages: { install: [vim] }');
const MOTD = layer('motd', 'files: [{ path: /etc/motd, content: "one\\n" }]');
const HOTFIX = layer(
  'hotfix',
  `hotfix: { reason: A-1, rpms: [{ url: "https://example.com/a-1-1.x86_64.rpm", sha256: "${'a'.repeat(64)}" }] }`,
);
const LAYERS = TOOLS + MOTD + HOTFIX;
const [OLD, NEW] = [digest('a'), digest('b')];

/** What a change of the documents means, of a worker pool that is pinned anew. */
function change(before: string, after: string): Diff {
  return compare(
    side('before', before, { worker: { digest: OLD } }),
    side('after', after, { worker: { digest: NEW } }),
  );
}

const only = ({ pools }: Diff): PoolDiff => {
  expect(pools).toHaveLength(1);
  return pools[0]!;
};
const why = (diff: Diff) =>
  only(diff).reasons.map(({ kind, layer }) => (layer === undefined ? kind : `${kind} ${layer}`));

describe('a pool of several architectures', () => {
  const at = (list: string) => `architectures: ${list}\n`;
  const rpm = (more: string) =>
    layer('agent', `rpms: { rpms: [{ url: "https://example.com/a-1-1.aarch64.rpm", ${more} }] }`);

  it('differs by those that came or went, and not by what its layers are for them', () => {
    const diff = change(
      TOOLS + pool('worker', 'tools'),
      TOOLS + pool('worker', 'tools', at('[arm64, amd64]')),
    );
    expect(only(diff).reasons).toMatchObject([
      { kind: 'architectures', from: 'amd64', to: 'amd64, arm64' },
      { kind: 'pin' },
    ]);
    expect(diff.builds.flatMap(({ texts }) => texts.map(({ name }) => name))).toEqual([
      'Containerfile (arm64)',
    ]);
  });

  it('differs by a layer that is edited for one of them', () => {
    const both = pool('worker', 'agent, tools', at('[amd64, arm64]'));
    const sum = (digit: string) => `architecture: arm64, sha256: "${digit.repeat(64)}"`;
    const diff = change(rpm(sum('a')) + TOOLS + both, rpm(sum('b')) + TOOLS + both);
    expect(why(diff)).toEqual(['layer-edited agent', 'pin']);
    expect(diff.builds.flatMap(({ texts }) => texts.map(({ name }) => name))).toEqual([
      'Containerfile (arm64)',
    ]);
  });
});

describe('why a pool differs', () => {
  const base = LAYERS + pool('worker', 'tools, motd');

  it('is nothing where nothing does', () => {
    expect(compare(side('a', base), side('b', base))).toMatchObject({ pools: [], unchanged: 1, builds: [] });
  });

  it.each([
    ['a layer came', LAYERS + pool('worker', 'tools, motd, hotfix'), ['layer-added hotfix']],
    ['a layer went', LAYERS + pool('worker', 'tools'), ['layer-removed motd']],
    ['a layer moved', LAYERS + pool('worker', 'motd, tools'), ['layer-moved tools']],
    ['a layer was edited', base.replace('[vim]', '[vim, htop]'), ['layer-edited tools']],
    ['its release is another', base.replace('4.19.3', '4.19.4'), ['release']],
    ['its base is another', `${base}base: quay.io/o/os@${digest('9')}\n`, ['base']],
    ['it is refreshed', `${base}refresh: "2026-11"\n`, ['refresh']],
    ['its image is pushed elsewhere', base.replace('os/worker', 'os/other'), ['image']],
    [
      'a Job builds it',
      `${base}build: { job: { namespace: b, builder: "quay.io/b/b@${digest('8')}", pushSecret: p } }\n`,
      ['build'],
    ],
    ['it follows another', `${base}follows: leader\n${pool('leader', 'tools, motd')}`, ['follows']],
  ])('%s', (_, after, expected) => {
    const diff = change(base, after);
    const worker = diff.pools.find(({ pool }) => pool === 'worker')!;
    expect(worker.reasons.map(({ kind, layer }) => (layer ? `${kind} ${layer}` : kind))).toEqual([
      ...expected,
      'pin',
    ]);
  });

  it('is said with the place, and what is edited there', () => {
    const { reasons } = only(change(base, base.replace('[vim]', '[vim, htop]').replace('one', 'two')));
    expect(reasons).toMatchObject([
      {
        kind: 'layer-edited',
        layer: 'tools',
        steps: ['packages'],
        place: { file: 'layers/all.yaml', line: 2 },
        edits: [{ path: 'steps[0].packages.install[1]', to: 'htop' }],
      },
      { layer: 'motd', edits: [{ path: 'steps[0].files[0].content', from: 'one\n', to: 'two\n' }] },
      {
        kind: 'pin',
        from: `registry.example.com/os/worker@${OLD}`,
        to: `registry.example.com/os/worker@${NEW}`,
      },
    ]);
  });

  it('is the layer whose file has another content, though its document is the same', () => {
    const documents = `${layer('agent', 'files: [{ path: /etc/agent, source: files/agent }]')}${pool('worker', 'agent')}`;
    const [before, after] = ['one\n', 'two\n'].map((text) =>
      side('s', documents, {}, { 'layers/files/agent': text }),
    );
    expect(why(compare(before!, after!))).toEqual(['layer-edited agent']);
  });

  it('is not each layer that reads otherwise for another release', () => {
    const toolkit = layer('modules', 'run: { reason: r, commands: ["echo ${release.kernel}"] }');
    const kernel = (documents: string, version: string) =>
      `${documents}---\nkind: Release\nname: "${version}"\namd64: { rhel-coreos: "quay.io/o/os@${digest('7')}", kernel: ${version}-1.x86_64 }\n`;
    const both = (version: string) =>
      kernel(`${toolkit}${pool('worker', 'modules').replace('4.19.3', version)}`, version);
    expect(why(change(both('4.20.1'), both('4.20.2')))).toEqual(['release', 'pin']);
  });

  it('may be comments alone, and then nothing is built', () => {
    const documents = LAYERS + pool('worker', 'hotfix');
    const diff = compare(
      side('a', documents, { worker: { digest: OLD } }),
      side('b', documents.replace('A-1', 'A-2'), { worker: { digest: OLD } }),
    );
    expect(why(diff)).toEqual(['wording']);
    expect(only(diff).effect).toMatchObject({ nodes: 'none', because: [] });
    expect(diff.builds[0]!.texts[0]!.diff).toContain('-# hotfix: hotfix (A-1)\n+# hotfix: hotfix (A-2)\n');
  });

  it('may be a pin that moved by itself', () => {
    const diff = change(base, base);
    expect(why(diff)).toEqual(['pin']);
    expect(diff.builds).toEqual([]);
  });
});

describe('what happens to nodes', () => {
  const base = LAYERS + pool('worker', 'tools');

  it('is a reboot with another image', () => {
    expect(only(change(base, base)).effect).toEqual({
      nodes: 'reboot',
      because: ['osImageURL'],
      reverts: false,
    });
  });

  it.each([
    ['kernelType', 'realtime'],
    ['extensions', ['usbguard']],
    ['kernelArguments', ['nosmt']],
  ])('is a reboot with another %s', (key, value) => {
    const diff = compare(
      side('a', base, { worker: { digest: OLD } }),
      side('b', base, { worker: { digest: OLD, node: { [key]: value } } }),
    );
    expect(only(diff)).toMatchObject({
      reasons: [{ kind: key, to: Array.isArray(value) ? value.join(' ') : value }],
      effect: { nodes: 'reboot', because: [key] },
    });
  });

  it('is nothing yet where the image is not pinned', () => {
    const after = base.replace('[vim]', '[vim, htop]');
    const behind = compare(
      side('a', base, { worker: { digest: OLD } }),
      side('b', after, { worker: { digest: OLD, behind: true } }),
    );
    expect(only(behind)).toMatchObject({ pin: 'behind', effect: { nodes: 'none', waitsFor: 'pin' } });
    const missing = compare(side('a', base), side('b', after));
    expect(only(missing)).toMatchObject({ pin: 'missing', effect: { nodes: 'none', waitsFor: 'pin' } });
  });

  it('is a build and then a reboot where the cluster builds', () => {
    const on = LAYERS + pool('infra', 'tools', '', onCluster('infra'));
    const edited = compare(side('a', on), side('b', on.replace('[vim]', '[vim, htop]')));
    expect(only(edited).effect).toMatchObject({ nodes: 'build-and-reboot', because: ['containerFile'] });
    const secret = compare(side('a', on), side('b', on.replace('name: push', 'name: other')));
    expect(only(secret)).toMatchObject({
      reasons: [
        {
          kind: 'settings',
          edits: [{ path: 'spec.renderedImagePushSecret.name', from: 'push', to: 'other' }],
        },
      ],
      effect: { nodes: 'build-and-reboot', because: ['renderedImagePushSecret'] },
    });
  });

  it('waits for a pool that is paused, and may be a reboot where nodes join or leave', () => {
    const gpu = (more: string) => LAYERS + pool('gpu', 'tools', `machineConfigPool: { ${more} }\n`);
    const paused = compare(
      side('a', gpu('paused: true'), { gpu: { digest: OLD } }),
      side('b', gpu('paused: true'), { gpu: { digest: NEW } }),
    );
    expect(only(paused).effect).toMatchObject({ nodes: 'reboot', waitsFor: 'paused' });
    const effects = (from: string, to: string) =>
      only(
        compare(side('a', gpu(from), { gpu: { digest: OLD } }), side('b', gpu(to), { gpu: { digest: OLD } })),
      ).effect;
    expect(effects('paused: true', 'paused: false')).toMatchObject({
      nodes: 'may-reboot',
      because: ['paused'],
    });
    expect(effects('paused: false', 'paused: true')).toMatchObject({ nodes: 'none' });
    expect(effects('maxUnavailable: 1', 'maxUnavailable: 2')).toMatchObject({ nodes: 'none' });
    expect(
      effects('paused: false', 'paused: false, nodeSelector: { matchLabels: { gpu: a100 } }'),
    ).toMatchObject({
      nodes: 'may-reboot',
      because: ['nodeSelector'],
    });
  });
});

describe('REVERTS NODES', () => {
  const base = LAYERS + pool('worker', 'tools');
  const other = pool('other', 'tools');

  it('is said where a pool goes', () => {
    const diff = compare(side('a', base + other, { worker: { digest: OLD } }), side('b', LAYERS + other));
    expect(diff.reverts).toEqual([
      {
        pool: 'worker',
        kind: 'MachineConfig',
        name: '99-worker-os-layers',
        file: 'dist/worker.k8s.yaml',
        why: 'object-gone',
      },
    ]);
    expect(diff.pools).toMatchObject([
      { pool: 'other', change: 'inherits', effect: { nodes: 'reboot', reverts: true } },
      { pool: 'worker', change: 'removed', effect: { nodes: 'reboot', reverts: true } },
    ]);
    expect(diff.matrix.rows.find(({ pool }) => pool === 'worker')!.cells).toContain('removed');
  });

  it('is said where only its pin goes, or its target is another', () => {
    const pins = { worker: { digest: OLD } };
    expect(compare(side('a', base, pins), side('b', base)).reverts).toHaveLength(1);
    const onTheCluster = LAYERS + pool('worker', 'tools', '', onCluster('worker'));
    const diff = compare(side('a', base, pins), side('b', onTheCluster));
    expect(diff.reverts).toMatchObject([{ kind: 'MachineConfig' }]);
    expect(why(diff)).toContain('target');
  });

  it('is said where the object stays, without its image', () => {
    const node = { kernelType: 'realtime' };
    const before = side('a', base, { worker: { digest: OLD, node } });
    const dist = new Map(before.dist);
    dist.set('worker.k8s.yaml', String(dist.get('worker.k8s.yaml')).replace(/"osImageURL":"[^"]+",/, ''));
    const diff = compare(before, { ...before, dist });
    expect(diff.reverts).toMatchObject([{ why: 'image-gone', name: '99-worker-os-layers' }]);
    expect(only(diff).effect).toMatchObject({ nodes: 'reboot', reverts: true });
  });

  it('is said of what is in no pool, too', () => {
    const before = side('a', base);
    const dist = new Map(before.dist).set(
      'own.k8s.yaml',
      'apiVersion: machineconfiguration.openshift.io/v1\nkind: MachineConfig\nmetadata: { name: 50-own }\n',
    );
    const { reverts } = compare({ ...before, dist }, before);
    expect(reverts).toEqual([
      { kind: 'MachineConfig', name: '50-own', file: 'dist/own.k8s.yaml', why: 'object-gone' },
    ]);
  });

  it('is not said where a pool that nobody pinned goes', () => {
    expect(compare(side('a', base + other), side('b', base)).reverts).toEqual([]);
  });
});

describe('what custom pools take from worker', () => {
  const pools = (release: string) =>
    LAYERS +
    pool('worker', 'tools') +
    pool('edge', 'motd') +
    pool('fresh', 'motd') +
    pool('infra', 'motd', '', onCluster('infra')).replace('4.19.3', release) +
    pool('master', 'motd');
  const pins = (worker: string, node?: object) => ({
    worker: { digest: worker, ...(node && { node: { ...node } }) },
    edge: { digest: OLD },
    master: { digest: OLD },
  });
  const inherits = (diff: Diff) =>
    Object.fromEntries(
      diff.pools.map(({ pool, inherits }) => [pool, inherits.flatMap(({ fields }) => fields)]),
    );

  it('is its image, where they have none of their own', () => {
    const diff = compare(side('a', pools('4.19.3'), pins(OLD)), side('b', pools('4.19.3'), pins(NEW)));
    expect(inherits(diff)).toEqual({ fresh: ['osImageURL'], infra: ['osImageURL'], worker: [] });
    const [fresh, infra, worker] = diff.pools;
    expect(worker!.inheritedBy).toEqual(['fresh', 'infra']);
    expect(fresh).toMatchObject({
      change: 'inherits',
      effect: { nodes: 'reboot', because: ['osImageURL of worker'] },
    });
    expect(infra).toMatchObject({ effect: { nodes: 'build-and-reboot' }, inherits: [{ isBase: false }] });
    expect(diff.unchanged).toBe(2);
  });

  it('is the base of their on-cluster builds from 4.22 on', () => {
    const diff = compare(side('a', pools('4.22.0'), pins(OLD)), side('b', pools('4.22.0'), pins(NEW)));
    expect(diff.pools.find(({ pool }) => pool === 'infra')!.inherits).toEqual([
      { from: 'worker', fields: ['osImageURL'], isBase: true },
    ]);
  });

  it('is kernel arguments and extensions, whatever image they have', () => {
    const node = { kernelArguments: ['nosmt'] };
    const diff = compare(side('a', pools('4.19.3'), pins(OLD)), side('b', pools('4.19.3'), pins(OLD, node)));
    expect(inherits(diff)).toEqual({
      edge: ['kernelArguments'],
      fresh: ['kernelArguments'],
      infra: ['kernelArguments'],
      worker: [],
    });
  });

  it('is of their own cluster only', () => {
    const fleet = `kind: Cluster\nname: a\nregistry: { push: registry.example.com/a }\n---\nkind: Cluster\nname: b\nregistry: { push: registry.example.com/b }\n${LAYERS}${pool('worker', 'tools', '', '{ machineConfig: {} }')}${pool('edge', 'motd', '', '{ machineConfig: {} }')}`;
    const of = (digest: string) => ({ 'a/worker': { digest }, 'b/worker': { digest: OLD } });
    const diff = compare(side('x', fleet, of(OLD)), side('y', fleet, of(NEW)));
    expect(diff.pools.map(({ pool, change }) => [pool, change])).toEqual([
      ['a/edge', 'inherits'],
      ['a/worker', 'changed'],
    ]);
  });
});

describe('what is said once for many pools', () => {
  const fleet = ['a', 'b', 'c']
    .map((name) => `kind: Cluster\nname: ${name}\nregistry: { push: registry.example.com/${name} }\n---\n`)
    .join('');
  const documents = `${fleet}${LAYERS.slice(4)}${pool('worker', 'tools, motd', '', '{ machineConfig: {} }')}`;
  const pins = (digest: string) =>
    Object.fromEntries(['a', 'b', 'c'].map((name) => [`${name}/worker`, { digest }]));

  it('is a Containerfile with what it copies, and an image, though in three repositories', () => {
    const diff = compare(
      side('x', documents, pins(OLD)),
      side('y', documents.replace('one', 'two'), pins(NEW)),
    );
    const pools = ['a/worker', 'b/worker', 'c/worker'];
    expect(diff.builds).toHaveLength(1);
    expect(diff.builds[0]!.pools).toEqual(pools);
    expect(diff.builds[0]!.texts.map(({ name, added, removed }) => [name, added, removed])).toEqual([
      ['Containerfile', 1, 1],
      ['motd', 1, 1],
    ]);
    expect(diff.builds[0]!.texts[1]!.diff).toContain('-one\n+two\n');
    expect(diff.packages).toEqual([
      {
        pools,
        from: `registry.example.com/a/worker@${OLD}`,
        to: `registry.example.com/a/worker@${NEW}`,
        architecture: 'amd64',
        against: 'image',
        state: 'not-read',
        changes: [],
      },
    ]);
    expect(diff.matrix).toEqual({
      layers: ['tools', 'motd'],
      rows: pools.map((pool) => ({ pool, change: 'changed', cells: ['same', 'edited'] })),
    });
  });

  it('is no package where only the repository is another', () => {
    const diff = compare(
      side('x', documents, pins(OLD)),
      side('y', documents.replaceAll('/a }', '/z }'), pins(OLD)),
    );
    expect(diff.pools).toMatchObject([{ pool: 'a/worker', effect: { nodes: 'reboot' } }]);
    expect(diff.packages).toEqual([]);
  });
});
