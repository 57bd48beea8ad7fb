import { packageName } from '../../values/names.ts';
import type { Idiom } from '../scope.ts';
import { readRequest } from './package-manager.ts';

export const remove: Idiom = {
  name: 'remove',
  examples: [
    { code: 'rpm-ostree override remove toolbox', becomes: 'remove' },
    { code: 'dnf remove -y toolbox', becomes: 'remove' },
  ],
  recognize(found) {
    const request = readRequest(found);
    if (request?.verb !== 'remove' || request.from.length > 0) return undefined;
    const isName = request.operands.every(
      ({ text, isGlob }) => !isGlob && packageName.safeParse(text).success,
    );
    return isName
      ? { steps: [{ remove: { packages: request.operands.map(({ text }) => text) } }] }
      : undefined;
  },
};
