import { fromRpmArchitecture } from '../values/architecture.ts';
import { type Rpm, rpmFileName, rpmNevra } from '../values/rpm.ts';
import type { StepContext } from './step.ts';

/** An RPM, and where it is written within the step's props. */
export interface PlacedRpm {
  readonly rpm: Rpm;
  readonly path: readonly (string | number)[];
}

/**
 * The RPMs of a list that are for the image's architecture, by what it says beside them or by their names. One that the
 * image goes without is reported, unless it says beside it that this is meant. `at` gives its path within the step's props.
 */
export function ownRpms(
  rpms: readonly Rpm[],
  context: StepContext,
  at: (index: number) => readonly (string | number)[],
): PlacedRpm[] {
  const placed = rpms.map((rpm, index) => ({ rpm, path: at(index) }));
  const own = placed.filter(({ rpm }) => isFor(rpm, context));
  const names = new Set(own.map(({ rpm }) => rpmNevra(rpm)?.name));
  for (const { rpm, path } of placed) {
    if (isFor(rpm, context) || rpm.architecture !== undefined || names.has(rpmNevra(rpm)?.name)) continue;
    const { architecture } = context;
    const its = architectureOf(rpm);
    context.report({
      code: 'rpm-of-another-architecture',
      message: `${rpmFileName(rpm)} is for ${its}, and the list has no ${rpmNevra(rpm)?.name} for ${architecture}`,
      hint: `Add the one for ${architecture}; or, where ${architecture} goes without it, write architecture: ${its} beside this one.`,
      path,
    });
  }
  return own;
}

/** Whether an RPM is for the image's architecture, as far as one can tell. */
export function isFor(rpm: Rpm, { architecture }: Pick<StepContext, 'architecture'>): boolean {
  return (architectureOf(rpm) ?? architecture) === architecture;
}

function architectureOf(rpm: Rpm) {
  return rpm.architecture ?? fromRpmArchitecture(rpmNevra(rpm)?.arch ?? '');
}
