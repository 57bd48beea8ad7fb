import * as z from 'zod';
import { build } from '../../src/spec/build.ts';
import { clusterSelector } from '../../src/spec/cluster.ts';
import { job } from '../../src/spec/job.ts';
import { layer } from '../../src/spec/layer.ts';
import { pool } from '../../src/spec/pool.ts';
import { silence } from '../../src/spec/silence.ts';
import { STEPS } from '../../src/steps/index.ts';
import { TARGETS } from '../../src/targets/index.ts';
import { rpm } from '../../src/values/rpm.ts';
import { describe, descriptionOf, innermost, isOptional, type Schema } from './schema.ts';

/** The schemas whose types have names that people see. Everything else is named after where it is. */
const NAMED: readonly (readonly [Schema, string])[] = [
  [layer, 'LayerProps'],
  [pool, 'PoolProps'],
  [innermost(layer.shape.steps.element), 'StepProps'],
  [innermost(pool.shape.target), 'TargetProps'],
  [build.options[1], 'JobBuildProps'],
  [job, 'JobProps'],
  [clusterSelector.options[1], 'ClusterLabelsProps'],
  [rpm, 'RpmProps'],
  [silence, 'SilenceProps'],
  ...Object.values(STEPS).map(({ name, schema }): [Schema, string] => [schema, `${pascal(name)}Props`]),
  ...Object.values(TARGETS).map(({ name, schema }): [Schema, string] => [
    schema,
    `${pascal(name)}TargetProps`,
  ]),
];

/** By definition: `.describe()` makes another schema of the same one. */
const NAMES = new Map(NAMED.map(([schema, name]) => [schema._zod.def, name]));

/** What a type is, where the place that it is used at says something else. */
const SUMMARIES = new Map<string, string>([
  ['LayerProps', 'Named steps that pools share.'],
  ['PoolProps', 'A MachineConfigPool whose nodes get one image, of layers.'],
  ['StepProps', 'A step: exactly one of these keys, which says its kind.'],
  ['TargetProps', 'How the image reaches the nodes: exactly one of these keys.'],
  ['JobBuildProps', 'A build by a Job on a cluster.'],
  ['JobProxyProps', "The proxy of a Job's build."],
  ['JobTolerationProps', 'A taint that a build does not mind.'],
  ['ClusterLabelsProps', 'Clusters by labels that they have, all of them.'],
  ['SilenceProps', 'Something that `layers check` finds, and that is meant.'],
  ['RpmProps', 'An RPM, by URL or as a file below `layers/`.'],
  ...Object.values(STEPS).map(({ name, summary }): [string, string] => [`${pascal(name)}Props`, summary]),
  ...Object.values(TARGETS).map(({ name, summary }): [string, string] => [
    `${pascal(name)}TargetProps`,
    summary,
  ]),
]);

/** src/constructs/props.ts: what is written in YAML, as types that an editor explains. */
export function propsModule(): string {
  const declarations = new Map<string, string>();
  for (const [schema, name] of NAMED) declare(schema, name, declarations);
  return [
    '// Made by `npm run generate` from the definitions in src/spec, src/steps and src/targets. Do not edit.',
    ...[...declarations].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text),
  ]
    .join('\n\n')
    .concat('\n');
}

function declare(schema: Schema, name: string, declarations: Map<string, string>): void {
  if (declarations.has(name)) return;
  declarations.set(name, '');
  const doc = comment(SUMMARIES.get(name) ?? describe(schema, name), '');
  const inner = innermost(schema);
  if (inner instanceof z.ZodObject) {
    declarations.set(name, `${doc}\nexport interface ${name} ${members(inner, name, declarations, '')}`);
  } else {
    const type = typeOf(inner, name.replace(/Props$/, ''), declarations);
    declarations.set(name, `${doc}\nexport type ${name} = ${type};`);
  }
}

function members(
  object: z.ZodObject,
  name: string,
  declarations: Map<string, string>,
  indent: string,
): string {
  const lines = Object.entries(object.shape).map(([key, child]) => {
    const type = typeOf(child, `${name.replace(/Props$/, '')}${pascal(key)}`, declarations);
    const mark = isOptional(child) ? '?' : '';
    const doc = comment(describe(child, `${name}.${key}`), `${indent}  `);
    return `${doc}\n${indent}  readonly ${/^\w+$/.test(key) ? key : literal(key)}${mark}: ${type};\n`;
  });
  return `{\n${lines.join('')}${indent}}`;
}

/** `place` is the name that an object at this place gets, where it has none of its own. */
function typeOf(schema: Schema, place: string, declarations: Map<string, string>): string {
  const inner = innermost(schema);
  if (inner instanceof z.ZodString) return 'string';
  if (inner instanceof z.ZodBoolean) return 'boolean';
  if (inner instanceof z.ZodNumber) return 'number';
  if (inner instanceof z.ZodLiteral) return [...inner.values].map(literal).join(' | ');
  if (inner instanceof z.ZodEnum) return inner.options.map(literal).join(' | ');
  if (inner instanceof z.ZodUnion) {
    return inner.options.map((option) => typeOf(option, place, declarations)).join(' | ');
  }
  if (inner instanceof z.ZodRecord)
    return `{ readonly [key: string]: ${typeOf(inner.valueType, place, declarations)} }`;
  const known = NAMES.get(inner._zod.def) ?? (inner instanceof z.ZodObject ? `${place}Props` : undefined);
  if (inner instanceof z.ZodArray) {
    if (known !== undefined && place !== known.replace(/Props$/, '')) return known;
    const element = typeOf(inner.element, place.replace(/s$/, ''), declarations);
    return `readonly ${/[ |]/.test(element) ? `(${element})` : element}[]`;
  }
  if (known === undefined) throw new Error(`there is no type for ${place}`);
  // No name is worth more than a single key.
  if (inner instanceof z.ZodObject && !NAMES.has(inner._zod.def) && Object.keys(inner.shape).length === 1) {
    return members(inner, place, declarations, '  ');
  }
  if (!NAMES.has(inner._zod.def) && !SUMMARIES.has(known))
    SUMMARIES.set(known, descriptionOf(schema) ?? `One of {@link ${place}sProps}.`);
  declare(inner, known, declarations);
  return known;
}

function literal(value: unknown): string {
  return `'${String(value)}'`;
}

function comment(text: string, indent: string): string {
  return `${indent}/** ${text.replaceAll('*/', '*\\/')} */`;
}

function pascal(name: string): string {
  return name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
