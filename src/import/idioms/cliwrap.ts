import { type Idiom, wordsOf } from '../scope.ts';
import { WRAPPERS } from './replace.ts';

const FOLDER = '/usr/libexec/rpm-ostree/wrapped';

/** rpm-ostree's wrappers, which a kernel's scripts need before 4.19, and what takes them away again. */
export const cliwrap: Idiom = {
  name: 'cliwrap',
  examples: [
    {
      code: 'rpm-ostree cliwrap install-to-root / && rpm-ostree override replace https://example.com/files/kernel-{,core-,modules-,modules-core-,modules-extra-}5.14.0-295.el9.x86_64.rpm',
      becomes: 'kernel',
    },
  ],
  recognize(found, scope) {
    const words = wordsOf(found);
    if (words === undefined) return undefined;
    if (words.join(' ') === 'rpm-ostree cliwrap install-to-root /') {
      return {
        waits: true,
        placed: (piece) => {
          piece.why = WRAPPERS;
        },
      };
    }
    // Where the steps put no wrappers into place, there is nothing to undo.
    if (scope.needsWrappers) return undefined;
    const [program, ...rest] = words.filter((word) => !word.startsWith('-'));
    const paths = rest.filter((word) => word.startsWith('/'));
    const undoes =
      (program === 'rm' && paths.length > 0 && paths.every((path) => path.startsWith(FOLDER))) ||
      ((program === 'mv' || program === 'cp') &&
        paths.length === 2 &&
        paths[0]!.startsWith(`${FOLDER}/`) &&
        /^\/usr\/s?bin\//.test(paths[1]!));
    return undoes ? {} : undefined;
  },
};
