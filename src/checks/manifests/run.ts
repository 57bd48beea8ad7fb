import type { Diagnostic, Origin } from '../../diagnostics.ts';
import { parseSpec } from '../../spec/parse.ts';
import { runCheck } from '../check.ts';
import { CHECKS } from '../index.ts';
import { applySilences, isWithin, type Silenced } from '../silence.ts';
import { type Manifest, type Manifests, ofKind } from './manifests.ts';
import { machineConfig } from './schemas/machine-config.ts';
import { machineConfigPool } from './schemas/machine-config-pool.ts';
import { machineOSBuild } from './schemas/machine-os-build.ts';
import { machineOSConfig } from './schemas/machine-os-config.ts';
import { silencesIn } from './silences.ts';

const SCHEMAS = {
  MachineOSConfig: machineOSConfig,
  MachineOSBuild: machineOSBuild,
  MachineConfig: machineConfig,
  MachineConfigPool: machineConfigPool,
} as const;

/** The kinds whose rules are known here. */
export const KINDS = Object.keys(SCHEMAS) as (keyof typeof SCHEMAS)[];

/** What the API server would refuse, and all that the checks find, less what the objects silence. */
export function checkManifests(manifests: Manifests): {
  diagnostics: Diagnostic[];
  silenced: Silenced[];
} {
  const refused = KINDS.flatMap((kind) =>
    ofKind(manifests, kind).flatMap(({ data, origin }) => parseSpec(SCHEMAS[kind], data, origin).diagnostics),
  );
  const found = CHECKS.flatMap((check) => runCheck(check, check.manifests, manifests));
  return applySilences([...refused, ...found], silencesIn(manifests.objects));
}

/** The object that a place is in. */
export function objectOf(objects: readonly Manifest[], origin: Origin | undefined): Manifest | undefined {
  return objects.find((object) => isWithin(origin, object.origin));
}
