import { DOCUMENTS } from '../../src/spec/document.ts';
import { STEPS } from '../../src/steps/index.ts';
import type { StepExample } from '../../src/steps/step.ts';
import { fence, NOTICE, table, yaml } from './markdown.ts';
import { bodyOf, compileFiles, RELEASE } from './render.ts';
import { keysOf, typeOf } from './schema.ts';

interface Example {
  readonly title: string;
  readonly document: { readonly kind: 'Layer'; readonly name: string; readonly steps: readonly unknown[] };
}

/** docs/reference/layer.md */
export function layerPage(): string {
  const kinds = Object.values(STEPS);
  const examples = new Map<string, Example[]>(kinds.map((kind) => [kind.name, examplesOf(kind)]));
  const bodies = containerfilesOf([...examples.values()].flat());
  return [
    NOTICE,
    '# Layer\n',
    'A layer is a list of steps. Pools name the layers that their image has; see [pool](pool.md).\n',
    table(keysOf(DOCUMENTS.Layer).filter(({ path }) => !path.startsWith('steps[]'))),
    'Unknown keys are errors. A step is a mapping with one key, which says its kind:\n',
    '| Step | What it does |\n|---|---|',
    ...kinds.map(({ name, summary }) => `| [\`${name}\`](#${name}) | ${summary} |`),
    '',
    'Each example below is a whole document, followed by the lines that it becomes for a pool of release 4.19.3 with the',
    'target `machineConfig`. Before 4.19 each `RUN` ends in `ostree container commit`; from 4.19 on, one',
    '`bootc container lint` ends the Containerfile. For `machineOSConfig` there are no comments.\n',
    ...kinds.flatMap(({ name, summary, schema }) => [
      `## ${name}\n`,
      `${summary}\n`,
      ...(typeOf(schema).startsWith('list') ? [`Its value is a ${typeOf(schema)}.\n`] : []),
      table(keysOf(schema)),
      ...examples
        .get(name)!
        .flatMap(({ title, document }) => [
          `### ${title}\n`,
          fence('yaml', yaml(document)),
          fence('dockerfile', bodies.get(document.name)!),
        ]),
    ]),
  ].join('\n');
}

function examplesOf(kind: (typeof STEPS)[keyof typeof STEPS]): Example[] {
  return kind.examples.map(({ title, props }, index) => ({
    title,
    document: {
      kind: 'Layer',
      name: `${kind.name}-example${index === 0 ? '' : `-${index + 1}`}`,
      steps: [{ [kind.name]: props }],
    },
  }));
}

/** What the examples name below `layers/`. */
export function exampleFiles(): Record<string, string> {
  const examples: readonly StepExample<unknown>[] = Object.values(STEPS).flatMap((kind) => [
    ...kind.examples,
  ]);
  return Object.fromEntries(
    examples.flatMap(({ files = {} }) =>
      Object.entries(files).map(([path, text]) => [`layers/${path}`, text]),
    ),
  );
}

function containerfilesOf(examples: readonly Example[]): Map<string, string> {
  const pools = examples.map(({ document }, index) => ({
    kind: 'Pool',
    name: `pool-${index}`,
    release: RELEASE.name,
    layers: [document.name],
    target: { machineConfig: { image: 'registry.example.com/os/example' } },
  }));
  const documents = [RELEASE, ...examples.map(({ document }) => document), ...pools];
  const compiled = compileFiles({ 'layers/all.yaml': yaml(...documents), ...exampleFiles() });
  return new Map(
    compiled.pools.map(({ pool, containerfile }) => [String(pool.layers[0]!.value), bodyOf(containerfile)]),
  );
}
