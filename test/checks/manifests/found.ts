import { readManifests } from '../../../src/checks/manifests/read.ts';
import { rulesOf } from '../../../src/checks/manifests/releases.ts';
import { checkManifests } from '../../../src/checks/manifests/run.ts';
import type { Diagnostic } from '../../../src/diagnostics.ts';

/** What is found in a text of manifests, by the rules of a release. */
export function found(text: string, release?: string): readonly Diagnostic[] {
  const { objects, diagnostics } = readManifests(text, 'a.yaml');
  return [...diagnostics, ...checkManifests({ release: rulesOf(release), objects }).diagnostics];
}

/** The same, as `severity code`. */
export function codes(text: string, release?: string): string[] {
  return found(text, release).map(({ severity, code }) => `${severity} ${code}`);
}
