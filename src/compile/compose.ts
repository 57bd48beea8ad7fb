import type { ContextFile } from '../containerfile/context-file.ts';
import type { Command } from '../containerfile/instruction.ts';
import { below, type Diagnostic, type Origin } from '../diagnostics.ts';
import type { Layer } from '../spec/layer.ts';
import type { Located } from '../spec/library.ts';
import { kindOf } from '../spec/variant.ts';
import { STEPS } from '../steps/index.ts';
import type { Problem, StepContext, StepKind, StepOutput } from '../steps/step.ts';
import type { Architecture } from '../values/architecture.ts';
import type { BuildSecret } from '../values/build-secret.ts';
import type { ReleaseVersion } from '../values/release-version.ts';
import type { Traced, TracedStage } from './compiled-pool.ts';
import { findConflicts, type PlacedClaim } from './conflicts.ts';
import { endingOf } from './finish.ts';
import type { ImageKernel } from './image-kernel.ts';
import { findNestedPaths } from './nested-paths.ts';
import { collectSecrets, type PlacedSecret } from './secrets.ts';
import type { Sources } from './sources.ts';

const REFRESH_LABEL = 'cdk8s-os-layers/refresh';

export interface ComposeInput {
  readonly layers: readonly Located<Layer>[];
  readonly release: ReleaseVersion;
  readonly architecture: Architecture;
  readonly variables: StepContext['variables'];
  readonly hasContext: boolean;
  readonly hasOwnKernel: boolean;
  readonly refresh: string | undefined;
  readonly sources: Sources;
}

export interface Composed {
  /** Stages before the last one, and the layers they came from. */
  readonly stages: readonly TracedStage[];
  readonly traced: readonly Traced[];
  readonly files: readonly ContextFile[];
  readonly secrets: readonly BuildSecret[];
  /** What the steps take hold of. */
  readonly claims: readonly PlacedClaim[];
  /** What a step put in the place of the base's kernel. */
  readonly kernel: ImageKernel | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** The instructions of layers, in the order they are written: nothing is ever reordered. */
export function compose(input: ComposeInput): Composed {
  const isEntitled =
    input.hasContext && input.layers.some(({ value }) => value.steps.some((step) => 'entitlement' in step));
  const ending = endingOf(input.release, isEntitled);
  const traced: Traced[] = refreshed(input.refresh);
  const files = new Map<string, ContextFile>();
  const diagnostics: Diagnostic[] = [];
  const atTheEnd: Command[] = [];
  const claims: PlacedClaim[] = [];
  const secrets: PlacedSecret[] = [];
  const stages: TracedStage[] = [];
  let kernel: ImageKernel | undefined;
  for (const { value: layer, origin } of input.layers) {
    for (const [index, props] of layer.steps.entries()) {
      const [name] = kindOf(props);
      const at = below(origin, ['steps', index, name]);
      const context = contextOf(input, at, diagnostics, kernel !== undefined);
      const { output, comment } = render(name, props[name], context);
      if (name === 'kernel') kernel = { version: output.kernel, releases: [], origin: at };
      for (const stage of output.stages ?? []) {
        const first = stages.find((other) => other.name === stage.name);
        if (first !== undefined) diagnostics.push(stageTwice(stage.name, at, first.origin));
        stages.push({ ...stage, layer: layer.name, origin: at, props: props[name] });
      }
      for (const instruction of output.instructions) {
        traced.push({
          instruction: instruction.kind === 'run' ? ending.run(instruction) : instruction,
          layer: layer.name,
          kind: name,
          origin: at,
          props: props[name],
          ...(comment !== undefined && { comment }),
        });
      }
      for (const file of output.files ?? []) files.set(file.name, file);
      for (const command of output.finally ?? []) {
        // Two layers may want the same gone.
        if (!atTheEnd.some((known) => known.join(' ') === command.join(' '))) atTheEnd.push(command);
      }
      for (const { at: path, ...secret } of output.secrets ?? [])
        secrets.push({ secret, origin: below(at, path) });
      for (const { at: path, ...claim } of output.claims ?? []) {
        claims.push({ ...claim, origin: below(at, path) });
      }
    }
  }
  diagnostics.push(...findConflicts(claims), ...findNestedPaths(claims));
  const wanted = collectSecrets(secrets);
  diagnostics.push(...wanted.diagnostics);
  const last = ending.last(atTheEnd);
  if (last !== undefined) traced.push({ instruction: last, kind: 'end' });
  return {
    stages,
    traced,
    files: [...files.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    secrets: wanted.secrets,
    claims,
    kernel,
    diagnostics,
  };
}

/** First of all, so that an engine takes none of what comes after it from its cache. */
function refreshed(refresh: string | undefined): Traced[] {
  if (refresh === undefined) return [];
  return [{ instruction: { kind: 'label', key: REFRESH_LABEL, value: refresh }, kind: 'refresh' }];
}

function stageTwice(name: string, origin: Origin, first: Origin): Diagnostic {
  return {
    code: 'stage-twice',
    severity: 'error',
    source: 'input',
    message: `the pool has two stages called ${name}`,
    hint: 'Rename one of them.',
    origin: below(origin, ['name']),
    related: [{ message: 'the first one', origin: below(first, ['name']) }],
  };
}

/** One step by its kind. The kinds' props differ; that they fit was checked when they were parsed. */
function render(
  name: keyof typeof STEPS,
  props: unknown,
  context: StepContext,
): { output: StepOutput; comment?: string } {
  const kind = STEPS[name] as unknown as StepKind<string, never>;
  const comment = kind.comment?.(props as never);
  return { output: kind.render(props as never, context), ...(comment !== undefined && { comment }) };
}

function contextOf(
  input: ComposeInput,
  origin: Origin,
  diagnostics: Diagnostic[],
  replacesKernel: boolean,
): StepContext {
  const report = ({ path = [], severity = 'error', ...problem }: Problem): void => {
    diagnostics.push({
      source: severity === 'error' ? 'input' : 'finding',
      severity,
      ...problem,
      origin: below(origin, path),
    });
  };
  return {
    release: input.release,
    architecture: input.architecture,
    el: input.variables.el,
    variables: input.variables,
    replacesKernel,
    hasContext: input.hasContext,
    hasOwnKernel: input.hasOwnKernel,
    report,
    source(path, at) {
      const found = input.sources.get(path);
      if (typeof found !== 'string') return found;
      report({
        code: 'no-source',
        message: found,
        hint: 'Sources are regular files below layers/files/, in git.',
        path: at,
      });
      return undefined;
    },
    tree(path, at) {
      const found = input.sources.tree(path);
      for (const problem of found?.problems ?? []) report({ code: 'source-tree', ...problem, path: at });
      return found?.files;
    },
  };
}
