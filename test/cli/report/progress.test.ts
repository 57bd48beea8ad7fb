import { PassThrough } from 'node:stream';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { BuildEvent } from '../../../src/build/events.ts';
import { progressReport } from '../../../src/cli/report/progress.ts';
import { summaryTable } from '../../../src/cli/report/summary.ts';
import { cut, widthOf } from '../../../src/cli/report/terminal.ts';

const started = (hash: string, ...pools: string[]): BuildEvent => ({
  ...{ type: 'started', hash, pools, engine: 'buildah', version: '1.28.2', log: '.layers/logs/x.log' },
});
const step = (hash: string, index: number, instruction: string): BuildEvent => ({
  ...{ type: 'step', hash, index, total: 5, instruction, from: 'motd: files' },
});
const finished = (hash: string, ...pools: string[]): BuildEvent => ({
  ...{ type: 'finished', hash, pools, digest: 'sha256:1', pushed: true, seconds: 3 },
  steps: { total: 3, cached: 1 },
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a terminal gets
const CONTROL = /^\u001b\[(\d*)([A-Za-z])$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: likewise
const PARTS = /\u001b\[\d*[A-Za-z]|[\s\S]/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: likewise
const COLOUR = /\u001b\[\d+m/;

/** A terminal of so many columns, which shows what is on its screen. */
function terminal(columns: number, rows = 24) {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns, rows });
  const screen: string[][] = [[]];
  let [row, column, writes] = [0, 0, 0];
  const act = (part: string): void => {
    const [, count, code] = CONTROL.exec(part) ?? [];
    if (code === 'A') row -= Number(count);
    else if (code === 'J') screen.splice(row + 1, Number.POSITIVE_INFINITY);
    if (code === 'J' || code === 'K') screen[row]!.splice(column);
    else if (part === '\r') column = 0;
    else if (part === '\n') {
      [row, column] = [row + 1, 0];
      screen[row] ??= [];
    } else if (code === undefined) screen[row]![column++] = part;
    if (row < 0) throw new Error('the cursor left the screen');
    expect(column, 'what fills a line').toBeLessThan(stream.columns);
  };
  stream.on('data', (chunk) => {
    writes++;
    for (const part of String(chunk).match(PARTS) ?? []) act(part);
  });
  const lines = () => screen.map((line) => line.join('').trimEnd());
  return {
    stream: stream as unknown as NodeJS.WriteStream,
    resize(to: number) {
      // As tmux does it: lines that are too long go on in the next one.
      const wrap = new RegExp(`.{1,${to}}`, 'gu');
      const wrapped = screen.slice(0, row).flatMap((line) => line.join('').match(wrap) ?? ['']);
      screen.splice(0, screen.length, ...wrapped.map((line) => [...line]), []);
      row = wrapped.length;
      stream.columns = to;
      stream.emit('resize');
    },
    screen: lines,
    writes: () => writes,
  };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] });
  return () => vi.useRealTimers();
});

describe('on a terminal', () => {
  it.each([
    60, 80, 200,
  ])('each build that runs has a line, and what is done stands above, in %d columns', (columns) => {
    const { stream, screen } = terminal(columns);
    const report = progressReport(stream, {});
    report.event(started('a', 'worker'));
    report.event(started('b', 'infra', 'edge'));
    report.event(step('a', 2, `RUN dnf install -y ${'package '.repeat(30)}`));
    report.event(step('b', 3, 'COPY a\tb'));
    vi.advanceTimersByTime(65_000);
    const [first, second, ...rest] = screen();
    expect(first).toMatch(/^worker {6}\[2\/5\] motd: files: RUN dnf .*… +1m05s of 1m05s$/);
    expect(second).toMatch(/^infra, edge \[3\/5\] motd: files: COPY a b +1m05s of 1m05s$/);
    expect(rest).toEqual(['']);
    for (const line of screen()) expect(widthOf(line)).toBeLessThan(columns);
    report.event({ type: 'cached', hash: 'b', index: 3 });
    expect(screen()[1]).toContain(' cached [3/5] ');
    report.event(finished('a', 'worker'));
    expect(screen()[0]).toBe('worker: pushed and verified in 3s');
    expect(screen()[1]).toMatch(/^infra, edge cached \[3\/5\]/);
    report.event({ type: 'build-failed', hash: 'b', pools: ['infra', 'edge'], message: 'it broke' });
    report.end();
    expect(screen()).toEqual(['worker: pushed and verified in 3s', 'infra, edge: failed: it broke', '']);
  });

  it('draws all lines in one go', () => {
    const { stream, writes } = terminal(80);
    const report = progressReport(stream, {});
    for (const hash of ['a', 'b', 'c']) report.event(started(hash, hash));
    const before = writes();
    report.event(step('b', 2, 'RUN true'));
    expect(writes() - before).toBe(1);
    report.end();
  });

  it('becomes narrower and wider', () => {
    const { stream, screen, resize } = terminal(120);
    const report = progressReport(stream, {});
    report.event({ type: 'up-to-date', hash: 'c', pools: ['done'], digest: 'sha256:1' });
    report.event(started('a', 'worker'));
    report.event(started('b', 'infra'));
    report.event(step('a', 2, 'RUN '.padEnd(200, 'x')));
    report.event(step('b', 2, 'RUN '.padEnd(200, 'y')));
    for (const columns of [50, 30, 90]) {
      resize(columns);
      const lines = screen();
      expect(lines.filter((line) => line.startsWith('done: nothing to build'))).toHaveLength(1);
      expect(lines.filter((line) => line.startsWith('worker '))).toHaveLength(1);
      expect(lines).toHaveLength(4);
    }
    report.end();
  });

  it('is lower than there are builds', () => {
    const { stream, screen } = terminal(80, 6);
    const report = progressReport(stream, {});
    for (const build of 'abcdefghijk')
      report.event({ type: 'queued', hash: build, pools: [`pool-${build}`] });
    expect(screen()).toEqual(['']);
    for (const build of 'abcdefghi') report.event(started(build, `pool-${build}`));
    expect(screen()).toHaveLength(5);
    expect(screen().slice(2, 4)).toEqual(['… and 7 more', '2 to come: pool-j, pool-k']);
    for (const build of 'jk')
      report.event({ type: 'build-failed', hash: build, pools: [`pool-${build}`], message: 'x' });
    expect(screen().slice(-2)).toEqual(['… and 7 more', '']);
    report.end();
  });

  it('leaves what others write where it is', () => {
    const { stream, screen } = terminal(80);
    const report = progressReport(stream, {});
    report.event(started('a', 'worker'));
    stream.write('\nstopping the build …\n');
    report.leave();
    report.event(step('a', 2, 'RUN true'));
    report.end();
    expect(screen()).toContain('stopping the build …');
  });

  it('shows how much of a push is out, and what is tried again', () => {
    const { stream, screen } = terminal(100);
    const report = progressReport(stream, {});
    report.event(started('a', 'worker'));
    report.event({ type: 'push-waits', hash: 'a' });
    expect(screen()[0]).toMatch(/^worker push waits for another build that pushes the same layers /);
    report.event({ type: 'push', hash: 'a', destination: 'docker://example.com/os/worker:1' });
    report.event({ type: 'sent', hash: 'a', bytes: 212e6 });
    expect(screen()[0]).toMatch(/^worker push 212 MB to docker:\/\/example.com\/os\/worker:1 /);
    report.event({
      ...{ type: 'retry', hash: 'a', what: 'it broke' },
      attempt: 2,
      attempts: 3,
      seconds: 3.1,
    });
    expect(screen()[0]).toBe('worker: again it broke: attempt 2 of 3 in 3.1s');
    expect(screen()[1]).toMatch(/^worker again it broke: attempt 2 of 3 in 3.1s /);
    report.event({ type: 'push', hash: 'a', destination: 'docker://example.com/os/worker:1' });
    expect(screen()[1]).toMatch(/^worker push docker:/);
    report.end();
  });

  it("a cluster's build has a line until it went through, or turned out to need an entitlement", () => {
    const { stream, screen } = terminal(100);
    const report = progressReport(stream, {});
    for (const pool of ['gpu', 'edge']) {
      report.event({ ...(started(pool, pool) as Extract<BuildEvent, { type: 'started' }>), preflight: true });
    }
    expect(screen()[0]).toMatch(/^gpu {2}starting the cluster's build /);
    report.event({ ...{ type: 'low-space', hash: 'gpu', folder: '/store' }, free: 1e9, needed: 2e9 });
    report.event({ ...{ type: 'preflight-passed', hash: 'gpu', pools: ['gpu'] }, leftOut: [], seconds: 3 });
    report.event({ type: 'skipped', hash: 'edge', pool: 'edge', why: 'entitlement' });
    expect(screen()).toEqual([
      'gpu: space /store has 1.0 GB free, and the builds that run may need 2.0 GB',
      "gpu: the cluster's build went through here in 3s",
      expect.stringMatching(/^edge: built by the cluster; not tried here: it needs a RHEL entitlement/),
      '',
    ]);
    report.end();
  });

  it('an image that is copied has a line, too', () => {
    const { stream, screen } = terminal(100);
    const report = progressReport(stream, {});
    report.event({ type: 'known', hash: 'a', pools: ['worker'], digest: 'sha256:1' });
    report.event({ type: 'push', hash: 'a', destination: 'docker://example.com/os/worker:1' });
    report.event({ type: 'sent', hash: 'a', bytes: 5e6 });
    expect(screen()[1]).toMatch(/^worker push 5 MB to docker:/);
    report.event({ type: 'copied', hash: 'a', image: 'example.com/os/worker', digest: 'sha256:1' });
    expect(screen()).toEqual(['worker: built before', 'worker: copied to example.com/os/worker', '']);
    report.end();
  });

  it('a shell has the terminal to itself', () => {
    const { stream, screen } = terminal(100);
    const report = progressReport(stream, {});
    report.event(started('a', 'worker'));
    report.event(step('a', 2, 'RUN false'));
    report.event({ type: 'shell', hash: 'a', instruction: 'RUN false', script: '/tmp/again' });
    stream.write('# ls\n');
    const before = screen();
    vi.advanceTimersByTime(5000);
    stream.emit('resize');
    expect(screen()).toEqual(before);
    report.event({ type: 'build-failed', hash: 'a', pools: ['worker'], message: 'it broke' });
    report.end();
    expect(screen()).toEqual([...before.slice(0, -1), 'worker: failed: it broke', '']);
  });

  it('shows no colours where they are not wanted', () => {
    const { stream } = terminal(80);
    const written: string[] = [];
    stream.on('data', (chunk) => written.push(String(chunk)));
    for (const env of [{ NO_COLOR: '1' }, {}]) {
      written.length = 0;
      const report = progressReport(stream, env);
      report.event(started('a', 'worker'));
      report.event(finished('a', 'worker'));
      report.end();
      expect(COLOUR.test(written.join(''))).toBe(env.NO_COLOR === undefined);
    }
  });
});

function log(env: NodeJS.ProcessEnv, events: readonly BuildEvent[]): string[] {
  const stream = new PassThrough();
  const report = progressReport(stream as unknown as NodeJS.WriteStream, env);
  for (const event of events) report.event(event);
  report.end();
  return String(stream.read()).trimEnd().split('\n');
}

describe('in a log', () => {
  const events = [
    { type: 'skipped', pool: 'gpu', why: 'cluster' } as const,
    started('a', 'worker'),
    started('b', 'infra', 'edge', 'more'),
    step('a', 2, 'RUN ::set-output name=x::y'),
    step('b', 3, 'COPY a b'),
    finished('a', 'worker'),
  ];

  it('each line begins with the pools that it is of', () => {
    expect(log({}, events)).toEqual([
      '[gpu] built by the cluster, from its MachineOSConfig',
      '[worker] building with buildah 1.28.2',
      '[worker] log: .layers/logs/x.log',
      '[infra +2] building with buildah 1.28.2',
      '[infra +2] log: .layers/logs/x.log',
      '[worker] [2/5] motd: files: RUN ::set-output name=x::y',
      '[infra +2] [3/5] motd: files: COPY a b',
      '[worker] pushed and verified in 3s',
    ]);
  });

  it('of GitHub, a build is a group when it is done', () => {
    expect(log({ GITHUB_ACTIONS: 'true' }, events).slice(5)).toEqual([
      '::group::[worker] pushed and verified in 3s',
      '[worker] [2/5] motd: files: RUN ::set-output name=x::y',
      '::endgroup::',
      // It was stopped.
      '[infra +2] [3/5] motd: files: COPY a b',
    ]);
  });

  it('of GitHub, what was left out of a preflight is in no group', () => {
    const gpu = {
      ...(started('a', 'gpu') as Extract<BuildEvent, { type: 'started' }>),
      preflight: true,
    } as const;
    const leftOut = [{ part: 'ignition', why: 'the base has none' } as const];
    const lines = log({ GITHUB_ACTIONS: 'true' }, [
      ...[gpu, step('a', 2, 'RUN x')],
      { ...{ type: 'preflight-passed', hash: 'a', pools: ['gpu'] }, leftOut, seconds: 3 },
      // Nothing of a message is a command or an escape of GitHub's.
      { type: 'build-failed', hash: 'b', pools: ['edge'], message: '100%0A::error::x' },
      started('c', 'edge'),
      { type: 'build-failed', hash: 'c', pools: ['edge'], message: '100%0A' },
    ]);
    expect(lines.slice(2)).toEqual([
      "::group::[gpu] the cluster's build went through here in 3s",
      '[gpu] [2/5] motd: files: RUN x',
      '::endgroup::',
      '[gpu] left out ignition: the base has none',
      '[edge] failed: 100%0A::error::x',
      '[edge] building with buildah 1.28.2',
      '[edge] log: .layers/logs/x.log',
      '::group::[edge] failed: 100%250A',
      '::endgroup::',
    ]);
  });
});

it('a table tells what is known of each build, and nothing where nothing was done', () => {
  const image = 'registry.example.com/os/worker';
  const digest = `sha256:${'ab'.repeat(32)}`;
  const built = { build: 'c'.repeat(32), image, digest, pushed: true };
  const tried = { pool: 'lab', result: 'preflight ok', by: 'cluster', build: 'e'.repeat(32) } as const;
  expect(summaryTable([{ pool: 'idle', result: 'unchanged', ...built }, tried])).toBe('');
  expect(
    summaryTable([
      { pool: 'worker', result: 'built', ...built, seconds: 83, steps: { cached: 3, total: 4 }, size: 2.5e9 },
      { pool: 'infra', result: 'built', ...built, seconds: 83, steps: { cached: 3, total: 4 }, size: 2.5e9 },
      { pool: 'edge', result: 'failed', build: 'd'.repeat(32), image },
      { pool: 'gpu', result: 'skipped', by: 'cluster' },
      { ...tried, seconds: 7 },
    ]),
  ).toBe(
    [
      'build         pools          result        digest        time   cached  size',
      'cccccccccccc  worker, infra  built         abababababab  1m23s  3/4     2.5 GB',
      'dddddddddddd  edge           failed        -             -      -       -',
      'eeeeeeeeeeee  lab            preflight ok  -             7s     -       -',
      '',
    ].join('\n'),
  );
});

it('a text is cut to columns, whatever its letters take', () => {
  expect(cut('abcdef', 6)).toBe('abcdef');
  expect(cut('abcdefg', 6)).toBe('abcde…');
  expect(cut('日本語テスト', 6)).toBe('日本…');
  expect(cut('abc', 0)).toBe('');
});
