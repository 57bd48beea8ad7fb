import { packageName } from '../../values/names.ts';
import type { Piece } from '../piece.ts';
import type { Found, Idiom, Recognized, Scope } from '../scope.ts';
import { epelRelease, installFromEpel } from './epel.ts';
import { readRequest } from './package-manager.ts';
import { findRpms, isRpmArgument } from './rpm-arguments.ts';

/** What a pipeline's one command installs, with its patterns: `./*.rpm`. */
export const install: Idiom = {
  name: 'install',
  examples: [
    { code: 'dnf install -y rsyslog', becomes: 'packages' },
    { code: 'rpm-ostree install tmux', becomes: 'packages' },
    { code: 'dnf install -y --repo vendor agent', becomes: 'packages' },
    { code: 'rpm -Uvh https://example.com/files/agent-7.1-1.x86_64.rpm', becomes: 'rpms' },
  ],
  recognize(found: Found, scope: Scope): Recognized | undefined {
    const request = readRequest(found);
    if (request?.verb !== 'install') return undefined;
    const { operands } = request;
    const names = operands.filter(({ text }) => !isRpmArgument(text));
    const rpmArguments = operands.filter(({ text }) => isRpmArgument(text));
    if (names.some(({ text, isGlob }) => isGlob || !packageName.safeParse(text).success)) return undefined;
    // rpm takes files only, and a repository that files do not come from would be lost.
    if (request.by === 'rpm' && names.length > 0) return undefined;
    if (request.from.length > 0 && rpmArguments.length > 0) return undefined;
    const files = findRpms(rpmArguments, scope);
    if (files === undefined) return undefined;
    const epel = request.from.length === 0 ? epelRelease(files.rpms) : undefined;
    const packages = names.map(({ text }) => text);
    if (
      scope.epel !== undefined &&
      packages.length > 0 &&
      rpmArguments.length === 0 &&
      request.from.length === 0
    ) {
      const fromEpel = installFromEpel(packages, scope);
      if (fromEpel !== undefined) return fromEpel;
    }
    return {
      steps: [
        ...(files.rpms.length === 0 ? [] : [{ rpms: { rpms: [...files.rpms] } }]),
        ...(packages.length === 0
          ? []
          : [
              {
                packages: { install: packages, ...(request.from.length > 0 && { from: [...request.from] }) },
              },
            ]),
      ],
      takes: files.files,
      placed: (piece: Piece) => {
        if (epel !== undefined && files.rpms.length === 1 && packages.length === 0)
          scope.epel = { piece, ...epel };
      },
    };
  },
};
