import type { Subject } from '../compile/subject.ts';
import type { Diagnostic, Severity } from '../diagnostics.ts';
import type { Manifests } from './manifests/manifests.ts';
import type { OnlinePool } from './online/online.ts';

/** One thing that is found; code and severity are the check's, unless it is graver or milder here. */
export type Finding = Pick<Diagnostic, 'message' | 'hint' | 'origin' | 'related'> & {
  readonly severity?: Severity;
};

export type Report = (finding: Finding) => void;

/** Where a check looks, with an example of what it finds and one of what it lets pass, as YAML. */
interface Look<What> {
  readonly bad: string;
  readonly good: string;
  /** The release of the examples, where it matters. */
  readonly release?: `${number}.${number}.${number}`;
  find(what: What, report: Report): void;
}

/** Where a check looks that takes what registries say; examples only where a document could be put right. */
interface OnlineLook {
  readonly example?: Pick<Look<OnlinePool>, 'bad' | 'good'> & Pick<OnlinePool, 'facts'>;
  find(what: OnlinePool, report: Report): void;
}

/** A check: one file that holds all there is to know of it. */
export interface Check {
  /** Stable, in kebab case: what scripts, silences and the docs call it. */
  readonly code: string;
  readonly severity: Severity;
  /** One line: what it finds. */
  readonly summary: string;
  /** What happens to people who pass over it. */
  readonly why: string;
  /** In a pool of `layers/`, once it has compiled. */
  readonly pool?: Look<Subject>;
  /** In all pools of `layers/` that compiled, side by side. */
  readonly pools?: Look<readonly Subject[]>;
  /** In such a pool, with what registries have: `layers check --online`. */
  readonly online?: OnlineLook;
  /** In objects for a cluster that somebody else wrote. */
  readonly manifests?: Look<Manifests>;
}

export function defineCheck(check: Check): Check {
  return check;
}

/** Runs one check where it looks. */
export function runCheck<What>(
  { code, severity: usual }: Check,
  look: Pick<Look<What>, 'find'> | undefined,
  what: What,
): Diagnostic[] {
  const found: Diagnostic[] = [];
  look?.find(what, ({ severity = usual, ...finding }) => {
    found.push({ code, severity, source: severity === 'error' ? 'input' : 'finding', ...finding });
  });
  return found;
}
