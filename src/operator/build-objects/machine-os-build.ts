import { buildName } from '../names.ts';
import { parseNamed, withTag } from '../reference.ts';
import type { Build, BuildObjectsInput } from './input.ts';
import { ownLabels, timestamp } from './metadata.ts';

/** The name of a build, and where it is pushed: what was wanted as a tag is not used. Throws a Refusal. */
export function nameBuild(input: BuildObjectsInput): Build {
  const name = buildName(input);
  return { ...input, name, tag: withTag(parseNamed(input.config.spec.renderedImagePushSpec), name) };
}

export function machineOSBuildOf(build: Build): object {
  const { config, pool } = build;
  return {
    apiVersion: 'machineconfiguration.openshift.io/v1',
    kind: 'MachineOSBuild',
    metadata: {
      ...timestamp(build),
      annotations: {
        'machineconfiguration.openshift.io/rendered-image-push-secret':
          config.spec.renderedImagePushSecret.name,
      },
      finalizers: ['foregroundDeletion'],
      labels: ownLabels(build),
      name: build.name,
    },
    spec: {
      machineConfig: { name: pool.spec.configuration.name ?? '' },
      machineOSConfig: { name: config.metadata.name },
      renderedImagePushSpec: build.tag,
    },
    status: {},
  };
}
