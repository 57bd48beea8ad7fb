import type { Fault, StageName } from './fault.ts';
import { everybodys, REFUSALS, type Refusal } from './refusals.ts';
import { lastSaid, message, type Said, saidBy } from './said.ts';
import type { Subject } from './subject.ts';

/** What a refusal says of a stage, the newest first. */
export function refusalsOf(subject: Subject, stage: StageName): Fault[] {
  const found = new Map<string, Fault>();
  for (const said of candidates(subject).toReversed()) {
    const match = matching(said, subject);
    if (match === undefined || match.refusal.stage !== stage) continue;
    const fault = faultOf(match.refusal, match.groups, said);
    if (!found.has(fault.what)) found.set(fault.what, fault);
  }
  return [...found.values()];
}

/** The lines that say what was found otherwise, too. */
export function alsoSaid(subject: Subject, code: string): Pick<Fault, 'lines' | 'file'> {
  const patterns = REFUSALS.filter((refusal) => refusal.code === code);
  const said = patterns.flatMap(({ says, isOf = everybodys }) =>
    lastSaid(subject, says, 2).filter(({ line }) => isOf(says.exec(line)?.groups ?? {}, subject)),
  );
  const [first] = said;
  if (first === undefined) return {};
  return { lines: said.map(({ line }) => message(line)), file: first.file };
}

/** The lines that any refusal knows: logs are long, and looked at for every stage of every pool. */
const CANDIDATES = new WeakMap<object, readonly Said[]>();

function candidates(subject: Subject): readonly Said[] {
  const { gathered } = subject;
  const known = CANDIDATES.get(gathered);
  if (known !== undefined) return known;
  const found = saidBy(subject).filter(({ line }) => REFUSALS.some(({ says }) => says.test(line)));
  CANDIDATES.set(gathered, found);
  return found;
}

function matching(said: Said, subject: Subject) {
  for (const refusal of REFUSALS) {
    const groups = refusal.says.exec(said.line)?.groups;
    if (groups !== undefined && (refusal.isOf ?? everybodys)(groups, subject)) return { refusal, groups };
  }
  return undefined;
}

function faultOf({ code, what, hint }: Refusal, groups: Readonly<Record<string, string>>, said: Said): Fault {
  return { code, what: what(groups), hint, lines: [message(said.line)], file: said.file };
}
