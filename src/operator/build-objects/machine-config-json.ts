import { goJsonText } from '../go-json.ts';
import type { Json } from '../go-yaml/marshal.ts';
import { machineConfigSpecJson } from '../objects.ts';
import type { Build } from './input.ts';
import { timestamp } from './metadata.ts';

/** In the order of Go's struct. */
const FIELDS = [
  'osImageURL',
  'baseOSExtensionsContainerImage',
  'config',
  'kernelArguments',
  'extensions',
  'fips',
  'kernelType',
] as const;

/** The rendered MachineConfig as the build gets it: what is not said is there, and empty. */
export function machineConfigJson(build: Build): string {
  const { metadata, spec } = build.rendered;
  const { name, ...rest } = metadata as { readonly name: string } & Readonly<Record<string, Json>>;
  const own = Object.fromEntries(
    Object.entries(rest).filter(([, value]) => value !== null && value !== undefined),
  );
  const json = machineConfigSpecJson(spec);
  return goJsonText({
    kind: 'MachineConfig',
    apiVersion: 'machineconfiguration.openshift.io/v1',
    metadata: { name, ...timestamp(build), ...own },
    spec: Object.fromEntries(FIELDS.map((field) => [field, json[field]])),
  });
}
