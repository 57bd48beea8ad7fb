import { paintFor } from './colors.ts';
import { harmless } from './terminal.ts';

/** Long enough for what is quick to stay silent. */
const PATIENCE = 2_000;

/** Says on stderr what is waited for, once that takes long. */
export function waitingReport(stream: NodeJS.WriteStream = process.stderr) {
  let timer: NodeJS.Timeout | undefined;
  const end = () => clearTimeout(timer);
  return {
    /** What is waited for from now on. */
    on(what: string): void {
      end();
      timer = setTimeout(() => stream.write(`${paintFor(stream)('dim', `${harmless(what)} …`)}\n`), PATIENCE);
      timer.unref();
    },
    end,
  };
}
