import * as z from 'zod';
import type { Json } from './go-yaml/marshal.ts';

// Objects as Go's structs hold them: what is missing or null is Go's zero value, and what no field has is dropped.
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const texts = z.array(z.string()).nullish();
const named = z
  .object({ name: text })
  .nullish()
  .transform((value) => value ?? { name: '' });

const metadata = z.looseObject({
  name: text,
  labels: z.record(z.string(), z.string()).nullish(),
  annotations: z.record(z.string(), z.string()).nullish(),
});

/** An object that says of itself what it is. */
const GROUP = 'machineconfiguration.openshift.io';
const ofKind = (kind: string) => ({ kind: z.literal(kind), apiVersion: z.string().startsWith(`${GROUP}/`) });

const machineConfigSpec = z.object({
  baseOSExtensionsContainerImage: text,
  config: z.record(z.string(), z.json()).nullish(),
  extensions: texts,
  fips: z
    .boolean()
    .nullish()
    .transform((value) => value ?? false),
  kernelArguments: texts,
  kernelType: text,
  osImageURL: text,
});

export const machineConfig = z.object({
  ...ofKind('MachineConfig'),
  metadata,
  spec: machineConfigSpec.nullish().transform((spec) => spec ?? machineConfigSpec.parse({})),
});

const optional = z.string().nullish();
const reference = z.object({
  apiVersion: optional,
  fieldPath: optional,
  kind: optional,
  name: optional,
  namespace: optional,
  resourceVersion: optional,
  uid: optional,
});

export const poolConfiguration = reference.extend({ source: z.array(reference).nullish() });

export const machineConfigPool = z.object({
  ...ofKind('MachineConfigPool'),
  metadata,
  spec: z
    .object({
      configuration: poolConfiguration.nullish().transform((value) => value ?? {}),
      machineConfigSelector: z
        .object({
          matchLabels: z.record(z.string(), z.string()).nullish(),
          matchExpressions: z
            .array(z.object({ key: z.string(), operator: z.string(), values: texts }))
            .nullish(),
        })
        .nullish(),
      osImageStream: named,
    })
    .nullish()
    .transform(
      (spec) => spec ?? { configuration: {}, machineConfigSelector: undefined, osImageStream: { name: '' } },
    ),
});

export const machineOSConfigSpec = z.object({
  machineConfigPool: named,
  imageBuilder: z
    .object({ imageBuilderType: text })
    .nullish()
    .transform((value) => value ?? { imageBuilderType: '' }),
  baseImagePullSecret: z.object({ name: text }).nullish(),
  renderedImagePushSecret: named,
  renderedImagePushSpec: text,
  containerFile: z.array(z.object({ containerfileArch: text, content: text })).nullish(),
});

export const machineOSConfig = z.object({
  ...ofKind('MachineOSConfig'),
  metadata,
  spec: machineOSConfigSpec,
});

export type MachineConfig = z.output<typeof machineConfig>;
export type MachineConfigSpec = MachineConfig['spec'];
export type MachineConfigPool = z.output<typeof machineConfigPool>;
export type PoolConfiguration = z.output<typeof poolConfiguration>;
export type MachineOSConfig = z.output<typeof machineOSConfig>;
export type MachineOSConfigSpec = z.output<typeof machineOSConfigSpec>;

/** As the API server stores it: a Containerfile without an architecture is for all. */
export function asAdmitted(spec: MachineOSConfigSpec): MachineOSConfigSpec {
  return {
    ...spec,
    containerFile: spec.containerFile?.map((file) => ({
      ...file,
      containerfileArch: file.containerfileArch || 'NoArch',
    })),
  };
}

/** Without what Go leaves out: empty texts, in the fields that may be missing. */
function withoutEmpty(fields: Readonly<Record<string, unknown>>): { [key: string]: Json } {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => typeof value === 'string' && value !== ''),
  ) as { [key: string]: Json };
}

export function configurationJson({ source, ...own }: PoolConfiguration): Json {
  return {
    ...withoutEmpty(own),
    ...(source && source.length > 0 && { source: source.map(withoutEmpty) }),
  };
}

export function configSpecJson({ baseImagePullSecret, containerFile, ...spec }: MachineOSConfigSpec): Json {
  return {
    ...spec,
    ...(baseImagePullSecret && { baseImagePullSecret }),
    // No list and an empty one are two things to Go.
    containerFile:
      containerFile?.map(({ containerfileArch, content }) => ({
        ...(containerfileArch !== '' && { containerfileArch }),
        content,
      })) ?? null,
  };
}

export function machineConfigSpecJson(spec: MachineConfigSpec): { [key: string]: Json } {
  return {
    baseOSExtensionsContainerImage: spec.baseOSExtensionsContainerImage,
    config: spec.config ?? null,
    extensions: spec.extensions ?? null,
    fips: spec.fips,
    kernelArguments: spec.kernelArguments ?? null,
    kernelType: spec.kernelType,
    osImageURL: spec.osImageURL,
  };
}
