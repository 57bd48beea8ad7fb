import type { FailureKind } from './failure.ts';

const UNSIGNED =
  'Have it signed, or give the RPM itself by its `sha256` in the step `rpms`. `gpgcheck: false` installs whatever the server sends.';
const WRONG_KEY =
  'Check `gpgkey` of the repository: the vendor may have changed the key. Take the new one from the vendor, not from the mirror.';

export const gpg: FailureKind = {
  code: 'gpg-check-failed',
  phases: ['step'],
  isTransient: false,
  patterns: [
    // dnf 4; dnf 5 says the other on a line of its own
    /^Package (?<unsigned>\S+) is not signed/,
    /^\s*(?<anyUnsigned>The package is not signed)/,
    /^Public key for (?<other>\S+?)\.? is not installed/,
    /OpenPGP check for package "(?<unsigned>[^"]+)".*The package is not signed/,
    /OpenPGP check for package "(?<other>[^"]+)"/,
    /Failing package is: (?<other>\S+)/,
    /do not have any GPG public keys installed/,
    /GPG keys listed for the "(?<repository>[^"]+)" repository are already installed but they are not correct/,
    /Import of key\(s\) didn't help, wrong key/,
    /repomd\.xml GPG signature verification error/,
    /Cannot import (?:key|GPG key)|Failed to retrieve GPG key for repo '(?<repository>[^']+)'|[Kk]ey import failed/,
    // rpm
    /package (?<other>\S+) does not verify: .*(?:NOKEY|BAD|no signature)/,
    /^error: (?<other>\S+): .*(?:Signature|signature).*(?:NOKEY|BAD)/,
    // rpm-ostree
    /package (?<other>\S+) cannot be verified and repo \S+ is GPG enabled/,
    /GPG check FAILED|^Error: GPG/,
  ],
  explain({ groups: { unsigned, anyUnsigned, other, repository } = {} }, { lines }) {
    const named =
      unsigned ?? lines.map((line) => /^Package (\S+) is not signed/.exec(line)?.[1]).find(Boolean);
    if (named !== undefined || anyUnsigned !== undefined) {
      return {
        what: `${named ?? 'a package'} is not signed, and its repository is to be checked`,
        hint: UNSIGNED,
      };
    }
    const failing = other ?? lines.map((line) => /Failing package is: (\S+)/.exec(line)?.[1]).find(Boolean);
    const whose = repository === undefined ? '' : ` of the repository ${repository}`;
    return {
      what: `${failing ?? 'a package'} is not signed by the key${whose} that it is checked against`,
      hint: WRONG_KEY,
    };
  },
};
