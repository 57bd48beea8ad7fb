import { describe, ENDS, namer } from './describe.ts';
import { data } from './github.ts';
import type { ProgressReport } from './progress.ts';

/** For a log, which has no width: but an instruction may install fifty packages. */
const WIDTH = 240;

const plain = (_: unknown, text: string) => text;

/**
 * Lines for logs, each of which begins with the pools that it is of. `grouped`, as GitHub folds them: builds run side by
 * side, and their lines come when they are done.
 */
export function plainProgress(stream: NodeJS.WritableStream, grouped: boolean): ProgressReport {
  const nameOf = namer();
  const held = new Map<string, string[]>();
  const write = (lines: readonly string[]) => {
    if (lines.length > 0) stream.write(`${lines.join('\n')}\n`);
  };
  return {
    event(event) {
      const name = nameOf(event);
      const prefix = name === undefined ? '' : `[${name}] `;
      const lines = describe(event, plain).map((line) => shortened(`${prefix}${line}`));
      const [first = '', ...rest] = lines;
      const hash = grouped && 'hash' in event ? event.hash : undefined;
      if (hash === undefined) return write(lines);
      if (event.type === 'started') {
        held.set(hash, []);
        return write(lines);
      }
      const before = held.get(hash);
      if (before === undefined) return write(lines);
      if (!ENDS.includes(event.type)) return void before.push(...lines);
      held.delete(hash);
      // What is left out of a preflight, say, is for everybody to see.
      write([`::group::${data(first)}`, ...before, '::endgroup::', ...rest]);
    },
    leave() {},
    end() {
      // What was stopped in the middle.
      for (const lines of held.values()) write(lines);
      held.clear();
    },
  };
}

function shortened(line: string): string {
  return line.length > WIDTH ? `${line.slice(0, WIDTH - 1)}…` : line;
}
