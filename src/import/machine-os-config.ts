import { asData, asText, type Data, type FromManifest, pick, type Say } from './manifest.ts';

const OF_MACHINE_OS_CONFIG = [
  ...[
    'machineConfigPool',
    'containerFile',
    'imageBuilder',
    'renderedImagePushSpec',
    'renderedImagePushSecret',
  ],
  ...['baseImagePullSecret', 'buildInputs', 'buildOutputs'],
].map((key) => key.toLowerCase());

export function machineOSConfig(
  data: Data,
  lines: readonly [number, number],
  content: (path: readonly (string | number)[]) => string | undefined,
  say: Say,
): FromManifest | undefined {
  const spec = asData(data.spec);
  // The older form of it, v1alpha1, had these one level below.
  const inputs = { ...spec, ...asData(spec.buildInputs) };
  const pool = asText(asData(spec.machineConfigPool).name) ?? asText(asData(data.metadata).name);
  if (pool === undefined) {
    say(
      'no-pool',
      'this MachineOSConfig does not name its pool',
      'Write spec.machineConfigPool.name.',
      ['spec'],
      'error',
    );
    return undefined;
  }
  for (const key of Object.keys(spec)) {
    if (OF_MACHINE_OS_CONFIG.includes(key.toLowerCase())) continue;
    say('field-left-out', `spec.${key} is left out`, 'A pool has no such setting.', ['spec', key]);
  }
  const files = pick(inputs, 'containerFile');
  const all = Array.isArray(files) ? files.map(asData) : [];
  const index = all.findIndex(
    ({ containerfileArch: arch }) => arch === undefined || /^noarch$/i.test(String(arch)),
  );
  if (all.length > (index < 0 ? 0 : 1)) {
    say('arch-left-out', 'only the content for NoArch is imported', 'The operator builds no other.', [
      'spec',
      'containerFile',
    ]);
  }
  const inputsPath = spec.buildInputs === undefined ? ['spec'] : ['spec', 'buildInputs'];
  const containerfile = index < 0 ? undefined : content([...inputsPath, 'containerFile', index, 'content']);
  const secret = (name: string) => asText(asData(pick(inputs, name)).name);
  const baseImagePullSecret = secret('baseImagePullSecret');
  return {
    kind: 'MachineOSConfig',
    pool,
    lines,
    ...(containerfile !== undefined && { containerfile }),
    settings: {
      target: {
        machineOSConfig: {
          renderedImagePushSpec: asText(pick(inputs, 'renderedImagePushSpec')) ?? '',
          renderedImagePushSecret: { name: secret('renderedImagePushSecret') ?? '' },
          ...(baseImagePullSecret !== undefined && { baseImagePullSecret: { name: baseImagePullSecret } }),
        },
      },
    },
  };
}
