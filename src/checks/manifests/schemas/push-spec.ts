import { isTakenByApi } from '../../../values/push-spec.ts';
import { show } from '../../../values/value.ts';
import { length, type Rule, text } from './text.ts';

const taken: Rule = (value) =>
  isTakenByApi(value)
    ? undefined
    : {
        message: `the API server refuses ${show(value)}`,
        hint: 'Write host[:port][/namespace]/name:tag. The host needs a dot; a tag, and no digest, ends it.',
      };

/** Where a cluster pushes: what the API server takes, which is more than what works. */
export const pushSpec = text(length(447, 1), taken);
