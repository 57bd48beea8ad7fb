import type { FailureKind } from './failure.ts';

export const policyRefused: FailureKind = {
  code: 'policy-refused',
  phases: ['pull', 'push'],
  isTransient: false,
  patterns: [/Source image rejected: (?<why>.+)/, /invalid policy in "(?<file>[^"]+)": (?<fault>.+)/],
  explain({ groups: { why = '', file, fault } = {} }, { image = 'the image' }) {
    if (file !== undefined) {
      return { what: `${file} is no policy (${fault})`, hint: '`man containers-policy.json` describes it.' };
    }
    const isSigned = /signature/i.test(why);
    return {
      what: isSigned
        ? `policy.json asks for a signature of ${image} that is not there or not right (${why})`
        : `policy.json does not allow ${image}`,
      hint: isSigned
        ? 'Engines check signatures by ~/.config/containers/policy.json, else /etc/containers/policy.json: take an image that is signed, and look at registries.d for where signatures are. A mirror has an image without its signatures, unless they were mirrored as well.'
        : 'The file is ~/.config/containers/policy.json, else /etc/containers/policy.json: take an image from where it allows, or ask whoever looks after it.',
    };
  },
};
