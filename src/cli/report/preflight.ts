import type { BuildEvent } from '../../build/events.ts';
import type { Paint } from './colors.ts';

type Passed = Extract<BuildEvent, { type: 'preflight-passed' }>;

/** That a cluster's build went through, and each thing that it will have and this one had not. */
export function describePassed({ leftOut, seconds }: Passed, paint: Paint): readonly string[] {
  const when = seconds === undefined ? ' before, and nothing changed' : ` here in ${Math.floor(seconds)}s`;
  const why = leftOut.filter(({ option }) => option === undefined);
  const options = leftOut.flatMap(({ option }) => option ?? []);
  return [
    `${paint('green', "the cluster's build went through")}${when}`,
    ...why.map(({ part, why }) => `${paint('yellow', 'left out')} ${part}: ${why}`),
    ...(options.length === 0 ? [] : [`${paint('dim', `not given: ${options.join(', ')}`)}`]),
  ];
}

export function describeUntried(paint: Paint): string {
  return `built by the cluster; ${paint('yellow', 'not tried here')}: it needs a RHEL entitlement (--entitlement <folder>)`;
}
