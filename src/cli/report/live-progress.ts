import type { BuildEvent } from '../../build/events.ts';
import { duration } from './amounts.ts';
import type { Paint } from './colors.ts';
import { type Doing, describe, doing, ENDS, namer } from './describe.ts';
import type { ProgressReport } from './progress.ts';
import { cut, widthOf } from './terminal.ts';

interface Build {
  readonly name: string;
  readonly started: number;
  /** A copy: of an image that was built before. */
  readonly kind: 'build' | 'preflight' | 'copy';
  doing?: { readonly event: Doing; readonly since: number; cached: boolean; sent: number };
}

type Terminal = Pick<NodeJS.WriteStream, 'write' | 'columns' | 'rows' | 'on' | 'off'>;

/** A line for each build that runs, drawn over again and again, and above it what is done. */
export function liveProgress(stream: Terminal, paint: Paint): ProgressReport {
  const nameOf = namer();
  const queued = new Map<string, string>();
  const running = new Map<string, Build>();
  /** The widths of the lines that are drawn. */
  let drawn: number[] = [];
  let isAway = false;
  const timer = setInterval(() => draw(), 1000);
  timer.unref();
  const resized = () => draw();
  stream.on('resize', resized);

  /** Writes lines that stay above those of the builds. All in one go: what is drawn in pieces flickers. */
  function draw(stay: readonly string[] = []): void {
    if (isAway) return;
    const width = columnsOf(stream);
    const lines = linesOf(width);
    if (lines.length === 0 && stay.length === 0 && drawn.length === 0) return;
    // A line that was drawn before the terminal became narrower takes several by now.
    const above = drawn.reduce((sum, columns) => sum + Math.max(1, Math.ceil(columns / width)), 0);
    const up = above === 0 ? '' : `\u001b[${above}A`;
    const text = [...stay, ...lines].map((line) => `${line}\u001b[K\n`).join('');
    stream.write(`\r${up}${text}\u001b[J`);
    drawn = lines.map(widthOf);
  }

  function linesOf(width: number): string[] {
    const now = performance.now();
    // One line less than there are, which is the cursor's, and one for those that wait.
    const room = Math.max(1, (stream.rows || 24) - 3);
    const builds = [...running.values()];
    const shown = builds.length > room ? builds.slice(0, room - 1) : builds;
    const names = Math.min(Math.max(0, ...shown.map(({ name }) => widthOf(name))), Math.floor(width / 3));
    const lines = shown.map((build) => lineOf(build, { now, names, width }));
    if (builds.length > shown.length) lines.push(`… and ${builds.length - shown.length} more`);
    if (queued.size > 0 && running.size > 0) {
      lines.push(paint('dim', cut(`${queued.size} to come: ${[...queued.values()].join(', ')}`, width)));
    }
    return lines;
  }

  function lineOf(
    { name, started, kind, doing: what }: Build,
    { now, names, width }: { readonly now: number; readonly names: number; readonly width: number },
  ): string {
    const since = what?.since ?? started;
    const clocks = ` ${duration(now - since)} of ${duration(now - started)}`;
    const label = cut(name, names);
    const start = kind === 'preflight' ? "starting the cluster's build" : 'starting';
    const text =
      what === undefined ? start : `${what.cached ? 'cached ' : ''}${doing(what.event, plain, what.sent)}`;
    const room = Math.max(0, width - names - 1 - clocks.length - 1);
    const middle = cut(text, room);
    const pad = ' '.repeat(Math.max(0, names - widthOf(label)));
    const gap = ' '.repeat(Math.max(0, room - widthOf(middle)));
    return `${paint('bold', label)}${pad} ${middle}${gap}${paint('dim', clocks)}`;
  }

  function follow(event: BuildEvent, name: string): void {
    if (!('hash' in event)) return;
    const { hash } = event;
    const now = performance.now();
    if (event.type === 'queued') queued.set(hash, name);
    else queued.delete(hash);
    const start = (kind: Build['kind']) => running.set(hash, { name, started: now, kind });
    if (event.type === 'started') start(event.preflight ? 'preflight' : 'build');
    if (event.type === 'push' && !running.has(hash)) start('copy');
    const build = running.get(hash);
    if (build === undefined) return;
    if (isDoing(event)) build.doing = { event, since: now, cached: false, sent: 0 };
    if (event.type === 'cached' && build.doing !== undefined) build.doing.cached = true;
    if (event.type === 'sent' && build.doing !== undefined) build.doing.sent = event.bytes;
    if (ENDS.includes(event.type) || (event.type === 'copied' && build.kind === 'copy')) running.delete(hash);
  }

  function leave(): void {
    drawn = [];
  }

  return {
    event(event) {
      const name = nameOf(event) ?? '';
      isAway = event.type === 'shell';
      follow(event, name);
      if (isSilent(event)) return draw();
      const lines = describe(event, paint).map((line) =>
        name === '' ? line : `${paint('bold', name)}: ${line}`,
      );
      if (!isAway) return draw(lines);
      stream.write(`${lines.join('\n')}\n`);
      leave();
    },
    leave,
    end() {
      running.clear();
      queued.clear();
      draw();
      clearInterval(timer);
      stream.off('resize', resized);
    },
  };
}

const plain = (_: unknown, text: string) => text;

function isDoing(event: BuildEvent): event is Doing {
  return ['step', 'examine', 'push-waits', 'push', 'retry'].includes(event.type);
}

/** What only the line of its build shows. */
function isSilent({ type }: BuildEvent): boolean {
  return ['queued', 'started', 'step', 'cached', 'examine', 'push-waits', 'push', 'sent'].includes(type);
}

/** One less than there are: what fills a line exactly leaves the cursor somewhere else on every terminal. */
function columnsOf({ columns }: Terminal): number {
  return Math.max(20, (columns || 80) - 1);
}
