import { describe, expect, it } from 'vitest';
import { repositoryFrom } from '../synth/temporary-repository.ts';

const SCENARIO = 'test/scenarios/twelve-clusters/input';
const digest = (digit: string) => `sha256:${digit.repeat(64)}`;

describe('layers pin list', () => {
  it('is a line a pool: its state, whom it follows, its image', () => {
    const { stdout, status } = repositoryFrom(SCENARIO).layers('pin', 'list');
    expect(status).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(30);
    expect(lines.filter((line) => /^(dev-1|prod-(canary|eu-1|ap-1))\/worker/.test(line))).toEqual([
      'dev-1/worker        missing',
      'prod-ap-1/worker    missing  follows prod-canary/worker',
      `prod-canary/worker  fresh                                core.example.com/os-canary/worker@${digest('7')}`,
      `prod-eu-1/worker    fresh    follows prod-canary/worker  core.example.com/os/worker@${digest('5')}`,
    ]);
  });

  it('is data where that is asked for, of what layers/ says now', () => {
    const repository = repositoryFrom(SCENARIO);
    const text = repository.read('layers/environments.yaml');
    repository.write({
      'layers/environments.yaml': text.replace('release: "4.19.3"\nfollows', 'release: "4.19.4"\nfollows'),
    });
    const { pools } = JSON.parse(repository.layers('pin', 'list', '--output', 'json').stdout);
    expect(pools.find(({ pool }: { pool: string }) => pool === 'prod-eu-1/worker')).toEqual({
      pool: 'prod-eu-1/worker',
      state: 'behind',
      follows: 'prod-canary/worker',
      build: 'a6810f02cbd25e5cf31ecd82d5e79e85',
      image: 'core.example.com/os/worker',
      digest: digest('5'),
      origin: 'promoted',
    });
    expect(pools.find(({ pool }: { pool: string }) => pool === 'dev-1/worker')).toEqual({
      pool: 'dev-1/worker',
      state: 'missing',
    });
  });
});

describe('layers pin promote', () => {
  it.each([[[]], [['prod-eu-1', '--followers']]])('is told who is meant, once: %j', (args) => {
    const { status, stderr } = repositoryFrom(SCENARIO).layers('pin', 'promote', 'prod-canary', ...args);
    expect(stderr).toContain('(promote-to)');
    expect(status).toBe(2);
  });

  it('tells at once what is wrong at one place, for all pools that it holds for', () => {
    const repository = repositoryFrom(SCENARIO);
    repository.layers('synth');
    const { status, stderr } = repository.layers('pin', 'promote', 'prod-canary', '--followers');
    expect(status).toBe(2);
    expect(stderr).toContain('layers/environments.yaml:13:10 error prod-ap-1/infra is not what');
    expect(stderr.match(/promotion-differs/g)).toHaveLength(1);
    expect(stderr).toContain('  | likewise prod-ap-1/master, prod-ap-1/worker, prod-edge-1/master');
  });

  it('goes by a dist/ that is what layers/ says', () => {
    const { status, stderr } = repositoryFrom(SCENARIO).layers('pin', 'promote', 'prod-canary', 'prod-eu-1');
    expect(stderr).toContain('(dist-stale)');
    expect(status).toBe(2);
  });
});
