import { type Rpm, rpmFileName, rpm as rpmSchema } from '../../values/rpm.ts';
import { globExpression } from '../glob.ts';
import type { KnownFile } from '../piece.ts';
import { resolvePath, type Scope } from '../scope.ts';
import type { Arg } from '../shell/literal.ts';
import { mayMatchMore } from './unknown-files.ts';

/** RPMs as a step names them, and the files of the build that they were. */
export interface FoundRpms {
  readonly rpms: readonly Rpm[];
  readonly files: readonly KnownFile[];
}

/** Whether an argument of a package manager is an RPM rather than a package's name. */
export function isRpmArgument(text: string): boolean {
  return text.includes('/') || text.endsWith('.rpm');
}

/** The RPMs of arguments: undefined where one is neither a URL nor a file that the Containerfile brought. */
export function findRpms(args: readonly Arg[], scope: Scope): FoundRpms | undefined {
  const rpms: Rpm[] = [];
  const files: KnownFile[] = [];
  for (const { text, isGlob } of args) {
    if (/^https?:\/\//.test(text)) {
      if (isGlob || !rpmSchema.safeParse({ url: text }).success) return undefined;
      rpms.push({ url: text });
      continue;
    }
    const found = filesAt(scope, resolvePath(text, scope), isGlob).filter(
      (file) => !isGlob || !file.isRemoved,
    );
    if (found.length === 0 || (isGlob && mayMatchMore(resolvePath(text, scope), scope))) return undefined;
    for (const file of found) {
      if (file.rpm === undefined || file.isTouched || file.isRemoved) return undefined;
      // More than one pattern may match it.
      if (files.includes(file)) continue;
      rpms.push(file.rpm);
      files.push(file);
    }
  }
  // A step gives each the name that its URL ends in.
  if (new Set(rpms.map(rpmFileName)).size < rpms.length) return undefined;
  return { rpms, files };
}

/** The files at a path, or of a pattern. */
export function filesAt(
  { files }: Pick<Scope, 'files'>,
  path: string,
  isGlob = /[*?[]/.test(path),
): KnownFile[] {
  if (!isGlob) return [files.get(path)].filter((file) => file !== undefined);
  const expression = globExpression(path);
  return [...files.values()].filter((file) => expression.test(file.path));
}
