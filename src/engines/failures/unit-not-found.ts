import type { FailureKind } from './failure.ts';

export const unitNotFound: FailureKind = {
  code: 'unit-not-found',
  phases: ['step'],
  isTransient: false,
  patterns: [
    // systemd without and with a manager, then newer ones
    /^Failed to (?:enable|reenable|preset|mask|disable)(?: unit)?[,:] [Uu]nit(?: file)? (?<unit>\S+) does not exist/,
    /^Unit (?<unit>\S+) (?:could not be found|does not exist)/,
    /^Failed to (?:enable|preset|mask|disable) (?<unit>\S+): .*(?:No such file or directory|does not exist)/,
  ],
  explain: ({ groups: { unit } = {} }) => ({
    what: `the image has no unit ${unit}`,
    hint: 'Check its spelling. The layer that brings it, by a package or by `units:`, has to come before the step that enables it.',
    subject: unit!,
  }),
};
