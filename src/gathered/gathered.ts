import { type Diagnostic, failure } from '../diagnostics.ts';
import { readEnd } from './files.ts';
import { linesOf, linesWith, type SavedLog } from './logs.ts';
import { labelOf, type SavedObject } from './object.ts';

/** What a must-gather, or a folder of saved objects and logs, has. */
export interface Gathered {
  readonly folder: string;
  /** Each object once, in the order of the files. */
  readonly objects: readonly SavedObject[];
  readonly logs: readonly SavedLog[];
  /** What could not be read, and is not here. */
  readonly unread: readonly Diagnostic[];
}

/** The end of a log that is looked at. buildah writes much at the level of debugging, as the operator has it do. */
export const LONGEST_LOG = 32 * 1024 * 1024;

/** Those of a kind; of a namespace, where one is named. */
export function ofKind({ objects }: Gathered, kind: string, namespace?: string): SavedObject[] {
  return objects.filter(
    (object) => object.kind === kind && (namespace === undefined || object.namespace === namespace),
  );
}

/** The one of a kind and a name. */
export function findObject(
  gathered: Gathered,
  kind: string,
  name: string | undefined,
  namespace?: string,
): SavedObject | undefined {
  return ofKind(gathered, kind, namespace).find((object) => object.name === name);
}

/** Those of a kind that have all of these labels. */
export function labelled(
  gathered: Gathered,
  kind: string,
  labels: Readonly<Record<string, string>>,
): SavedObject[] {
  return ofKind(gathered, kind).filter((object) =>
    Object.entries(labels).every(([key, value]) => labelOf(object, key) === value),
  );
}

/** The logs of a pod, or of all whose names begin so and go on after a dash; those of a container, where one is named. */
export function logsOf({ logs }: Gathered, pod: string, container?: string): SavedLog[] {
  return logs.filter(
    (log) =>
      (log.pod === pod || log.pod.startsWith(`${pod}-`)) &&
      (container === undefined || (log.container ?? container) === container),
  );
}

/** The lines at the end of a log, without what was put before them. */
export function readLog({ folder }: Gathered, log: SavedLog): string[] {
  const text = readEnd(folder, log.file, LONGEST_LOG);
  if (text instanceof Error) return [];
  return log.prefix === undefined ? linesOf(text) : linesWith(log.prefix, text);
}

export function unreadable(file: string, why: string): Diagnostic {
  return failure('input', 'saved-unreadable', `${file} is passed over: ${why}`, {
    hint: 'Save it anew, if it is what is missing.',
    origin: { file },
  }).diagnostics.map((diagnostic): Diagnostic => ({ ...diagnostic, severity: 'warning' }))[0]!;
}
