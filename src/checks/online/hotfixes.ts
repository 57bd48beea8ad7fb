import type { Subject } from '../../compile/subject.ts';
import type { Origin } from '../../diagnostics.ts';
import type { Rpm } from '../../values/rpm.ts';
import { stepsOf } from '../steps-of.ts';
import type { Fix } from './packages.ts';

export interface Hotfix {
  readonly rpms: readonly Rpm[];
  /** When it is no longer needed. */
  readonly expires?: Fix;
  readonly origin: Origin;
}

export function hotfixesOf(pool: Subject): Hotfix[] {
  return stepsOf(pool)
    .filter(({ name }) => name === 'hotfix')
    .map(({ props, origin }) => ({ ...(props as Omit<Hotfix, 'origin'>), origin }));
}
