/** A container's log that somebody saved. */
export interface SavedLog {
  readonly namespace?: string;
  /** The pod's name, or as much of it as the file's name says. */
  readonly pod: string;
  /** Unknown where the file's name says nothing of it. */
  readonly container?: string;
  /** Whether it is of the container's run before its last restart. */
  readonly isPrevious: boolean;
  /** Path relative to the folder. */
  readonly file: string;
  /** What its lines begin with, in a file with lines of others. */
  readonly prefix?: string;
}

/** `namespaces/<namespace>/pods/<pod>/<container>/<container>/logs/current.log`, as oc writes it; rotated ones below. */
const GATHERED =
  /(?:^|\/)namespaces\/([^/]+)\/pods\/([^/]+)\/(?:[^/]+\/)?([^/]+)\/logs\/(current|previous)(?:\.insecure)?\.log(?:\.gz)?$/;

const CONTAINERS = [
  'image-build',
  'create-digest-configmap',
  'wait-for-done',
  'machine-os-builder',
  'machine-config-operator',
  'machine-config-controller',
  'machine-config-daemon',
  'kube-rbac-proxy',
];

/** A build's pod, which the cluster may have removed since. */
const BUILD_POD = /build-[a-z0-9][a-z0-9.-]*-[0-9a-f]{32}-[a-z0-9]{5}(?![a-z0-9])/;

/** Whether a name is that of a build's pod, or of the Job that made it. */
export function isBuildPod(name: string): boolean {
  return /^build-.+-[0-9a-f]{32}(?:-[a-z0-9]{5})?$/.test(name);
}

/** Between a pod's name and its container's: of these only a dot may be in a name, and few have one. */
const BETWEEN = /^[-_.:/ ]+/;

/** Whose log a file is. In a flat folder its name, and its folder's, are all there is to tell by. */
export function logOf(file: string, pods: readonly string[]): SavedLog | undefined {
  const match = GATHERED.exec(file);
  if (match !== null) {
    const [, namespace, pod, container, run] = match;
    return { namespace: namespace!, pod: pod!, container: container!, isPrevious: run === 'previous', file };
  }
  if (!/\.(?:log|txt|out)(?:\.gz)?$/.test(file)) return undefined;
  const path = file.replace(/\.(?:log|txt|out)(?:\.gz)?$/, '').replace(/(?:^|\/)logs?(?=\/|$)/, '');
  const isPrevious = /(?:^|[-_./])previous$/.test(path);
  const stem = path.replace(/[-_./]*(?:previous|current)$/, '');
  const [pod, rest] = split(stem, pods);
  const container = CONTAINERS.find((name) => rest.endsWith(name)) ?? rest.replace(BETWEEN, '');
  return { pod, ...(container !== '' && { container }), isPrevious, file };
}

/** A pod's name, and what follows it. */
function split(stem: string, pods: readonly string[]): [pod: string, rest: string] {
  const known = [BUILD_POD.exec(stem)?.[0] ?? [], pods.filter((pod) => pod !== '' && stem.includes(pod))]
    .flat(2)
    .sort((a, b) => b.length - a.length)
    .at(0);
  if (known !== undefined) return [known, stem.slice(stem.indexOf(known) + known.length)];
  const container = CONTAINERS.find((name) => stem.endsWith(name) && stem !== name);
  if (container !== undefined && /[-_.:/ ]$/.test(stem.slice(0, -container.length))) {
    const before = stem.slice(0, -container.length).replace(/[-_.:/ ]+$/, '');
    return [lastPart(before), container];
  }
  return [lastPart(stem), ''];
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Those of one container, of a file that has the lines of several. */
export function linesWith(prefix: string, text: string): string[] {
  const own = text.split('\n').filter((line) => line.startsWith(prefix));
  return linesOf(own.map((line) => line.slice(prefix.length)).join('\n'));
}

/** A log's lines. A must-gather has the time before each; progress bars are lines that were written over. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => {
    const bare = line.replace(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2}) /, '');
    return bare.replace(/\r+$/, '').split('\r').at(-1)!;
  });
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}
