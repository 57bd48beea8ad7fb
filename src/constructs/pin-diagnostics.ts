import type { CompiledPool } from '../compile/compiled-pool.ts';
import type { Pin } from '../compile/pins.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { describeHold } from '../spec/lock.ts';
import { formatPoolId } from '../values/pool-id.ts';

/** Findings that `--strict` and `layers check` make errors of: the nodes do not run what git says, or it says too much. */
export const PIN_FINDINGS: ReadonlySet<string> = new Set([
  'pin-behind',
  'pin-missing',
  'lock-orphan',
  'hold-expired',
]);

export function pinDiagnostics({ id, origin, by, follows }: CompiledPool, pin: Pin): Diagnostic[] {
  const name = formatPoolId(id);
  const hint =
    follows !== undefined
      ? `It follows ${follows}: \`layers pin promote ${follows} ${name}\` moves its pin.`
      : by === 'job'
        ? `Apply its Job, then \`layers build ${name} --pin --adopt\`.`
        : `\`layers build ${name} --pin\` builds it and pins the digest.`;
  const finding = (code: string, message: string, more: Partial<Diagnostic> = {}): Diagnostic[] => [
    {
      code,
      severity: 'warning',
      source: 'finding',
      message,
      hint,
      origin: { ...origin, path: [...(origin.path ?? []), 'name'] },
      ...more,
    },
  ];
  const isOfOperator = 'origin' in pin && pin.origin === 'operator';
  if (pin.state === 'behind' && isOfOperator) {
    return finding(
      'pin-of-operator',
      `${name} is pinned to an image that an operator built, and to no build of what git says`,
      { hint: `${hint} \`layers pin hold ${name} --reason …\` keeps this one against that.` },
    );
  }
  if (pin.state === 'behind') {
    return finding(
      'pin-behind',
      `${name} has changed since its image was built; its nodes keep ${pin.digest.slice(0, 19)}…`,
    );
  }
  if (pin.state === 'held') {
    const ofOperator = isOfOperator && ' on an image that an operator built';
    const since = ofOperator || (pin.isBehind ? ', and has changed since' : '');
    return finding('pin-held', `${name} is held${since}: ${describeHold(pin.hold!)}`, {
      severity: 'info',
      hint: `\`layers pin release ${name}\` ends that.`,
    });
  }
  if (pin.state === 'missing')
    return finding('pin-missing', `${name} has no image yet, and so no MachineConfig`);
  return [];
}
