import type { FailureKind } from './failure.ts';

export const unreachable: FailureKind = {
  code: 'unreachable',
  phases: ['pull', 'step', 'push'],
  isTransient: true,
  patterns: [
    /^curl: \((?:5|6|7)\) .*?(?:host: |connect to )(?<host>[^\s;]+)/,
    /Curl error \((?:5|6|7)\): .*? for (?<url>\S+)/,
    // Go's
    /lookup (?<host>\S+?)(?: on \S+)?: (?:no such host|server misbehaving|i\/o timeout|Temporary failure)/,
    /dial tcp (?<host>\S+?): (?:connect: )?(?:connection refused|no route to host|network is unreachable|i\/o timeout)/,
    /Temporary failure in name resolution|Name or service not known|Could not resolve host/,
  ],
  explain({ groups: { host, url } = {} }) {
    const place = url ?? host;
    return {
      what: `${place ?? 'a server'} cannot be reached from the build`,
      hint: "Check the name, this machine's DNS and network, and whether it needs a proxy (http_proxy, https_proxy, no_proxy).",
      ...(place !== undefined && { subject: place }),
    };
  },
};
