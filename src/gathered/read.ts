import { realpathSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { type Diagnostic, failure } from '../diagnostics.ts';
import { filesOf, namespaceOf, readStart, readText } from './files.ts';
import { type Gathered, LONGEST_LOG, unreadable } from './gathered.ts';
import { labelOf, type SavedObject, textAt } from './object.ts';
import { looksLikeObjects, parseObjects } from './parse.ts';
import { logsIn } from './whose-log.ts';

/** Where what builds images is. A must-gather has every other operator's namespace, too, and these are passed over. */
export const NAMESPACES: readonly string[] = [
  'openshift-machine-config-operator',
  'openshift-config',
  'openshift-config-managed',
];

/** What has to do with images of nodes. The rest, most of a must-gather, is not even parsed. */
const KINDS = [
  'MachineOSConfig',
  'MachineOSBuild',
  'MachineConfigPool',
  'MachineConfig',
  'MachineConfigNode',
  'ControllerConfig',
  'OSImageStream',
  'ClusterVersion',
  'ClusterOperator',
  'Node',
  'Job',
  'Pod',
  'Deployment',
  'Event',
  'ConfigMap',
  'Secret',
  'Image(?:Tag|Digest)MirrorSet',
  'ImageContentSourcePolicy',
];
const IS_OF_THESE = new RegExp(`\\bkind["']?\\s*:\\s*["']?(?:${KINDS.join('|')})(?:List)?\\b`);

/** Folders of a must-gather that no object is in. */
const ELSEWHERE =
  /(?:^|\/)(?:audit_logs|host_service_logs|monitoring|etcd_info|network_logs|\.git|node_modules)\/$/;

/** Of all texts that are parsed: more than the kinds above ever are. */
const MOST_TEXT = 1024 * 1024 * 1024;

const ARCHIVE = /\.(?:tar|tgz|tar\.\w+|zip)$/;

/** What synth writes, in a folder that is a repository: what a cluster is to have, and not what it has. */
const RENDERED = /(?:^|\/)dist\/.*\.k8s\.yaml$/;

const OBJECTS = /\.(?:ya?ml|json)(?:\.gz)?$/;

/** Reads what was saved of a cluster: a must-gather, wherever in the folder it begins, or files of any names. Throws LayersError where there is no such folder. */
export function readGathered(given: string, namespaces: readonly string[] = NAMESPACES): Gathered {
  const folder = folderAt(given);
  const isWanted = (path: string): boolean => {
    const namespace = namespaceOf(path);
    return (
      !ELSEWHERE.test(path) &&
      !RENDERED.test(path) &&
      (namespace === undefined || namespaces.includes(namespace))
    );
  };
  return gather(folder, filesOf(folder, isWanted));
}

/** The same of one file, as `oc get … -o yaml` prints it, whatever its name; or of a folder. */
export function readSaved(given: string): Gathered {
  const stat = statSync(given, { throwIfNoEntry: false });
  if (stat === undefined) {
    throw failure('input', 'nothing-saved', `there is no ${given}`, {
      hint: 'Name a file that `oc get … -o yaml` printed, a folder of such, or one that `oc adm must-gather` made.',
    });
  }
  if (!stat.isFile() || ARCHIVE.test(given)) return readGathered(given);
  const path = realpathSync(given);
  return gather(dirname(path), [basename(path)], true);
}

function gather(folder: string, files: readonly string[], areObjects = false): Gathered {
  const found: SavedObject[] = [];
  const unread: Diagnostic[] = [];
  const others: string[] = [];
  let room = MOST_TEXT;
  for (const file of files) {
    if (!areObjects && !OBJECTS.test(file) && !(isMaybe(file) && looksLikeObjects(readStart(folder, file)))) {
      others.push(file);
      continue;
    }
    const text = readText(folder, file);
    if (text instanceof Error) unread.push(unreadable(file, text.message));
    else if (!IS_OF_THESE.test(text)) continue;
    else if (text.length > room) unread.push(unreadable(file, 'the files before it are as much as is read'));
    else {
      room -= text.length;
      const { objects, fault } = parseObjects(text, file);
      found.push(...objects);
      if (fault !== undefined) unread.push(unreadable(file, fault));
    }
  }
  const objects = once(found);
  const pods = podNames(objects);
  const logs = others.flatMap((file) => logsIn(folder, file, pods, LONGEST_LOG));
  return { folder, objects, logs, unread };
}

/** A file that somebody redirected an output to may have any name. */
function isMaybe(file: string): boolean {
  return /(?:^|\/)[^./]+$|\.(?:txt|out)$/.test(file);
}

function folderAt(given: string): string {
  const stat = statSync(given, { throwIfNoEntry: false });
  if (stat?.isDirectory() === true) return realpathSync(given);
  const isArchive = ARCHIVE.test(given);
  throw failure(
    'input',
    'nothing-saved',
    stat === undefined ? `there is no folder ${given}` : `${given} is no folder`,
    {
      hint: isArchive
        ? `Unpack it first: \`mkdir must-gather && tar -xf ${given} -C must-gather\`.`
        : 'Name the folder that `oc adm must-gather` made, or one with what `oc get -o yaml` and `oc logs` printed.',
    },
  );
}

/** A must-gather has pods twice, and one of several images has all of it several times: the newest of each is kept. */
function once(objects: readonly SavedObject[]): SavedObject[] {
  const byName = new Map<string, SavedObject>();
  for (const object of objects) {
    const { kind, namespace, name, apiVersion } = object;
    const key = [apiVersion.split('/')[0], kind, namespace, name].join(' ');
    const other = byName.get(key);
    if (other === undefined || version(object) > version(other)) byName.set(key, object);
  }
  return [...byName.values()];
}

function version({ data }: SavedObject): number {
  return Number(textAt(data, 'metadata', 'resourceVersion') ?? 0);
}

/** Names of pods, also of those that only others speak of. */
function podNames(objects: readonly SavedObject[]): string[] {
  return objects.flatMap((object) => {
    if (object.kind === 'Pod') return [object.name];
    if (object.kind === 'Event' && textAt(object.data, 'involvedObject', 'kind') === 'Pod')
      return [textAt(object.data, 'involvedObject', 'name') ?? []].flat();
    return [labelOf(object, 'batch.kubernetes.io/pod-name') ?? []].flat();
  });
}
