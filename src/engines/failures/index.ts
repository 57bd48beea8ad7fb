import { contentInVar } from './content-in-var.ts';
import { diskFull } from './disk-full.ts';
import { downloadDenied } from './download-denied.ts';
import { downloadNotFound } from './download-not-found.ts';
import { entitlementRefused } from './entitlement-refused.ts';
import type { Evidence, FailureKind, Finding } from './failure.ts';
import { fuseDenied } from './fuse-denied.ts';
import { gpg } from './gpg.ts';
import { idsMissing } from './ids-missing.ts';
import { imageNotFound } from './image-not-found.ts';
import { isolation } from './isolation.ts';
import { olderThanBase } from './older-than-base.ts';
import { outOfMemory } from './out-of-memory.ts';
import { packageNotFound } from './package-not-found.ts';
import { policyRefused } from './policy-refused.ts';
import { pullDenied } from './pull-denied.ts';
import { pushDenied } from './push-denied.ts';
import { serverTrouble } from './server-trouble.ts';
import { syntaxError } from './syntax-error.ts';
import { unitNotFound } from './unit-not-found.ts';
import { unreachable } from './unreachable.ts';
import { wrongChecksum } from './wrong-checksum.ts';
import { wrongDigest } from './wrong-digest.ts';

/** Every kind of failure that is known by what is printed. Of two that know the same line, the first one has it. */
export const FAILURES: readonly FailureKind[] = [
  diskFull,
  outOfMemory,
  policyRefused,
  idsMissing,
  fuseDenied,
  isolation,
  syntaxError,
  contentInVar,
  gpg,
  wrongDigest,
  wrongChecksum,
  olderThanBase,
  unitNotFound,
  entitlementRefused,
  downloadDenied,
  downloadNotFound,
  pullDenied,
  pushDenied,
  imageNotFound,
  packageNotFound,
  unreachable,
  serverTrouble,
];

/** How far from its end a step's output is looked at: what stands before that was got over. */
const END = 80;

export interface Diagnosis extends Finding {
  readonly kind: FailureKind;
}

/** What failed, by the last line that any kind knows: what was printed before it was not the end of the step. */
export function diagnose(evidence: Evidence): Diagnosis | undefined {
  const kinds = FAILURES.filter(({ phases }) => phases.includes(evidence.phase));
  for (const line of evidence.lines.slice(-END).toReversed()) {
    for (const kind of kinds) {
      for (const pattern of kind.patterns) {
        const match = pattern.exec(line);
        const finding = match && kind.explain(match, evidence);
        if (finding) return { kind, ...finding };
      }
    }
  }
  return undefined;
}
