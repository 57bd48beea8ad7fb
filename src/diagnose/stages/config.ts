import { at, listAt, type SavedObject, textAt } from '../../gathered/object.ts';
import { parseImageRef } from '../../values/image-ref.ts';
import { isCanonical, isTakenByApi } from '../../values/push-spec.ts';
import { broken, type Fault, type Look, notSaved, ok } from '../fault.ts';
import { GROUP, poolOf } from '../names.ts';
import { hintOf } from '../refusals.ts';
import { alsoSaid, refusalsOf } from '../refused.ts';
import { hasAll, type Subject } from '../subject.ts';
import type { Stage } from './stage.ts';

export const config: Stage = {
  name: 'config',
  title: 'MachineOSConfig',
  when: 'before',
  look(subject) {
    const [refusal] = refusalsOf(subject, 'config');
    const { config } = subject;
    if (config === undefined) return missing(subject, refusal);
    const fault = faultOf(subject, config) ?? refusal;
    if (fault !== undefined) return broken(fault);
    const note = noteOf(subject, config);
    return note === undefined
      ? ok(`${config.name}, pushes to ${pushSpecOf(config)}`)
      : { state: 'note', says: note };
  },
};

function missing(subject: Subject, refusal: Fault | undefined): Look {
  if (refusal !== undefined) return broken(refusal);
  const { pool, gathered } = subject;
  if (!hasAll(gathered, 'MachineOSConfig')) return notSaved(`no MachineOSConfig of ${pool} was saved`);
  return broken({
    code: 'config-missing',
    what: `there is no MachineOSConfig for the pool ${pool}`,
    hint: 'Apply it: without one the pool has the image of the cluster.',
  });
}

function faultOf(subject: Subject, config: SavedObject): Fault | undefined {
  const { configs, pool } = subject;
  if (configs.length > 1) {
    return {
      code: 'config-twice',
      what: `the pool ${pool} has ${configs.length} MachineOSConfigs: ${configs.map(({ name }) => name).join(', ')}`,
      hint: hintOf('config-twice'),
      ...alsoSaid(subject, 'config-twice'),
    };
  }
  return oldForm(config) ?? nameFault(subject, config) ?? pushSpecFault(subject, config);
}

/** What the API server of 4.18 and later does not take: it was saved before it was applied, or never was. */
function oldForm(config: SavedObject): Fault | undefined {
  const wrong = [
    config.apiVersion === `${GROUP}/v1` ? [] : `apiVersion ${config.apiVersion}`,
    ['buildInputs', 'buildOutputs'].filter((key) => at(config.data, 'spec', key) !== undefined),
    textAt(config.data, 'spec', 'renderedImagePushspec') === undefined ? [] : 'renderedImagePushspec',
    [textAt(config.data, 'spec', 'imageBuilder', 'imageBuilderType') ?? []]
      .flat()
      .filter((type) => type !== 'Job'),
    listAt(config.data, 'spec', 'containerFile').flatMap((entry) => {
      const arch = textAt(entry, 'containerfileArch') ?? 'NoArch';
      return ['NoArch', 'AMD64', 'ARM64', 'PPC64LE', 'S390X'].includes(arch)
        ? []
        : `containerfileArch ${arch}`;
    }),
  ].flat();
  if (wrong.length === 0) return undefined;
  return {
    code: 'config-old-form',
    what: `the MachineOSConfig ${config.name} is written as before 4.18 (${wrong.join(', ')}), and the API server does not take it`,
    hint: 'v1 has imageBuilderType: Job, containerfileArch: NoArch and renderedImagePushSpec, right below spec. `layers import` reads both forms.',
    file: config.file,
  };
}

/** An object from before the API server minded goes on; one that has no build has not been taken. */
function nameFault(subject: Subject, config: SavedObject): Fault | undefined {
  const { pool, buildName } = subject;
  if (config.name === pool || buildName !== undefined) return undefined;
  return {
    code: 'config-not-pools',
    what: `the MachineOSConfig ${config.name} is for the pool ${pool}, and not named like it`,
    hint: 'Name it like the pool: since August 2025 (4.18.24) the API server takes no other name.',
    file: config.file,
    ...alsoSaid(subject, 'config-not-pools'),
  };
}

function pushSpecFault(subject: Subject, config: SavedObject): Fault | undefined {
  const spec = pushSpecOf(config);
  const why = whyRefused(spec);
  if (why === undefined) return undefined;
  return {
    code: 'push-spec-refused',
    what: `the push spec ${spec} is not taken: ${why}`,
    hint: hintOf('push-spec-refused'),
    file: config.file,
    ...alsoSaid(subject, 'push-spec-refused'),
  };
}

function whyRefused(spec: string): string | undefined {
  if (spec === '') return 'it is empty';
  try {
    const ref = parseImageRef(spec);
    if (!isCanonical(ref)) return 'it is not in its canonical form';
  } catch (error) {
    return (error as Error).message;
  }
  return isTakenByApi(spec) ? undefined : 'the API server takes no such host, path or tag';
}

export function pushSpecOf({ data }: SavedObject): string {
  return textAt(data, 'spec', 'renderedImagePushSpec') ?? '';
}

/** What is to be known, and does not keep a build from starting. */
function noteOf({ buildName }: Subject, config: SavedObject): string | undefined {
  const entries = listAt(config.data, 'spec', 'containerFile');
  const archs = entries.map((entry) => textAt(entry, 'containerfileArch') ?? 'NoArch');
  if (archs.length > 0 && !archs.includes('NoArch')) {
    return `its Containerfile is for ${archs.join(', ')} only, and the operator builds the one of NoArch: nothing of it is in the image`;
  }
  if (buildName !== undefined && config.name !== poolOf(config)) {
    return `${config.name} is not named like its pool: it was made before August 2025, and cannot be applied anew`;
  }
  const [wanted, seen] = [
    at(config.data, 'metadata', 'generation'),
    at(config.data, 'status', 'observedGeneration'),
  ];
  if (typeof wanted === 'number' && typeof seen === 'number' && seen < wanted)
    return `${config.name} was changed since the operator looked at it (generation ${wanted}, observed ${seen})`;
  return undefined;
}
