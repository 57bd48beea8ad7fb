import { below, type Diagnostic, type Origin } from '../diagnostics.ts';
import type { Located } from '../spec/library.ts';
import type { Silence } from '../spec/silence.ts';
import { CLUSTER, ERRORS, FAILURES, FINDINGS, IMPORT, STATES } from './codes.ts';
import { CHECKS } from './index.ts';

/** A silence, where it stands, and what it holds for: a document, a construct or an object. */
export interface PlacedSilence extends Located<Silence> {
  readonly scope: Origin;
}

/** A finding that is meant, and why. */
export interface Silenced {
  readonly diagnostic: Diagnostic;
  readonly reason: string;
}

/** Takes out what documents silence, and says which silences are wrong or of no use: `offline`, some checks found nothing because they were not asked. */
export function applySilences(
  diagnostics: readonly Diagnostic[],
  silences: readonly PlacedSilence[],
  ran: 'all' | 'offline' = 'all',
): { diagnostics: Diagnostic[]; silenced: Silenced[] } {
  const once = [...new Map(silences.map((silence) => [JSON.stringify(silence.origin), silence])).values()];
  const wrong = once.flatMap(whatIsWrong);
  const used = new Set<Located<Silence>>();
  const silenced: Silenced[] = [];
  const left = diagnostics.filter((diagnostic) => {
    if (!isSilenceable(diagnostic.code) || diagnostic.severity === 'error') return true;
    const silence = once.find(
      ({ value, scope }) => value.check === diagnostic.code && isWithin(diagnostic.origin, scope),
    );
    if (silence === undefined) return true;
    used.add(silence);
    silenced.push({ diagnostic, reason: silence.value.reason });
    return false;
  });
  const unused = once.filter(
    (silence) =>
      isSilenceable(silence.value.check) &&
      !used.has(silence) &&
      (ran === 'all' || !isOnline(silence.value.check)),
  );
  return { diagnostics: [...left, ...wrong, ...unused.map(isUnused)], silenced };
}

function isSilenceable(code: string): boolean {
  return (
    Object.hasOwn(FINDINGS, code) || CHECKS.some((check) => check.code === code && check.severity !== 'error')
  );
}

/** Whether only registries can tell. */
export function isOnline(code: string): boolean {
  return CHECKS.some((check) => check.code === code && check.online !== undefined);
}

function whatIsWrong({ value: { check }, origin }: Located<Silence>): Diagnostic[] {
  if (isSilenceable(check)) return [];
  const isKnown =
    [CLUSTER, ERRORS, FAILURES, IMPORT, STATES].some((codes) => Object.hasOwn(codes, check)) ||
    CHECKS.some(({ code }) => code === check);
  const severity = 'error';
  return [
    isKnown
      ? {
          code: 'not-silenceable',
          severity,
          source: 'input',
          message: `${check} cannot be silenced`,
          hint: 'Warnings and remarks on what documents say can be. Mend what it is about.',
          origin: below(origin, ['check']),
        }
      : {
          code: 'unknown-check',
          severity,
          source: 'input',
          message: `nothing reports ${check}`,
          hint: 'Write the code that `layers check` prints in brackets; docs/reference/checks.md has them all.',
          origin: below(origin, ['check']),
        },
  ];
}

function isUnused({ value: { check }, origin }: Located<Silence>): Diagnostic {
  return {
    code: 'silence-unused',
    severity: 'warning',
    source: 'finding',
    message: `this document has no ${check} to silence`,
    hint: 'Leave it out: what it was for is gone.',
    origin,
  };
}

/** Silences of documents and constructs: each holds for the one that it stands in. */
export function inDocuments(silences: readonly Located<Silence>[]): PlacedSilence[] {
  return silences.map((silence) => {
    const { path = [] } = silence.origin;
    return { ...silence, scope: { ...silence.origin, path: path.slice(0, path.lastIndexOf('silence')) } };
  });
}

/** Whether a place is in a document, a construct or an object. */
export function isWithin(
  origin: Origin | undefined,
  { file, document, construct, path = [] }: Origin,
): boolean {
  return (
    origin !== undefined &&
    origin.file === file &&
    origin.document === document &&
    origin.construct === construct &&
    path.every((key, index) => origin.path?.[index] === key)
  );
}
