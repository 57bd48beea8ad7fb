import type { Argv } from 'yargs';
import type { EditOptions, EditResult } from '../actions/edit-pins.ts';
import { failure } from '../diagnostics.ts';
import { type GlobalOptions, isJson, rootOf } from './context.ts';
import { type DeliveryArguments, deliveryOf, writeRequest } from './delivery.ts';
import { interruptible } from './interrupt.ts';
import { reportEdit } from './report/edited-pins.ts';
import { printJsonLine } from './report/json.ts';
import { progressReport } from './report/progress.ts';

/** What the verbs that change pins by hand are given. */
export interface PinArguments extends GlobalOptions, DeliveryArguments {
  readonly pool?: string | undefined;
  readonly authfile?: string | undefined;
  readonly reason?: string | undefined;
  readonly until?: string | undefined;
}

/** For the one verb that pins nothing new: what it has put right is for here. */
export function withCommit(yargs: Argv) {
  return yargs.option('commit', {
    type: 'boolean',
    default: false,
    describe: 'Commit the lock and dist/, and nothing else',
  });
}

export function withAuthfile(yargs: Argv) {
  return yargs.option('authfile', {
    type: 'string',
    describe: "Credentials, in the form of docker's config.json",
  });
}

/** `assertSingle` lets a pool be given several times: other verbs take several. */
export function onePool(pool: unknown): string {
  if (typeof pool === 'string') return pool;
  throw failure('input', 'usage', 'this is for one pool, or one cluster');
}

/** What a verb is given that changes pins. */
type Editing = EditOptions & { readonly authFile?: string };

/** Runs a verb that changes the pin of the pool that it is given, and reports what came of it. */
export async function runEdit(
  argv: PinArguments,
  edit: (options: Editing) => Promise<EditResult>,
): Promise<void> {
  const pool = onePool(argv.pool);
  await runAnyEdit(argv, (options) => edit({ ...options, pool }));
}

/** The same, where the verb itself knows which pool it is for. */
export async function runAnyEdit(
  argv: PinArguments,
  edit: (options: Omit<Editing, 'pool'>) => Promise<EditResult>,
): Promise<void> {
  const json = isJson(argv);
  const [root, delivery] = [rootOf(argv), deliveryOf(argv)];
  const report = progressReport();
  const result = await interruptible((signal) =>
    edit({
      root,
      delivery,
      ...(argv.authfile !== undefined && { authFile: argv.authfile }),
      signal,
      onEvent: (event) => (json ? process.stdout.write(printJsonLine(event)) : report.event(event)),
    }).finally(report.end),
  );
  await writeRequest(result.delivered, { root, authfile: argv.authfile });
  reportEdit(result, { root, json, commit: delivery.commit });
}
