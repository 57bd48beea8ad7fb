import { existsSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import yaml from 'js-yaml';
import * as z from 'zod';
import { failure, LayersError } from '../diagnostics.ts';
import { LAYERS } from '../spec/load.ts';
import { parseSpec } from '../spec/parse.ts';
import { parseImageRef } from '../values/image-ref.ts';
import type { PoolId } from '../values/pool-id.ts';
import { pattern, value } from '../values/value.ts';
import { secretsIn, withoutSecrets } from './rendered-secrets.ts';

const nullish = <Schema extends z.ZodType>(schema: Schema) => schema.nullish();
const image = value((text) => (text === '' ? undefined : parseImageRef(text))).nullish();

/** What is read of a MachineConfig; what else it has is passed on. */
const machineConfig = z.looseObject({
  kind: z.literal('MachineConfig'),
  metadata: z.looseObject({
    name: pattern(
      /^rendered-[a-z0-9][a-z0-9.-]*$/,
      "a rendered MachineConfig's name",
      "Save the pool's rendered one: `oc get machineconfig \"$(oc get mcp <pool> -o jsonpath='{.spec.configuration.name}')\" -o yaml`.",
    ),
    annotations: nullish(z.record(z.string(), z.string())),
  }),
  spec: z.looseObject({
    config: nullish(z.looseObject({})),
    osImageURL: image,
    baseOSExtensionsContainerImage: image,
    extensions: nullish(z.array(z.string())),
    kernelArguments: nullish(z.array(z.string())),
    kernelType: nullish(z.string()),
    fips: nullish(z.boolean()),
  }),
});

type MachineConfig = z.output<typeof machineConfig>;

/** A rendered MachineConfig that was saved from a cluster. */
export interface SavedConfig {
  /** Where it is, relative to the repository where it is in there. */
  readonly file: string;
  readonly name: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: MachineConfig['spec'];
  /** The files of nodes whose secrets were taken out of it. */
  readonly secrets: readonly string[];
}

/** A pool's rendered MachineConfig: the file that was named, or the one in its place below `layers/rendered/`. */
export function readRendered(root: string, id: PoolId, given: string | undefined): SavedConfig | undefined {
  const path = given === undefined ? placeOf(root, id) : resolve(given);
  if (path === undefined) return undefined;
  const inside = relative(root, path);
  const file = inside.startsWith('..') ? path : inside;
  const config = parse(path, file);
  const prefix = `rendered-${id.pool}-`;
  if (!config.metadata.name.startsWith(prefix)) {
    throw failure(
      'input',
      'rendered-of-another',
      `${file} is ${config.metadata.name}, and not of ${id.pool}`,
      {
        hint: `The pool's own is named ${prefix}…: \`oc get mcp ${id.pool} -o jsonpath='{.spec.configuration.name}'\`.`,
        origin: { file, document: 0, path: ['metadata', 'name'] },
      },
    );
  }
  const nodeConfig = config.spec.config ?? {};
  const secrets = secretsIn(nodeConfig);
  if (secrets.length > 0 && inside.startsWith(`${LAYERS}${sep}`)) throw secretInGit(file, secrets);
  return {
    file,
    name: config.metadata.name,
    annotations: config.metadata.annotations ?? {},
    spec: { ...config.spec, config: withoutSecrets(nodeConfig) as MachineConfig['spec']['config'] },
    secrets,
  };
}

function placeOf(root: string, { cluster, pool }: PoolId): string | undefined {
  const folder = join(root, LAYERS, 'rendered', ...(cluster === undefined ? [] : [cluster]));
  return ['yaml', 'yml', 'json'].map((end) => join(folder, `${pool}.${end}`)).find(existsSync);
}

function parse(path: string, file: string): MachineConfig {
  let data: unknown;
  try {
    data = yaml.load(readFileSync(path, 'utf8'), { schema: yaml.CORE_SCHEMA, json: true });
  } catch (error) {
    throw failure('input', 'rendered-unreadable', `${file} cannot be read as a MachineConfig`, {
      hint: 'Save it anew: `oc get machineconfig <name> -o yaml`.',
      detail: (error as Error).message,
      origin: { file },
    });
  }
  const { value, diagnostics } = parseSpec(machineConfig, data, { file, document: 0 });
  if (value === undefined) throw new LayersError(diagnostics);
  return value;
}

function secretInGit(file: string, secrets: readonly string[]): LayersError {
  return failure('input', 'rendered-secret', `${file} has secrets of the cluster: ${secrets.join(', ')}`, {
    hint: 'They must not be in git. Take the contents of these out, or keep the file elsewhere and name it: --rendered <pool>=<file>.',
    origin: { file, document: 0, path: ['spec', 'config'] },
  });
}
