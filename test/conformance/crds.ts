import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import yaml from 'js-yaml';
import { type StructuralSchema, type Validator, validatorOf } from './schema.ts';

/** Where the official CRDs are, outside of this repository: they are not ours to copy. */
export const CRD_FOLDER = resolve(process.env.LAYERS_REFERENCE ?? '../shared/reference', 'crds');

export const HAS_CRDS = existsSync(CRD_FOLDER);

/** Why a test of them is skipped. */
export const WITHOUT_CRDS = `the official CRDs are not at ${CRD_FOLDER} (set LAYERS_REFERENCE to their parent folder)`;

export interface Crd {
  /** The release that it is of, as its folder says. */
  readonly release: string;
  readonly kind: string;
  readonly version: string;
  readonly scope: string;
  readonly validate: Validator;
}

interface Definition {
  spec: {
    names: { kind: string };
    scope: string;
    versions: { name: string; schema: { openAPIV3Schema: StructuralSchema } }[];
  };
}

/** Every version of every CRD there is: those of today, and those of older releases. */
export function loadCrds(): Crd[] {
  if (!HAS_CRDS) return [];
  const folders = [
    { folder: CRD_FOLDER, release: 'main' },
    ...readdirSync(join(CRD_FOLDER, 'older')).map((release) => ({
      folder: join(CRD_FOLDER, 'older', release),
      release,
    })),
  ];
  return folders.flatMap(({ folder, release }) =>
    readdirSync(folder)
      .filter((file) => file.endsWith('.yaml'))
      .map(
        (file) =>
          yaml.load(readFileSync(join(folder, file), 'utf8'), { filename: basename(file) }) as Definition,
      )
      .flatMap(({ spec }) =>
        spec.versions.map(({ name, schema }) => ({
          release,
          kind: spec.names.kind,
          version: name,
          scope: spec.scope,
          validate: validatorOf(schema.openAPIV3Schema),
        })),
      ),
  );
}
