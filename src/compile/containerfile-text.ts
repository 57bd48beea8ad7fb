import { printStage } from '../containerfile/print.ts';
import type { Traced, TracedStage } from './compiled-pool.ts';
import type { Composed } from './compose.ts';

/** A pool's Containerfile: the stages that the last one copies from, then the last one. */
export function printContainerfile(
  from: string,
  { stages, traced }: Composed,
  wantsComments: boolean,
): string {
  return [
    ...stages.map((stage) => printBuilder(stage, wantsComments)),
    printStage(from, withComments(traced, wantsComments)),
  ].join('\n');
}

/** A stage before the last one. It needs no commit: nothing of it ships but what is copied. */
function printBuilder({ name, from, instructions, layer }: TracedStage, wantsComments: boolean): string {
  const text = printStage(
    `FROM ${from} AS ${name}`,
    instructions.map((instruction) => ({ instruction })),
  );
  return wantsComments ? `# ${layer}: stage\n${text}` : text;
}

/** Each step's name above its first instruction. What the cluster builds has none: a changed reason must not start a build. */
function withComments(traced: readonly Traced[], wanted: boolean) {
  return traced.map(({ instruction, layer, kind, comment }, index) => {
    const before = traced[index - 1];
    const isFirst =
      before === undefined || before.layer !== layer || before.kind !== kind || before.comment !== comment;
    if (!wanted || layer === undefined || !isFirst) return { instruction };
    return { instruction, comment: `${layer}: ${kind}${comment === undefined ? '' : ` (${comment})`}` };
  });
}

/** How many characters each layer takes. */
export function costs({ stages, traced }: Composed): string {
  const byLayer = new Map<string, number>();
  for (const stage of stages)
    byLayer.set(stage.layer, (byLayer.get(stage.layer) ?? 0) + [...printBuilder(stage, false)].length);
  for (const { layer = 'what every stage has', instruction } of traced) {
    const length = [...printStage('', [{ instruction }])].length - 1;
    byLayer.set(layer, (byLayer.get(layer) ?? 0) + length);
  }
  return [...byLayer].map(([layer, length]) => `${layer} ${length}`).join(', ');
}
