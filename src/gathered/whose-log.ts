import { readAround, readEnd } from './files.ts';
import { isBuildPod, logOf, type SavedLog } from './logs.ts';

/** What `oc logs --prefix` puts before each line. */
const PREFIX = /^\[pod\/([^/\]\s]+)\/([^\]\s]+)\] /gm;

/** Where a build's log has the tag that it is pushed by: the MachineOSBuild's name. */
const TAG =
  /(?:^\++ buildah (?:bud|push) .*|\bCOMMIT \S+|^Error: pushing image ")[^\s"':]*:([a-z0-9][a-z0-9.-]*-[0-9a-f]{32})(?![0-9a-f])/m;

/** The logs that a file has: by its name, or by what is in it where that tells more. */
export function logsIn(folder: string, file: string, pods: readonly string[], most: number): SavedLog[] {
  const log = logOf(file, pods);
  if (log === undefined || log.namespace !== undefined) return log === undefined ? [] : [log];
  const text = readAround(folder, file);
  if (text.search(PREFIX) !== -1) return prefixed(folder, log, most);
  if (isBuildPod(log.pod) || pods.includes(log.pod)) return [log];
  const build = TAG.exec(text)?.[1];
  return [build === undefined ? log : { ...log, pod: `build-${build}`, container: 'image-build' }];
}

/** One of each container whose lines the file has. */
function prefixed(folder: string, log: SavedLog, most: number): SavedLog[] {
  const text = readEnd(folder, log.file, most);
  if (text instanceof Error) return [];
  const found = new Map(
    [...text.matchAll(PREFIX)].map(([prefix, pod, container]) => [
      prefix,
      { ...log, pod: pod!, container: container!, prefix },
    ]),
  );
  return [...found.values()];
}
