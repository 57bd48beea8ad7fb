import { createHash } from 'node:crypto';
import type * as z from 'zod';
import { contextName } from '../../src/containerfile/context-file.ts';
import { printStage } from '../../src/containerfile/print.ts';
import { STEPS, type StepName } from '../../src/steps/index.ts';
import type { Problem, StepContext, StepKind, StepOutput } from '../../src/steps/step.ts';
import type { Architecture } from '../../src/values/architecture.ts';
import type { ReleaseVersion } from '../../src/values/release-version.ts';

export interface RenderOptions {
  readonly architecture?: Architecture;
  readonly hasContext?: boolean;
  readonly el?: string | undefined;
  readonly release?: string;
  /** The files below `layers/`; by default there is every one that is asked for. */
  readonly sources?: Record<string, string | Uint8Array>;
}

export type AnyStep = StepKind<string, z.ZodType>;

export const KINDS = Object.values(STEPS) as unknown as AnyStep[];

/** A step's props parsed and rendered: the text of its instructions, its output, and what it reports. */
export function renderStep(name: StepName, props: unknown, options: RenderOptions = {}) {
  const kind = STEPS[name] as unknown as AnyStep;
  const problems: Problem[] = [];
  const context: StepContext = {
    release: (options.release ?? '4.19.3') as ReleaseVersion,
    architecture: options.architecture ?? 'amd64',
    el: 'el' in options ? options.el : '9.6',
    variables: {
      'rhel-coreos': `quay.io/example/os@sha256:${'1'.repeat(64)}`,
      'driver-toolkit': `quay.io/example/dtk@sha256:${'2'.repeat(64)}`,
      kernel: '5.14.0-570.16.1.el9_6.x86_64',
      el: '9.6',
    },
    replacesKernel: false,
    hasOwnKernel: false,
    hasContext: options.hasContext ?? true,
    report: (problem) => problems.push(problem),
    source(path, at) {
      const content = options.sources === undefined ? `content of ${path}\n` : options.sources[path];
      if (content === undefined) {
        problems.push({ code: 'no-source', message: `there is no layers/${path}`, path: at });
        return undefined;
      }
      const bytes = Buffer.from(content);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { name: contextName(path, sha256), sha256, source: `layers/${path}`, read: () => bytes };
    },
    tree(path) {
      const names = Object.keys(options.sources ?? {}).filter((name) => name.startsWith(`${path}/`));
      if (names.length === 0) return undefined;
      return names.sort().map((name) => ({
        ...context.source(name, [])!,
        below: name.slice(path.length + 1),
        isExecutable: name.endsWith('.sh'),
      }));
    },
  };
  const output: StepOutput = kind.render(kind.schema.parse(props), context);
  return { text: printOutput(output), output, problems };
}

function printOutput({ instructions, files = [], finally: last = [] }: StepOutput): string {
  return [
    printStage(
      '',
      instructions.map((instruction) => ({ instruction })),
    ).trim(),
    ...files.map(({ name, source }) => `# context: ${name}${source === undefined ? '' : ` of ${source}`}`),
    ...last.map((command) => `# at the end: ${command.join(' ')}`),
  ].join('\n');
}
