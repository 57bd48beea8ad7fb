import type { FailureKind } from './failure.ts';

export const contentInVar: FailureKind = {
  code: 'content-in-var',
  phases: ['step'],
  isTransient: false,
  patterns: [
    // ostree container commit. bootc only warns of the same.
    /^Found file: "?(?<file>\/var\/[^"]*?)"?$/,
    /^error: Found content in \/?var\b/,
  ],
  explain({ groups: { file } = {} }, { lines }) {
    const path = file || lines.map((line) => /^Found file: "?(\/[^"\s]+)/.exec(line)?.[1]).find(Boolean);
    return {
      what: `${path ?? 'a file'} is in /var, which does not reach the nodes`,
      hint: 'Remove it in the same step, let systemd-tmpfiles make it at boot (a file in /usr/lib/tmpfiles.d), or for RPMs that install to /opt or /usr/local write `relocate: opt`.',
      ...(path !== undefined && { subject: path }),
    };
  },
};
