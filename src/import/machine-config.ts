import { parseImageRef } from '../values/image-ref.ts';
import { ValueError } from '../values/value.ts';
import { asData, asText, type Data, type FromManifest, type Say } from './manifest.ts';

const ROLE = 'machineconfiguration.openshift.io/role';
const OF_MACHINE_CONFIG = ['osImageURL', 'kernelArguments', 'kernelType', 'extensions'];

export function machineConfig(
  data: Data,
  lines: readonly [number, number],
  say: Say,
): FromManifest | undefined {
  const spec = asData(data.spec);
  const pool = asText(asData(asData(data.metadata).labels)[ROLE]);
  if (pool === undefined) {
    say(
      'no-pool',
      'this MachineConfig does not name its pool',
      `Write the label ${ROLE}.`,
      ['metadata'],
      'error',
    );
    return undefined;
  }
  for (const key of Object.keys(spec)) {
    if (OF_MACHINE_CONFIG.includes(key) || isEmpty(spec[key])) continue;
    say(
      'field-left-out',
      `spec.${key} is left out`,
      'Keep it in a MachineConfig of its own: a pool has no such setting.',
      ['spec', key],
    );
  }
  const list = (value: unknown) =>
    Array.isArray(value) ? value.map(String).flatMap((item) => item.split(/\s+/)) : [];
  const kernelArguments = list(spec.kernelArguments).filter((item) => item !== '');
  const extensions = list(spec.extensions);
  const url = asText(spec.osImageURL);
  return {
    kind: 'MachineConfig',
    pool,
    lines,
    settings: {
      ...(spec.kernelType !== undefined &&
        spec.kernelType !== '' && { kernelType: spec.kernelType as 'default' }),
      ...(extensions.length > 0 && { extensions: extensions as ['ipsec'] }),
      ...(kernelArguments.length > 0 && { kernelArguments }),
      ...(url !== undefined && { target: { machineConfig: { image: repositoryOf(url, say) } } }),
    },
  };
}

/** An Ignition configuration without anything in it is what some tools write. */
function isEmpty(value: unknown): boolean {
  if (typeof value !== 'object' || value === null)
    return value === undefined || value === null || value === false || value === '';
  return Object.entries(value).every(([key, item]) => key === 'ignition' || isEmpty(item));
}

function repositoryOf(url: string, say: Say): string {
  try {
    const { registry, repository } = parseImageRef(url);
    return `${registry}/${repository}`;
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    say(
      'invalid-image',
      error.message,
      error.hint ?? 'Correct the image first.',
      ['spec', 'osImageURL'],
      'error',
    );
    return '';
  }
}
