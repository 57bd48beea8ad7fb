import type { BuildPlan } from '../plan/plan.ts';

/** `STEP 3/7: RUN dnf install …`, as both tools print it; of several stages `[1/2] STEP 3/7: …`. */
const STEP = /^(?:\[(\d+)\/\d+\] )?STEP (\d+)(?:\/(\d+))?: (.*)$/;

export interface Step {
  /** From 1, over all stages and with their FROMs. */
  readonly index: number;
  readonly total: number;
  readonly instruction: string;
  /** The layer and step it came from; none for FROM and what the engine adds. */
  readonly from?: string;
  /** The image of the stage, where this is its FROM. */
  readonly image?: string;
}

/** The steps come one by one: a command of the build may print anything, and also a line that looks like one. */
export function parseStep(line: string, plan: BuildPlan, last: Step | undefined): Step | undefined {
  const match = STEP.exec(line);
  if (match === null) return undefined;
  const all = stepsOf(plan);
  const stage = Number(match[1] ?? 1);
  const isLast = stage === all.length;
  const [isOneOfSeveral, inStage, ofStage] = [match[1] !== undefined, Number(match[2]), Number(match[3])];
  // The last stage has one step more, which labels the image.
  if (isOneOfSeveral !== all.length > 1 || ofStage !== (all[stage - 1]?.length ?? 0) + (isLast ? 1 : 0)) {
    return undefined;
  }
  const index = all.slice(0, stage - 1).flat().length + inStage;
  if (index !== (last?.index ?? 0) + 1) return undefined;
  const from = all.flat()[index - 1];
  return {
    index,
    total: all.flat().length + 1,
    instruction: match[4]!,
    ...(from && { from }),
    ...(inStage === 1 && { image: plan.stages?.[stage - 1]?.from ?? plan.base }),
  };
}

/** Where each instruction came from, stage by stage; a stage's FROM came from nowhere. */
function stepsOf({ stages = [], steps }: BuildPlan): string[][] {
  return [...stages, { steps }].map((stage) => ['', ...stage.steps]);
}

/** What was printed since a step began. */
export function linesOf(tail: readonly string[], step?: Step): string[] {
  const start = tail.findLastIndex((line) => STEP.test(line) && line.endsWith(step?.instruction ?? ''));
  // The engine repeats the instruction, which may have any words in it.
  const repeated = `building at STEP "${step?.instruction ?? ''}": `;
  return tail
    .slice(start + 1)
    .filter((line, index, lines) => line !== lines[index - 1] && line.trim() !== '')
    .map((line) =>
      step !== undefined && line.includes(repeated)
        ? line.replace(repeated, () => '… ')
        : line.replace(/building at STEP ".*": (?=[^"]*$)/, '… '),
    );
}
