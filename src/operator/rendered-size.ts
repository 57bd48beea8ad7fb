import { isAtLeast, type ReleaseVersion } from '../values/release-version.ts';
import { goJsonText } from './go-json.ts';
import { GENERATED_BY, RELEASE_VERSION } from './names.ts';
import { type MachineConfigSpec, machineConfigSpecJson } from './objects.ts';
import { Refusal } from './refusal.ts';

/** What etcd takes as one request. */
const LARGEST = 1_572_864;

/** Of a commit and of a UID, which the object has as well. */
const [COMMIT, UID] = ['0'.repeat(40), '0'.repeat(36)];

/** From 4.22 on, the operator refuses to render what the API server cannot store. Throws a Refusal. */
export function validateSize(
  name: string,
  pool: string,
  spec: MachineConfigSpec,
  release: ReleaseVersion,
): void {
  if (!isAtLeast(release, '4.22')) return;
  const owner = { apiVersion: 'machineconfiguration.openshift.io/v1', kind: 'MachineConfigPool', name: pool };
  const metadata = {
    name,
    annotations: { [GENERATED_BY]: COMMIT, [RELEASE_VERSION]: release },
    ownerReferences: [{ ...owner, uid: UID, controller: true, blockOwnerDeletion: true }],
  };
  const size = Buffer.byteLength(goJsonText({ metadata, spec: machineConfigSpecJson(spec) }));
  if (size <= LARGEST) return;
  throw new Refusal(
    `size validation failed: rendered MachineConfig ${name} is too large (${size} bytes, max ${LARGEST} bytes)`,
  );
}
