import type { Subject } from '../compile/subject.ts';
import { below, type Origin } from '../diagnostics.ts';
import { kindOf } from '../spec/variant.ts';
import type { StepName } from '../steps/index.ts';
import type { Rpm } from '../values/rpm.ts';

/** A step of a pool, and where its props are. */
export interface PlacedStep {
  readonly name: StepName;
  readonly props: unknown;
  readonly origin: Origin;
}

export function stepsOf({ layers }: Subject): PlacedStep[] {
  return layers.flatMap(({ value, origin }) =>
    value.steps.map((step, index) => {
      const [name, props] = kindOf(step);
      return { name, props, origin: below(origin, ['steps', index, name]) };
    }),
  );
}

/** Every RPM that a pool's steps are given, by URL or as a file. */
export function rpmsOf(subject: Subject): { readonly rpm: Rpm; readonly origin: Origin }[] {
  return stepsOf(subject).flatMap(({ name, props, origin }) => {
    const { rpms = [], release } = props as { rpms?: readonly Rpm[]; release?: Rpm };
    const listed = rpms.map((rpm, index) => ({ rpm, origin: below(origin, ['rpms', index]) }));
    return name === 'epel' && release !== undefined
      ? [{ rpm: release, origin: below(origin, ['release']) }, ...listed]
      : listed;
  });
}
