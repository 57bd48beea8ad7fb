import { formatImageRef, parsePinnedImage } from '../values/image-ref.ts';
import { ValueError } from '../values/value.ts';
import { missingVariable } from './instructions/missing-variable.ts';
import type { Remark } from './scope.ts';

/** An image by digest, as it is written in documents; '' where it is none, which is reported. */
export function pinned(
  { from, missing }: { readonly from: string; readonly missing?: string | undefined },
  lines: readonly [number, number],
  report: (remark: Remark) => void,
  isBase: boolean,
): string {
  if (missing !== undefined) {
    report(missingVariable(missing, lines));
    return '';
  }
  try {
    return formatImageRef(parsePinnedImage(from));
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    report({
      code: 'image-not-pinned',
      severity: 'error',
      message: error.message,
      hint: isBase
        ? `Name the OS image by digest: --base <image>@sha256:…. \`oc adm release info <version> --image-for rhel-coreos\` prints it.`
        : `Write it by digest, with its registry.${error.hint === undefined ? '' : ` ${error.hint}`}`,
      lines,
    });
    return '';
  }
}
