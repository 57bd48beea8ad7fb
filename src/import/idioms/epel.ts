import { type Rpm, rpmFileName } from '../../values/rpm.ts';
import type { EpelProps, Idiom, Recognized, Scope } from '../scope.ts';
import { readRequest } from './package-manager.ts';

const LATEST = /^https:\/\/dl\.fedoraproject\.org\/pub\/epel\/epel-release-latest-(\d+)\.noarch\.rpm$/;

/** The epel-release among RPMs, where its step can be written without a file of the context's. */
export function epelRelease(rpms: readonly Rpm[]): { el?: string; url: string } | undefined {
  const found = rpms.find((rpm) => rpm.url !== undefined && /^epel-release-/.test(rpmFileName(rpm)));
  if (found === undefined) return undefined;
  const el = LATEST.exec(found.url!)?.[1];
  return { ...(el !== undefined && { el }), url: found.url! };
}

/** Packages that are installed once epel-release is there: the first ones make the step, and those right after join it. */
export function installFromEpel(packages: readonly string[], scope: Scope): Recognized | undefined {
  const { epel } = scope;
  if (epel === undefined) return undefined;
  if (epel.step === undefined) {
    if (epel.piece.as !== 'steps') return undefined;
    // It stays in the image, as in the Containerfile, until something removes it.
    const step: EpelProps = {
      ...(epel.el === undefined ? { release: { url: epel.url } } : { el: epel.el }),
      packages: [...packages],
      keep: true,
    };
    epel.step = step;
    return {
      steps: [{ epel: step }],
      absorbs: [epel.piece],
      placed: (piece) => {
        scope.epel = { ...epel, piece, step };
      },
    };
  }
  const last = scope.pieces.findLast(({ as }) => as === 'steps' || as === 'run');
  if (last !== epel.piece) return undefined;
  epel.step.packages.push(...packages);
  return { into: epel.piece };
}

/** The clean end of it: the repository does not stay in the image. */
export const epelRemoval: Idiom = {
  name: 'epel',
  examples: [
    {
      code: 'dnf install -y https://dl.fedoraproject.org/pub/epel/epel-release-latest-9.noarch.rpm && dnf install -y htop',
      becomes: 'epel',
    },
  ],
  recognize(found, scope) {
    const { epel } = scope;
    const request = readRequest(found);
    if (request?.verb !== 'remove' || request.operands.map(({ text }) => text).join() !== 'epel-release')
      return undefined;
    const last = scope.pieces.findLast(({ as }) => as === 'steps' || as === 'run');
    // What came between may still have needed it.
    if (epel?.step === undefined || last !== epel.piece) return undefined;
    delete epel.step.keep;
    return { into: epel.piece };
  },
};
