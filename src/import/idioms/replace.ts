import type { StepProps } from '../../spec/layer.ts';
import { type Rpm, rpmPackage } from '../../values/rpm.ts';
import type { Found, Idiom, Scope } from '../scope.ts';
import type { Arg } from '../shell/literal.ts';
import { readRequest } from './package-manager.ts';
import { type FoundRpms, findRpms, isRpmArgument } from './rpm-arguments.ts';

const KERNEL = ['kernel', 'kernel-core', 'kernel-modules', 'kernel-modules-extra'];

/** Newer builds of what the base has: a hotfix, or a kernel where they are one. */
export const replace: Idiom = {
  name: 'replace',
  examples: [
    {
      code: 'dnf update -y https://example.com/files/systemd-252-46.el9_4.x86_64.rpm',
      becomes: 'hotfix',
    },
    {
      code: 'curl -O https://example.com/files/cri-o-1.32.5-3.el9.x86_64.rpm && rpm-ostree override replace ./cri-o-1.32.5-3.el9.x86_64.rpm && rm -f cri-o-1.32.5-3.el9.x86_64.rpm',
      becomes: 'hotfix',
    },
    {
      code: 'rpm-ostree override replace https://example.com/files/kernel-{,core-,modules-,modules-core-,modules-extra-}5.14.0-295.el9.x86_64.rpm',
      becomes: 'kernel',
    },
    {
      code: 'curl --remote-name-all https://example.com/files/kernel{,-core,-modules,-modules-core,-modules-extra}-5.14.0-295.el9.x86_64.rpm && rpm-ostree override replace ./kernel*.rpm && rm *.rpm',
      becomes: 'kernel',
    },
  ],
  recognize(found, scope) {
    const request = readRequest(found);
    if (request === undefined || request.from.length > 0) return undefined;
    if (request.verb !== 'replace' && !(request.verb === 'update' && request.by === 'dnf')) return undefined;
    const { operands } = request;
    // A package's name asks for the newest build there is, and no step does.
    if (!operands.every(({ text }) => isRpmArgument(text))) return undefined;
    const whole = request.verb === 'replace' ? findUnsaved(operands, scope) : undefined;
    const files = whole ?? findRpms(operands, scope);
    if (files === undefined) return undefined;
    const wrappers = scope.pieces.filter(({ as, why }) => as === 'run' && why === WRAPPERS);
    return {
      steps: [
        request.verb === 'replace' && isKernel(files.rpms)
          ? { kernel: { rpms: [...files.rpms] } }
          : hotfixOf(files.rpms, request.verb === 'replace', found, scope),
      ],
      takes: files.files,
      ...(request.verb === 'replace' && { absorbs: wrappers }),
      placed: () => {
        for (const file of whole?.files ?? []) scope.files.set(file.path, file);
      },
    };
  },
};

/** A kernel that the Containerfile as it is saves one part of: rpm-ostree would refuse that, so all of it is meant. */
function findUnsaved(operands: readonly Arg[], scope: Scope): FoundRpms | undefined {
  if (scope.unsaved.size === 0) return undefined;
  const files = new Map([...scope.files, ...scope.unsaved]);
  const found = findRpms(operands, { ...scope, files });
  return found !== undefined && isKernel(found.rpms) ? found : undefined;
}

/** What `rpm-ostree cliwrap` waits for: the steps put its wrappers into place by themselves. */
export const WRAPPERS = 'no kernel is replaced after it';

function isKernel(rpms: readonly Rpm[]): boolean {
  const parts = new Set(rpms.map(rpmPackage));
  return KERNEL.every((part) => parts.has(part));
}

function hotfixOf(
  rpms: readonly Rpm[],
  isOverride: boolean,
  { comments, lines }: Found,
  scope: Scope,
): StepProps {
  const reason = comments.join(' ').trim();
  if (reason === '') {
    scope.report({
      code: 'reason-todo',
      severity: 'warning',
      message: 'it is not said why these packages are replaced',
      hint: 'Write the reason and the ticket into the hotfix, and when it expires: the next person has to know when to remove it.',
      lines,
    });
  }
  return {
    hotfix: {
      reason: reason === '' ? 'TODO: why, and until when' : reason,
      ...(isOverride && { via: 'rpm-ostree' }),
      rpms: [...rpms],
    },
  };
}
