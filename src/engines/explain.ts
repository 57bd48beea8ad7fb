import { type FailedStep, failure, type LayersError } from '../diagnostics.ts';
import type { BuildRequest, EngineName } from './engine.ts';
import type { Phase } from './failures/failure.ts';
import type { Diagnosis } from './failures/index.ts';
import type { FailedTry } from './retry.ts';
import type { Step } from './steps.ts';

export interface FailedBuild extends FailedTry {
  readonly step: Step | undefined;
}

/** What is said where nothing is known of the cause, by what the engine was at. */
const UNKNOWN: Readonly<Record<Phase, { readonly code: string; readonly source: 'build' | 'remote' }>> = {
  pull: { code: 'pull-failed', source: 'remote' },
  step: { code: 'build-failed', source: 'build' },
  push: { code: 'push-failed', source: 'remote' },
  store: { code: 'store-failed', source: 'build' },
};

/** One paragraph: what failed, in which build and where in it, and what to try. */
export function explain(
  name: EngineName,
  request: Pick<BuildRequest, 'pools' | 'title' | 'log' | 'plan'>,
  { evidence, step }: FailedBuild,
  diagnosis: Diagnosis | undefined,
  attempts: number,
): LayersError {
  const { phase, image, lines } = evidence;
  const unknown = UNKNOWN[phase];
  const where = whereIn(name, request, phase, image, step);
  const tried = attempts > 1 ? `, tried ${attempts} times` : '';
  const hint = diagnosis?.hint ?? 'What it printed last is above.';
  return failure(
    diagnosis?.kind.source ?? unknown.source,
    diagnosis?.kind.code ?? unknown.code,
    `${diagnosis === undefined ? '' : `${diagnosis.what}: `}${where}${tried}`,
    {
      hint: `${hint} The whole log is in ${request.log}.`,
      detail: lastLines(lines),
      failed: failedStep(request, step, diagnosis, attempts),
    },
  );
}

function whereIn(
  name: EngineName,
  { plan, pools, title = pools }: Pick<BuildRequest, 'pools' | 'title' | 'plan'>,
  phase: Phase,
  image: string | undefined,
  step: Step | undefined,
): string {
  if (phase === 'store') return `${name} could not store the image of ${title}`;
  if (phase === 'push') return `${name} could not push the image of ${title} to ${image}`;
  if (phase === 'pull')
    return `${name} could not pull ${image === plan.base ? 'the base ' : ''}${image} of ${title}`;
  const layer =
    step?.from === undefined
      ? ''
      : step.from === 'end'
        ? ' at the end of the stage'
        : ` in the layer ${step.from}`;
  return `the build of ${title} failed${layer}${step === undefined ? '' : `, at ${short(step.instruction)}`}`;
}

function failedStep(
  { plan, pools }: Pick<BuildRequest, 'pools' | 'plan'>,
  step: Step | undefined,
  diagnosis: Diagnosis | undefined,
  attempts: number,
): FailedStep {
  const [layer, kind] = step?.from?.split(': ') ?? [];
  return {
    build: plan.hash,
    pools: pools.split(', '),
    ...(step && { index: step.index, instruction: step.instruction }),
    ...(kind !== undefined && { layer: layer!, kind }),
    ...(diagnosis?.subject !== undefined && { subject: diagnosis.subject }),
    attempts,
  };
}

/** An instruction may install fifty packages: its start tells which one it is. */
function short(instruction: string): string {
  const line = instruction.replaceAll(/\s+/g, ' ');
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}

/** The end of what was printed, for people. */
export function lastLines(lines: readonly string[]): string {
  return lines
    .map((line) => (line.length > 300 ? `${line.slice(0, 140)} … ${line.slice(-150)}` : line))
    .slice(-12)
    .join('\n');
}
