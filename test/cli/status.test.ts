import { describe, expect, it } from 'vitest';
import type { PoolStatus } from '../../src/actions/status.ts';
import { statusReport } from '../../src/cli/report/status.ts';
import { blocksOf } from '../docs/blocks.ts';
import { repositoryFrom } from '../synth/temporary-repository.ts';

const SCENARIO = 'test/scenarios/twelve-clusters/input';
const plain = (_: unknown, text: string) => text;

describe('layers status', () => {
  it('is a table of all pools, of what git has alone', () => {
    const { stdout, stderr, status } = repositoryFrom(SCENARIO).layers('status');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(31);
    const shown = lines.filter((line) => /^(POOL|dev-1\/worker|prod-(canary|eu-1)\/worker)/.test(line));
    expect(blocksOf('docs/registry-upkeep.md').map(({ text }) => text)).toContain(`${shown.join('\n')}\n`);
  });

  it('says what is held and why, what is behind, and whose base is another one', () => {
    const repository = repositoryFrom('test/scenarios/example-hotfix/input');
    const digest = `sha256:${'7'.repeat(64)}`;
    const base = `registry.example.com/os/base@sha256:${'b'.repeat(64)}`;
    const before = repository.layers('status', '--output', 'json');
    const [worker] = JSON.parse(before.stdout).pools as PoolStatus[];
    repository.write({
      'layers/lock/worker.lock': [
        'format: 1',
        'minimumVersion: 0.1.0',
        'pin:',
        '  image: registry.example.com/os/worker',
        `  build: "${'1'.repeat(32)}"`,
        `  digest: ${digest}`,
        `  base: ${base}`,
        '  release: "4.19.3"',
        '  origin: built',
        '',
      ].join('\n'),
    });
    const [behind] = JSON.parse(repository.layers('status', '--output', 'json').stdout).pools;
    expect(behind).toEqual({
      ...worker,
      state: 'behind',
      image: 'registry.example.com/os/worker',
      build: '1'.repeat(32),
      digest,
      origin: 'built',
    });
    const text = statusReport(
      [
        {
          ...behind,
          state: 'held',
          hold: { digest, reason: 'OPS-17\u001b[2J', until: '2026-12-31' },
          base,
          isOfRelease: false,
        },
      ],
      undefined,
      plain,
    );
    expect(text.split('\n')[1]).toMatch(
      /^worker {2}held {2}sha256:777777777777 .* sha256:bbbbbbbbbbbb .* OPS-17·\[2J \(until 2026-12-31\)$/,
    );
  });

  it('fits into a narrow terminal', () => {
    const { stdout } = repositoryFrom(SCENARIO).layers('status', '--output', 'json');
    const pools = (JSON.parse(stdout).pools as PoolStatus[]).filter(({ pool }) =>
      pool.startsWith('prod-eu-1/w'),
    );
    expect(statusReport(pools, 60, plain)).toBe(`prod-eu-1/worker
  pin fresh, image sha256:555555555555, release 4.19.3,
  base the release's, target machineConfig,
  built by promotion, follows prod-canary/worker
`);
    expect(statusReport(pools, 200, plain).split('\n')).toHaveLength(3);
  });
});
