import { type Diagnostic, LayersError } from '../diagnostics.ts';

/** After these nothing else that a registry is asked gets an answer either. */
const DEAD = new Set([
  'registry-unreachable',
  'registry-tls',
  'registry-blocked',
  'proxy-refused',
  'delete-unsupported',
]);

/** Asks many registries for many things, whichever of them answer. */
export interface Patience {
  /** Gathers why there is no answer; false then. A registry that is dead is asked no more. */
  ask(registry: string, question: () => Promise<unknown>): Promise<boolean>;
  /** Why there was none, each reason once. */
  unanswered(): Diagnostic[];
}

export function patience(): Patience {
  const dead = new Set<string>();
  const reasons = new Map<string, Diagnostic>();
  return {
    async ask(registry, question) {
      if (dead.has(registry)) return false;
      try {
        await question();
        return true;
      } catch (error) {
        if (!(error instanceof LayersError)) throw error;
        for (const diagnostic of error.diagnostics) {
          reasons.set(JSON.stringify(diagnostic), diagnostic);
          if (DEAD.has(diagnostic.code)) dead.add(registry);
        }
        return false;
      }
    },
    unanswered: () => [...reasons.values()],
  };
}
