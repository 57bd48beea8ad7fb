import { relative } from 'node:path';
import type { BuildEvent } from '../../build/events.ts';
import { type Paint, paintFor } from './colors.ts';

export interface ProgressReport {
  event(event: BuildEvent): void;
  end(): void;
}

/** A build's progress on stderr: a line a step, and on a terminal the seconds of the step that runs. */
export function progressReport(stream: NodeJS.WriteStream = process.stderr): ProgressReport {
  const paint = paintFor(stream);
  const started = performance.now();
  let live: string | undefined;
  let liveSince = 0;
  const timer = stream.isTTY ? setInterval(draw, 1000) : undefined;
  timer?.unref();

  function draw(): void {
    if (live === undefined) return;
    const text = `${live} ${paint('dim', seconds(performance.now() - liveSince))}`;
    stream.write(`\r\u001b[K${text}`);
  }
  function finishLive(): void {
    if (live === undefined) return;
    if (stream.isTTY)
      stream.write(`\r\u001b[K${live} ${paint('dim', seconds(performance.now() - liveSince))}\n`);
    live = undefined;
  }
  return {
    event(event) {
      finishLive();
      const line = describe(event, paint, seconds(performance.now() - started), stream.columns ?? 120);
      if (stream.isTTY && (event.type === 'step' || event.type === 'push')) {
        live = line;
        liveSince = performance.now();
        draw();
      } else stream.write(`${line}\n`);
    },
    end() {
      finishLive();
      clearInterval(timer);
    },
  };
}

function seconds(milliseconds: number): string {
  return `${Math.floor(milliseconds / 1000)}s`;
}

function describe(event: BuildEvent, paint: Paint, elapsed: string, width: number): string {
  const pools = 'pools' in event ? event.pools.join(', ') : '';
  switch (event.type) {
    case 'skipped':
      return event.why === 'cluster'
        ? `${paint('bold', event.pool)}: built by the cluster, from its MachineOSConfig`
        : `${paint('bold', event.pool)}: built by its Job; then \`layers build ${event.pool} --pin --adopt\``;
    case 'up-to-date':
      return `${paint('bold', pools)}: ${paint('green', 'nothing to build')}, pinned to ${event.digest}`;
    case 'started':
      return `${paint('bold', pools)}: building ${event.hash} with ${event.engine} ${event.version}, log in ${relative('.', event.log)}`;
    case 'step':
      return cut(
        `  ${paint('cyan', `[${event.index}/${event.total}]`)} ${elapsed} ${event.instruction}`,
        width - 8,
      );
    case 'push':
      return `  ${elapsed} pushing to ${event.destination}`;
    case 'copied':
      return `  copied to ${event.image}@${event.digest}`;
    case 'adopted':
      return `  ${paint('yellow', 'adopted')} ${event.image}@${event.digest}`;
    case 'finished':
      return `${paint('bold', pools)}: ${paint('green', event.pushed ? 'pushed and verified' : 'built, not pushed')} in ${event.seconds}s, ${event.digest}`;
  }
}

function cut(text: string, width: number): string {
  const line = text.replaceAll(/\s+/g, ' ').replace(/^ /, '  ');
  return line.length > width ? `${line.slice(0, width - 1)}…` : line;
}
