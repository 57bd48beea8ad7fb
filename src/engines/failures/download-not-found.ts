import { downloads, urlOf } from './downloads.ts';
import type { FailureKind } from './failure.ts';

export const downloadNotFound: FailureKind = {
  code: 'download-not-found',
  phases: ['step'],
  isTransient: false,
  patterns: downloads('404|410'),
  explain(match) {
    const url = urlOf(match);
    return {
      what: `${url ?? 'a download'} is not there (${match.groups!.status})`,
      hint: 'Check the URL. Mirrors drop older builds: keep the RPM where it stays, or ask for a newer one.',
      ...(url !== undefined && { subject: url }),
    };
  },
};
