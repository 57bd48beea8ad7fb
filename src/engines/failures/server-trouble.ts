import { downloads, urlOf } from './downloads.ts';
import type { FailureKind } from './failure.ts';

/** What our own watch writes into the log, of a transfer that stands still. */
export const STALLED = 'layers: nothing was transferred for';

export const serverTrouble: FailureKind = {
  code: 'server-trouble',
  phases: ['pull', 'step', 'push'],
  isTransient: true,
  patterns: [
    new RegExp(`^(?<reason>${STALLED} .*)`),
    ...downloads('408|425|429|5\\d\\d'),
    /^curl: \((?:16|18|28|35|52|55|56|92)\) (?<reason>.*)/,
    /Curl error \((?:16|18|28|35|52|55|56|92)\): .*? for (?<url>\S+)/,
    /(?<reason>Operation too slow)/,
    // The library of buildah, podman and skopeo
    /(?<reason>toomanyrequests|Too Many Requests|too many requests)/i,
    /(?<reason>(?:unexpected HTTP status|status(?: code)?):? "?(?:429|5\d\d)\b[^"]*)/i,
    /(?<reason>\b5\d\d \((?:Internal Server Error|Bad Gateway|Service Unavailable|Gateway Timeout)\))/,
    /(?<reason>\b(?:500 Internal Server Error|502 Bad Gateway|503 Service Unavailable|504 Gateway Time-?out))/i,
    /(?<reason>unexpected EOF|connection reset by peer|broken pipe|TLS handshake timeout|i\/o timeout)/,
    /(?<reason>Client\.Timeout exceeded|context deadline exceeded|http2: server sent GOAWAY|server closed idle connection|use of closed network connection|net\/http: timeout awaiting)/,
    /(?<reason>(?:Post|Put|Patch|Get|Head) "[^"]*": EOF)/i,
  ],
  explain(match) {
    const url = urlOf(match);
    const { status, reason } = match.groups!;
    const which = status === undefined ? reason?.trim() : status;
    return {
      what: `${url ?? 'a server'} did not answer as it should${which === undefined ? '' : ` (${which})`}`,
      hint:
        status === '429' || /too ?many ?requests|\b429\b/i.test(reason ?? '')
          ? 'It limits how often it may be asked. Build again later, or log in, which often raises the limit.'
          : 'Build again: what was built is in the cache of the engine, and what was pushed is not pushed twice. If it stays, look at that server, or take another mirror.',
      ...(url !== undefined && { subject: url }),
    };
  },
};
