import type { Diagnostic, Origin } from '../diagnostics.ts';
import { type BuildSecret, secretTargets } from '../values/build-secret.ts';

export interface PlacedSecret {
  readonly secret: BuildSecret;
  readonly origin: Origin;
}

/** The secrets of a build, each once and in the order of their names. Two of one name, or in one place, are a mistake. */
export function collectSecrets(placed: readonly PlacedSecret[]): {
  secrets: BuildSecret[];
  diagnostics: Diagnostic[];
} {
  const wanted: PlacedSecret[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const one of placed) {
    const first = wanted.find((other) => collide(other.secret, one.secret));
    if (first === undefined) wanted.push(one);
    else if (first.secret.name !== one.secret.name || first.secret.type !== one.secret.type)
      diagnostics.push(secretTwice(first, one));
  }
  const secrets = wanted.map(({ secret }) => secret);
  return { secrets: secrets.sort((a, b) => (a.name < b.name ? -1 : 1)), diagnostics };
}

function collide(a: BuildSecret, b: BuildSecret): boolean {
  const targets = secretTargets(a);
  return a.name === b.name || secretTargets(b).some((target) => targets.includes(target));
}

function secretTwice(first: PlacedSecret, second: PlacedSecret): Diagnostic {
  const told = ({ secret }: PlacedSecret) => `${secret.name} (${secret.type})`;
  return {
    code: 'secret-twice',
    severity: 'error',
    source: 'input',
    message: `the pool wants ${told(second)} where it has ${told(first)}`,
    hint: 'A build has one entitlement, and a Secret is of one type.',
    origin: second.origin,
    related: [{ message: 'the first one', origin: first.origin }],
  };
}
