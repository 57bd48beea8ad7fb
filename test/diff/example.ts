import { compare } from '../../src/diff/compare.ts';
import type { Diff } from '../../src/diff/model.ts';
import type { PackageChange } from '../../src/rpm/package-diff.ts';
import { digest, onCluster, side } from './states.ts';

const layer = (name: string, step: string) => `---\nkind: Layer\nname: ${name}\nsteps: [${step}]\n`;
const pool = (name: string, layers: string, more = '', target = '{ machineConfig: {} }') =>
  `---\nkind: Pool\nname: ${name}\nrelease: "4.19.3"\nlayers: [${layers}]\ntarget: ${target}\n${more}`;
const CLUSTERS = ['dev', 'prod-eu-1', 'prod-us-1']
  .map((name) => `kind: Cluster\nname: ${name}\nregistry: { push: registry.example.com/${name} }\n`)
  .join('---\n');
const HOTFIX = `{ hotfix: { reason: "RHEL-12345, journald deadlock", rpms: [{ url: "https://example.com/systemd-252-46.el9_4.x86_64.rpm", sha256: "${'c'.repeat(64)}" }] } }`;
const LAYERS =
  layer('systemd-hotfix', HOTFIX) +
  layer('observability', '{ packages: { install: [rsyslog] } }') +
  layer(
    'remote-logs',
    '{ files: [{ path: /etc/rsyslog.d/remote.conf, content: "*.* @@logs-1.example.com:514\\n" }] }',
  ) +
  layer('gpu-driver', '{ packages: { install: [gpu-driver] } }') +
  layer('crypto-policy', '{ packages: { install: [crypto-policies] } }') +
  layer('legacy-agent', '{ packages: { install: [legacy-agent] } }');

const CHANGES: readonly PackageChange[] = [
  { name: 'gpg-pubkey', change: 'added', to: '8483c65d-5ccc5b19' },
  { name: 'htop', arch: 'x86_64', change: 'added', to: '3.3.0-1.el9' },
  {
    name: 'kernel-core',
    arch: 'x86_64',
    change: 'downgraded',
    from: '5.14.0-570.16.1.el9_6',
    to: '5.14.0-570.12.1.el9_6',
  },
  { name: 'legacy-agent', arch: 'x86_64', change: 'removed', from: '2:1.4-1' },
  { name: 'systemd', arch: 'x86_64', change: 'upgraded', from: '252-46.el9_4', to: '252-47.el9_4' },
  { name: 'systemd-libs', arch: 'x86_64', change: 'upgraded', from: '252-46.el9_4', to: '252-47.el9_4' },
];

/** One of everything that a diff may have: made by hand are only the packages, which nobody built. */
export function example(): Diff {
  const rest =
    pool('edge', 'observability') +
    pool('gpu', 'gpu-driver, observability') +
    pool('master', 'crypto-policy') +
    pool('storage', 'observability');
  const infra = (secret: string) =>
    pool('infra', 'systemd-hotfix', '', onCluster('infra').replace('name: push', `name: ${secret}`));
  const before = `${CLUSTERS}${LAYERS}${pool('worker', 'systemd-hotfix, crypto-policy, remote-logs, observability, legacy-agent')}${infra('push')}${rest}`;
  const after =
    `${CLUSTERS}${LAYERS.replace('252-46', '252-47').replace('logs-1', 'logs-2').replace('[rsyslog]', '[rsyslog, htop]')}${pool('worker', 'systemd-hotfix, crypto-policy, observability, remote-logs')}${infra('push-2026')}${rest.replace('[gpu-driver, observability]', '[observability, gpu-driver]')}`.replace(
      pool('storage', 'observability'),
      '',
    );
  const pins = (letter: string, behind = false) => ({
    ...Object.fromEntries(
      ['dev', 'prod-eu-1', 'prod-us-1'].flatMap((cluster) => [
        [
          `${cluster}/worker`,
          { digest: digest(letter), node: { kernelArguments: letter === 'a' ? [] : ['nosmt'] } },
        ],
        [`${cluster}/edge`, { digest: digest('e'), behind }],
      ]),
    ),
    'dev/gpu': { digest: digest('d'), behind },
  });
  const diff = compare(
    side('main', before, { ...pins('a'), 'dev/storage': { digest: digest('f') } }),
    side('logs-to-the-new-host', after, pins('b', true)),
  );
  const [main, branch] = ['1a2b3c4d5e', '6f7a8b9c0d'].map((commit) => commit.repeat(4));
  return {
    ...diff,
    from: { ...diff.from, commit: main! },
    to: { ...diff.to, commit: branch! },
    packages: diff.packages.map((packages) => ({ ...packages, state: 'read', changes: CHANGES, total: 512 })),
    notes: [
      {
        code: 'packages-unread',
        severity: 'warning',
        source: 'remote',
        message: 'the packages of dev/gpu cannot be compared: registry.example.com cannot be reached',
        hint: 'Is the network there?',
      },
    ],
  };
}
