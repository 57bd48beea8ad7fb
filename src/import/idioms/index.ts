import type { Idiom } from '../scope.ts';
import { attributes } from './attributes.ts';
import { cleanUp } from './clean-up.ts';
import { cliwrap } from './cliwrap.ts';
import { checksum, download } from './download.ts';
import { epelRemoval } from './epel.ts';
import { makeFolders, removeFiles } from './folders.ts';
import { install } from './install.ts';
import { remove } from './remove.ts';
import { replace } from './replace.ts';
import { systemctl } from './systemctl.ts';
import { writeText } from './write-text.ts';

/** Every way of writing that is known, in the order in which they are tried. */
export const IDIOMS: readonly Idiom[] = [
  cleanUp,
  install,
  replace,
  epelRemoval,
  remove,
  systemctl,
  download,
  checksum,
  writeText,
  makeFolders,
  attributes,
  cliwrap,
  removeFiles,
];
