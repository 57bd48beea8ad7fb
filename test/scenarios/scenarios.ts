import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = 'test/scenarios';

export interface Scenario {
  readonly name: string;
  /** A repository as a user has it: `layers/`, the lock included. */
  readonly input: string;
  /** The `dist/` that synth makes of it, and what it says. */
  readonly expected: string;
}

/** Every folder here that has an input. */
export function scenarios(): Scenario[] {
  return readdirSync(FOLDER)
    .map((name) => ({ name, input: join(FOLDER, name, 'input'), expected: join(FOLDER, name, 'expected') }))
    .filter(({ input }) => existsSync(input));
}
