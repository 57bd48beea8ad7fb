import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Evidence, Phase } from '../../src/engines/failures/failure.ts';
import { diagnose, FAILURES } from '../../src/engines/failures/index.ts';

/** What a build printed at its end, by the tools and versions that the base of the tests does not have. */
const TEXTS: readonly [code: string, phase: Phase, subject: string | undefined, lines: string][] = [
  ['package-not-found', 'step', 'htop', 'error: Packages not found: htop'],
  ['package-not-found', 'step', 'htop', 'Failed to resolve the transaction:\nNo match for argument: htop'],
  [
    'package-not-found',
    'step',
    'agent',
    'Error: \n Problem: conflicting requests\n  - nothing provides libx.so.1()(64bit) needed by agent-1.0-1.x86_64',
  ],
  [
    'package-not-found',
    'step',
    undefined,
    'Error: There are no enabled repositories in "/etc/yum.repos.d", "/etc/yum/repos.d", "/etc/distro.repos.d".',
  ],
  [
    'wrong-checksum',
    'step',
    'a-1-1.noarch.rpm',
    "[MIRROR] a-1-1.noarch.rpm: Downloading successful, but checksum doesn't match. Calculated: 79ab(sha256)  Expected: 0490(sha256) \n[FAILED] a-1-1.noarch.rpm: No more mirrors to try - All mirrors were already tried without success\nError: Error downloading packages:",
  ],
  [
    'wrong-checksum',
    'step',
    undefined,
    ">>> Downloading successful, but checksum doesn't match. Calculated: 79ab(sha256)  Expected: 0490(sha256)  - https://example.com/a.rpm",
  ],
  [
    'gpg-check-failed',
    'step',
    undefined,
    'Transaction failed: Signature verification failed.\nOpenPGP check for package "agent-1-1.x86_64" (/var/cache/libdnf5/v/packages/agent-1-1.x86_64.rpm) from repo "v" has failed: Public key is not installed.',
  ],
  [
    'gpg-check-failed',
    'step',
    undefined,
    'You have enabled checking of packages via GPG keys. This is a good thing.\nHowever, you do not have any GPG public keys installed. You need to download',
  ],
  [
    'gpg-check-failed',
    'step',
    undefined,
    'error: package agent-1-1.x86_64 cannot be verified and repo v is GPG enabled: /var/cache/a.rpm could not be verified',
  ],
  [
    'download-not-found',
    'step',
    'https://example.com/repodata/repomd.xml',
    '>>> Status code: 404 for https://example.com/repodata/repomd.xml (IP: 192.0.2.1)',
  ],
  [
    'download-denied',
    'step',
    'https://example.com/repodata/repomd.xml',
    '  - Status code: 403 for https://example.com/repodata/repomd.xml (IP: 192.0.2.1)',
  ],
  [
    'entitlement-refused',
    'step',
    undefined,
    '  - Status code: 403 for https://cdn.redhat.com/content/dist/rhel9/9.6/x86_64/baseos/os/repodata/repomd.xml (IP: 192.0.2.1)',
  ],
  [
    'entitlement-refused',
    'step',
    undefined,
    'This system is not registered with an entitlement server. You can use subscription-manager to register.',
  ],
  [
    'unit-not-found',
    'step',
    'agent.service',
    'Failed to enable unit: Unit file agent.service does not exist.',
  ],
  ['unit-not-found', 'step', 'agent.service', 'Failed to enable unit: Unit agent.service does not exist'],
  ['unit-not-found', 'step', 'agent.service', 'Failed to enable unit, unit agent.service does not exist.'],
  [
    'content-in-var',
    'step',
    '/var/lib/agent.db',
    'Checking /var for files\nFound file: "/var/lib/agent.db"\nerror: Found content in /var',
  ],
  [
    'unreachable',
    'step',
    'https://example.com/repodata/repomd.xml',
    "  - Curl error (6): Couldn't resolve host name for https://example.com/repodata/repomd.xml [Could not resolve host: example.com]",
  ],
  ['unreachable', 'step', 'example.com', 'curl: (6) Could not resolve host: example.com'],
  [
    'unreachable',
    'pull',
    'registry.example.com',
    'Error: creating build container: initializing source docker://registry.example.com/os@sha256:00: pinging container registry registry.example.com: Get "https://registry.example.com/v2/": dial tcp: lookup registry.example.com on 192.0.2.1:53: no such host',
  ],
  [
    'unreachable',
    'pull',
    '127.0.0.1:5000',
    'Error: initializing source docker://127.0.0.1:5000/os: pinging container registry 127.0.0.1:5000: Get "http://127.0.0.1:5000/v2/": dial tcp 127.0.0.1:5000: connect: connection refused',
  ],
  [
    'server-trouble',
    'step',
    'https://example.com/a.rpm',
    '[MIRROR] a.rpm: Curl error (28): Timeout was reached for https://example.com/a.rpm [Operation too slow. Less than 1000 bytes/sec transferred the last 30 seconds]',
  ],
  [
    'server-trouble',
    'pull',
    undefined,
    'Error: reading blob sha256:00: Get "https://cdn.example.com/x": read tcp 192.0.2.2:1->192.0.2.1:443: read: connection reset by peer',
  ],
  [
    'server-trouble',
    'push',
    undefined,
    'Error: writing blob: initiating layer upload to /v2/os/blobs/uploads/ in registry.example.com: received unexpected HTTP status: 503 Service Unavailable',
  ],
  [
    'server-trouble',
    'pull',
    undefined,
    'Error: reading manifest sha256:00 in docker.io/library/x: toomanyrequests: You have reached your pull rate limit.',
  ],
  [
    'pull-denied',
    'pull',
    undefined,
    'Error: reading manifest sha256:00 in quay.io/openshift-release-dev/ocp-v4.0-art-dev: unauthorized: access to the requested resource is not authorized',
  ],
  [
    'pull-denied',
    'pull',
    undefined,
    'Error: unable to retrieve auth token: invalid username/password: unauthorized: Please login to the Red Hat Registry using your Customer Portal credentials.',
  ],
  [
    'push-denied',
    'push',
    undefined,
    'Error: writing blob: initiating layer upload to /v2/os/blobs/uploads/ in registry.example.com: denied: requested access to the resource is denied',
  ],
  [
    'image-not-found',
    'pull',
    undefined,
    'Error: reading manifest sha256:00 in registry.example.com/os: manifest unknown',
  ],
  [
    'wrong-digest',
    'pull',
    undefined,
    'Error: reading blob sha256:00: Digest did not match, expected sha256:00, got sha256:11',
  ],
  [
    'disk-full',
    'step',
    undefined,
    'Error: Transaction test error:\n  installing package agent-1-1.x86_64 needs 12MB more space on the / filesystem',
  ],
  [
    'disk-full',
    'pull',
    undefined,
    'Error: copying system image: writing blob: storing blob to file "/var/tmp/storage1/1": write /var/tmp/storage1/1: no space left on device',
  ],
  [
    'disk-full',
    'push',
    undefined,
    'Error: writing blob: happened during read: write /tmp/x: no space left on device',
  ],
  ['killed', 'step', undefined, 'Error: building at STEP "RUN make": while running runtime: exit status 137'],
  ['syntax-error', 'step', undefined, "/bin/sh: -c: line 1: syntax error near unexpected token `)'"],
  ['syntax-error', 'step', undefined, '/bin/sh: 1: Syntax error: Unterminated quoted string'],
];

function evidence(phase: Phase, lines: string, more: Partial<Evidence> = {}): Evidence {
  return { phase, lines: lines.split('\n'), isEntitled: false, ...more };
}

describe('a failure is known by what was printed', () => {
  it.each(TEXTS)('%s (%s, %s): %s', (code, phase, subject, lines) => {
    const found = diagnose(evidence(phase, lines));
    expect(found?.kind.code).toBe(code);
    expect(found?.subject).toBe(subject);
    expect(found?.what).toMatch(/^[^A-Z\n].*[^.\s]$/);
    expect(found?.hint).toMatch(/^[A-Z][^\n]*\.$/);
  });

  it('by its end: what it got over is not the cause', () => {
    const lines = [
      '[MIRROR] a.rpm: Status code: 404 for https://mirror.example.com/a.rpm (IP: 192.0.2.1)',
      'No match for argument: htop',
      'Error: Unable to find a match: htop',
      'subprocess exited with status 1',
    ].join('\n');
    expect(diagnose(evidence('step', lines))?.kind.code).toBe('package-not-found');
    const long = `curl: (52) Empty reply from server\n${'compiling\n'.repeat(200)}exit status 1`;
    expect(diagnose(evidence('step', long))).toBeUndefined();
  });

  it('and by what the engine was at: a program that prints what a registry says is none', () => {
    expect(diagnose(evidence('step', 'manifest unknown'))).toBeUndefined();
    expect(diagnose(evidence('push', 'No match for argument: htop'))).toBeUndefined();
  });

  it('bootc only warns of what is in /var', () => {
    const lines =
      'Lint warning: var-tmpfiles: Found content in /var missing systemd tmpfiles.d entries:\n  d /var/lib/x';
    expect(diagnose(evidence('step', lines))).toBeUndefined();
  });

  it("an expired certificate is the entitlement's where the build has one, and a vendor's where not", () => {
    const lines =
      'curl: (56) OpenSSL SSL_read: error:14094415:SSL routines:ssl3_read_bytes:sslv3 alert certificate expired, errno 0';
    expect(diagnose(evidence('step', lines, { isEntitled: true }))?.kind.code).toBe('entitlement-refused');
    expect(diagnose(evidence('step', lines))?.kind.code).toBe('server-trouble');
  });

  it('every kind has its row in the documents, which says whether it is tried again', () => {
    const rows = readFileSync('docs/when-a-build-fails.md', 'utf8').split('\n');
    for (const { code, isTransient } of FAILURES) {
      const row = rows.find((line) => line.startsWith('| ') && line.split('|')[1]!.includes(`\`${code}\``));
      expect(row, code).toMatch(isTransient ? /\| yes \|$/ : /\| no \|$/);
    }
  });

  it('only what may pass is tried again', () => {
    const transient = FAILURES.filter(({ isTransient }) => isTransient).map(({ code }) => code);
    expect(transient).toEqual(['unreachable', 'server-trouble']);
    expect(new Set(FAILURES.map(({ code }) => code)).size).toBe(FAILURES.length);
  });
});
