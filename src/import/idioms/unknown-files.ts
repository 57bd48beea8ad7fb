import { posix } from 'node:path';
import { type Piece, withState } from '../piece.ts';
import type { Scope } from '../scope.ts';

/** Programs that make no files, or those that they name, or files of packages. */
const MAKES_NO_RPMS = new RegExp(
  `^\\s*(?:${[
    ...['mkdir', 'rmdir', 'rm', 'ln', 'touch', 'tee', 'sed', 'cat', 'chmod', 'chown', 'chgrp', 'cd', 'set'],
    ...['echo', 'printf', 'test', 'grep', 'true', 'false', 'export', 'curl', 'wget', 'sha256sum'],
    ...['useradd', 'groupadd', 'usermod', 'groupmod', 'passwd', 'depmod', 'ldconfig', 'restorecon'],
    ...['semodule', 'setsebool', 'setcap', 'alternatives', 'authselect', 'update-ca-trust'],
    ...[
      'update-crypto-policies',
      'fips-mode-setup',
      'systemctl',
      'dnf',
      'yum',
      'microdnf',
      'rpm',
      'rpm-ostree',
    ],
  ].join('|')})(?![\\w-])`,
);

const SHELL = /(?:^|\/)(?:ba)?sh$/;

/** Whether there may be files for a pattern that the Containerfile does not name: of code, or of another stage. */
export function mayMatchMore(pattern: string, { pieces, files }: Scope): boolean {
  const folder = posix.dirname(pattern.replace(/[*?[].*$/s, '*'));
  const own = new Set([...files.values()].map(({ piece }) => piece));
  return pieces.some((piece) => {
    if (piece.as === 'steps') return copiesInto(folder, piece, pattern);
    const isKnown = own.has(piece) || piece.makes !== undefined || piece.removes !== undefined;
    return piece.as === 'run' && !isKnown && mayMakeFiles(piece, pattern, folder);
  });
}

function copiesInto(folder: string, { steps }: Piece, pattern: string): boolean {
  const targets = steps.flatMap((step) =>
    'stage' in step ? step.stage!.copy.map(({ to }) => to.replace(/\/+$/, '')) : [],
  );
  // Where folders are of the pattern, whatever is below counts.
  const isBelow = (to: string) =>
    posix.dirname(pattern) === folder ? posix.dirname(to) === folder : to.startsWith(folder);
  return targets.some((to) => isBelow(to) || `${folder}/`.startsWith(`${to}/`));
}

function mayMakeFiles(piece: Piece, pattern: string, folder: string): boolean {
  return withState(piece).some((code) => {
    const text = typeof code === 'string' ? code : SHELL.test(code[0]!) ? code.at(-1)! : code.join(' ');
    if (/\.rpm(?![\w-])|download|reposync|[`$*]/.test(text)) return true;
    // The folder may be a link, and of a pattern for any file whatever is put there counts.
    if ((!pattern.endsWith('.rpm') || /\bln\b/.test(text)) && text.includes(folder)) return true;
    return text
      .split(/\|\|?|&&|;|\n/)
      .some((command) => command.trim() !== '' && !MAKES_NO_RPMS.test(command));
  });
}
