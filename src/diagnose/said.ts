import { logsOf, ofKind } from '../gathered/gathered.ts';
import { conditionsOf, textAt } from '../gathered/object.ts';
import { NAMESPACE } from './names.ts';
import type { Subject } from './subject.ts';

/** A line that some part of the operator wrote. */
export interface Said {
  readonly line: string;
  readonly file: string;
}

/** What wrote it: the operator starts the builder, and the builder starts builds. */
export type Speaker = 'machine-config-operator' | 'machine-os-builder';

const SPEAKERS: readonly Speaker[] = ['machine-os-builder', 'machine-config-operator'];

/** Read once for all pools. */
const CACHE = new WeakMap<object, readonly Said[]>();

/** All that the operator and the builder logged, and what they put into conditions and events. The newest of each last. */
export function saidBy(subject: Subject): readonly Said[] {
  const cached = CACHE.get(subject.gathered);
  if (cached !== undefined) return cached;
  const said = [
    ...conditions(subject),
    ...events(subject),
    ...SPEAKERS.flatMap((name) => logged(subject, name)),
  ];
  CACHE.set(subject.gathered, said);
  return said;
}

/** Whether a log of this part was saved. */
export function hasLogOf({ gathered }: Subject, speaker: Speaker): boolean {
  return logsOfPart({ gathered }, speaker).length > 0;
}

/** The last lines that match, the oldest of them first. */
export function lastSaid(subject: Subject, pattern: RegExp, most = 3): Said[] {
  const found: Said[] = [];
  for (const said of saidBy(subject).toReversed()) {
    if (found.length === most) break;
    if (pattern.test(said.line) && !found.some(({ line }) => message(line) === message(said.line)))
      found.unshift(said);
  }
  return found;
}

/** A line without klog's own head: level, date, time, process and place in the source. */
export function message(line: string): string {
  return line.replace(/^[IWEF]\d{4} [\d:.]+ +\d+ \S+\] /, '');
}

function logged(subject: Subject, speaker: Speaker): Said[] {
  return logsOfPart(subject, speaker).flatMap((log) =>
    subject.read(log).map((line) => ({ line, file: log.file })),
  );
}

function logsOfPart({ gathered }: Pick<Subject, 'gathered'>, speaker: Speaker) {
  const byPod = logsOf(gathered, speaker).filter(({ container }) => (container ?? speaker) === speaker);
  const byContainer = gathered.logs.filter(({ container }) => container === speaker);
  return [...new Set([...byContainer, ...byPod])].sort((a, b) => Number(b.isPrevious) - Number(a.isPrevious));
}

function conditions({ gathered }: Subject): Said[] {
  return ['ClusterOperator', 'MachineOSBuild', 'MachineOSConfig', 'MachineConfigPool'].flatMap((kind) =>
    ofKind(gathered, kind)
      .filter(({ name }) => kind !== 'ClusterOperator' || name === 'machine-config')
      .flatMap((object) =>
        conditionsOf(object)
          .filter(({ message }) => message !== '')
          .map(({ message }) => ({ line: message, file: object.file })),
      ),
  );
}

function events({ gathered }: Subject): Said[] {
  return ofKind(gathered, 'Event')
    .filter(({ namespace }) => namespace === undefined || namespace === NAMESPACE || namespace === 'default')
    .flatMap(({ data, file }) => {
      const line = textAt(data, 'message') ?? textAt(data, 'note');
      return line === undefined ? [] : [{ line, file }];
    });
}

/** What the cluster said of an object: an event's reason, and its message. */
export function eventsOf(
  { gathered }: Subject,
  kind: string,
  name: string,
): { reason: string; message: string; file: string }[] {
  return ofKind(gathered, 'Event').flatMap(({ data, file }) => {
    const of = textAt(data, 'involvedObject', 'name') ?? textAt(data, 'regarding', 'name');
    const ofWhat = textAt(data, 'involvedObject', 'kind') ?? textAt(data, 'regarding', 'kind');
    if (of !== name || ofWhat !== kind) return [];
    const text = textAt(data, 'message') ?? textAt(data, 'note') ?? '';
    return [{ reason: textAt(data, 'reason') ?? '', message: text, file }];
  });
}
