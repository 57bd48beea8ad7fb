import { downloads, urlOf } from './downloads.ts';
import { isRedHat } from './entitlement-refused.ts';
import type { FailureKind } from './failure.ts';

export const downloadDenied: FailureKind = {
  code: 'download-denied',
  phases: ['step'],
  isTransient: false,
  patterns: downloads('401|403|407'),
  explain(match, evidence) {
    const url = urlOf(match);
    if (isRedHat(url)) return undefined;
    const { status } = match.groups!;
    const proxy = 'It is the proxy that wants to know who asks: see the proxy of this machine.';
    return {
      what: `${url ?? 'a server'} refused a download (${status})`,
      hint:
        status === '407'
          ? proxy
          : `Give the RPM or the repository \`auth: { secret: … }\`, and the build the secret: --secret <name>=<folder>. With one, check that the account may read there.${evidence.isEntitled ? ' A certificate may not cover this repository.' : ''}`,
      ...(url !== undefined && { subject: url }),
    };
  },
};
