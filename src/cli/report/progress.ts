import { relative } from 'node:path';
import type { BuildEvent } from '../../build/events.ts';
import { type Paint, paintFor } from './colors.ts';
import { describePassed, describeUntried } from './preflight.ts';
import { harmless } from './terminal.ts';

export interface ProgressReport {
  event(event: BuildEvent): void;
  end(): void;
}

/** Room for the seconds behind a line that is being worked on. */
const CLOCK = 8;

/** A build's progress on stderr: a line a step, and on a terminal the seconds of the step that runs. */
export function progressReport(stream: NodeJS.WriteStream = process.stderr): ProgressReport {
  const paint = paintFor(stream);
  const started = performance.now();
  let live: { readonly line: string; readonly since: number } | undefined;
  const timer = stream.isTTY ? setInterval(draw, 1000) : undefined;
  timer?.unref();

  function draw(): void {
    if (live === undefined) return;
    const clock = `+${seconds(performance.now() - live.since)}`;
    stream.write(`\r\u001b[K${live.line} ${paint('dim', clock)}`);
  }
  function finishLive(): void {
    if (live === undefined) return;
    draw();
    stream.write('\n');
    live = undefined;
  }
  return {
    event(event) {
      finishLive();
      const elapsed = seconds(performance.now() - started);
      const line = describe(event, paint, elapsed, widthOf(stream) - CLOCK);
      if (stream.isTTY && ['step', 'examine', 'push'].includes(event.type)) {
        live = { line, since: performance.now() };
        draw();
      } else stream.write(`${line}\n`);
    },
    end() {
      finishLive();
      clearInterval(timer);
    },
  };
}

/** A terminal that does not know its width says 0. Elsewhere lines are for a log, which has no width. */
function widthOf(stream: NodeJS.WriteStream): number {
  return stream.isTTY ? stream.columns || 80 : 240;
}

function seconds(milliseconds: number): string {
  const all = Math.floor(milliseconds / 1000);
  return all < 60 ? `${all}s` : `${Math.floor(all / 60)}m${String(all % 60).padStart(2, '0')}s`;
}

function gigabytes(bytes: number): string {
  return bytes < 1e8 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

function describe(event: BuildEvent, paint: Paint, elapsed: string, width: number): string {
  switch (event.type) {
    case 'skipped':
      if (event.why === 'follows')
        return `${paint('bold', event.pool)}: follows ${event.leader}; \`layers pin promote ${event.leader} ${event.pool}\` moves it`;
      if (event.why === 'entitlement') return describeUntried(event, paint);
      return event.why === 'cluster'
        ? `${paint('bold', event.pool)}: built by the cluster, from its MachineOSConfig`
        : `${paint('bold', event.pool)}: built by its Job; then \`layers build ${event.pool} --pin --adopt\``;
    case 'up-to-date':
      return `${poolsOf(event, paint)}: ${paint('green', 'nothing to build')}`;
    case 'known':
      return `${poolsOf(event, paint)}: ${paint('green', 'built before')}`;
    case 'started':
      return [
        `${poolsOf(event, paint)}: ${event.preflight ? "trying the cluster's build" : 'building'} with ${event.engine} ${event.version}`,
        `  ${paint('dim', `log: ${relative('.', event.log)}`)}`,
      ].join('\n');
    case 'preflight-passed':
      return describePassed(event, paint);
    case 'step': {
      const from = event.from === undefined ? '' : `${event.from}: `;
      return stepLine(
        `[${event.index}/${event.total}]`,
        `${elapsed} ${from}${event.instruction}`,
        paint,
        width,
      );
    }
    case 'retry':
      return `  ${paint('yellow', 'again')} ${event.what}: attempt ${event.attempt} of ${event.attempts} in ${event.seconds}s`;
    case 'shell':
      return [
        `  ${paint('yellow', 'shell')} before the instruction that failed; leave it by \`exit\``,
        ...event.instruction.split('\n').map((line) => `    ${harmless(line)}`),
        `  \`sh ${event.script}\` runs it again`,
      ].join('\n');
    case 'low-space':
      return `  ${paint('yellow', 'space')} ${event.folder} has ${gigabytes(event.free)} free, and this build may need ${gigabytes(event.needed)}`;
    case 'examine':
      return stepLine('check', `${elapsed} looking for secrets in the layers`, paint, width);
    case 'push':
      return stepLine('push', `${elapsed} ${event.destination}`, paint, width);
    case 'copied':
      return `  copied to ${event.image}`;
    case 'adopted':
      return `  ${paint('yellow', 'adopted')} ${event.image}@${event.digest}`;
    case 'finished':
      return `${poolsOf(event, paint)}: ${paint('green', event.pushed ? 'pushed and verified' : 'built, not pushed')} in ${seconds(event.seconds * 1000)}`;
  }
}

function poolsOf({ pools }: { readonly pools: readonly string[] }, paint: Paint): string {
  return paint('bold', pools.join(', '));
}

/** On one line: one that wraps could not be drawn over. */
function stepLine(mark: string, text: string, paint: Paint, width: number): string {
  const room = width - mark.length - 3;
  const line = text.replaceAll(/\s+/g, ' ');
  return `  ${paint('cyan', mark)} ${line.length > room ? `${line.slice(0, Math.max(0, room - 1))}…` : line}`;
}
