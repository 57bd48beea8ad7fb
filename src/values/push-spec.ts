import { type ImageRef, parseImageRef } from './image-ref.ts';
import { show, ValueError, value } from './value.ts';

// The API server's two expressions for renderedImagePushSpec, and the one for the digest in the status. The latter
// has room for one namespace only, so that a deeper path builds and can then not be recorded.
const NAMED =
  /^([a-zA-Z0-9-]+\.)+[a-zA-Z0-9-]+(:[0-9]{2,5})?(\/[a-zA-Z0-9-_]{1,61})*\/[a-zA-Z0-9-_.]+:[a-zA-Z0-9._-]+$/;
const SERVICE = /^[^.]+\.[^.]+\.svc:\d+\/[^/]+\/[^/]+:[^/]+$/;
const STATUS = /^([a-zA-Z0-9-]+\.)+[a-zA-Z0-9-]+(:[0-9]{2,5})?\/([a-zA-Z0-9-_]{0,61}\/)?[a-zA-Z0-9-_.]*?$/;
const LONGEST = 447;

/** Whether the API server takes it, which does not say that it works. */
export function isTakenByApi(text: string): boolean {
  return NAMED.test(text) || SERVICE.test(text);
}

/** Where a cluster pushes what it builds: accepted only where the API server, the controller and the status all can use it. */
export const pushSpec = value(parsePushSpec, { pattern: NAMED, maxLength: LONGEST });

function parsePushSpec(text: string): string {
  const ref = parseImageRef(text);
  if (ref.digest !== undefined || ref.tag === undefined) {
    throw new ValueError(
      `${show(text)} must end in a tag`,
      `Write ${ref.registry}/${ref.repository}:latest. The operator replaces the tag by the name of each build.`,
    );
  }
  if (!isTakenByApi(text)) {
    throw new ValueError(
      `the API server refuses ${show(text)}`,
      'The host needs a dot, and dots in the path may be in its last part only.',
    );
  }
  // The build's own copy of it, in the MachineOSBuild, has no rule for services but NAMED.
  if (!NAMED.test(text) || !isRecordable(ref)) {
    throw new ValueError(
      `the build of ${show(text)} would run, and its digest could not be recorded`,
      'The status field holds one namespace: host/namespace/name:tag (openshift/api#2918).',
    );
  }
  if (!isCanonical(ref)) {
    throw new ValueError(
      `${show(text)} is not in its canonical form`,
      'Write docker.io/<namespace>/<name>:<tag>.',
    );
  }
  if (text.length > LONGEST) throw new ValueError(`${show(text)} is longer than ${LONGEST} characters`);
  return text;
}

/** Whether the status of a MachineOSConfig can hold a digest of this repository. */
export function isRecordable({ registry, repository }: ImageRef): boolean {
  return STATUS.test(`${registry}/${repository}`);
}

/** Whether the operator takes the name as it is: Docker's own registry has short and old names, too. */
export function isCanonical({ registry, repository }: ImageRef): boolean {
  return registry !== 'index.docker.io' && (registry !== 'docker.io' || repository.includes('/'));
}
