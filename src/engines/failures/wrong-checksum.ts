import type { FailureKind } from './failure.ts';

export const wrongChecksum: FailureKind = {
  code: 'wrong-checksum',
  phases: ['step'],
  isTransient: false,
  patterns: [
    // sha256sum
    /^(?<file>\S.*): FAILED$/,
    /^sha256sum: WARNING: \d+ computed checksum/,
    // librepo
    /(?:^|\] )(?<file>[^\s:]+): Downloading successful, but checksum doesn't match\. Calculated: (?<actual>[0-9a-f]+)/,
    /Downloading successful, but checksum doesn't match/,
    // rpm
    /package (?<file>\S+) does not verify: .*digest: BAD/,
  ],
  explain({ groups: { file, actual } = {} }, { lines }) {
    const name = file ?? lines.map((line) => /^(\S.*): FAILED$/.exec(line)?.[1]).find(Boolean);
    return {
      what: `${name ?? 'a download'} has another checksum than it should${actual === undefined ? '' : ` (it has ${actual})`}`,
      hint: 'It is another file than was reviewed, or was damaged on the way. Find out which, and only then change the `sha256`: `curl -fsSL <url> | sha256sum`. Of a repository, its owner has to make the metadata anew.',
      ...(name !== undefined && { subject: name }),
    };
  },
};
