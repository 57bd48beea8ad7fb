import type { DiagnosedPool } from '../../actions/diagnose.ts';
import type { State } from '../../diagnose/fault.ts';
import { type Paint, paintFor } from './colors.ts';
import { printDiagnostics } from './diagnostics.ts';
import { folded, harmless } from './terminal.ts';

const COLORS: Readonly<Record<State, Parameters<Paint>[0]>> = {
  ok: 'green',
  broken: 'red',
  note: 'yellow',
  waiting: 'cyan',
  'not saved': 'dim',
  'not reached': 'dim',
};

const VERDICTS: Readonly<Record<DiagnosedPool['verdict'], string>> = {
  broken: 'is broken',
  building: 'is under way',
  ok: 'is well',
  unknown: 'cannot be told: too little was saved',
};

/** A pool's walk through the stages, why it broke, and what its build was given. */
export function printDiagnosis(
  { pool, build, verdict, stages, finding, auxiliary }: DiagnosedPool,
  root: string,
  stream: { readonly isTTY?: boolean; readonly columns?: number },
): string {
  const paint = paintFor(stream);
  const titles = Math.max(...stages.map(({ title }) => title.length));
  const states = Math.max(...stages.map(({ state }) => state.length));
  const indent = 2 + states + 2 + titles + 2;
  const room = Math.max(
    40,
    (stream.isTTY && stream.columns ? stream.columns : Number.POSITIVE_INFINITY) - indent,
  );
  const rows = stages.map(({ title, state, says }) => {
    const lines = folded(harmless(short(says)), room).join(`\n${' '.repeat(indent)}`);
    return `  ${paint(COLORS[state], state.padEnd(states))}  ${title.padEnd(titles)}  ${lines}`.trimEnd();
  });
  const given = auxiliary.flatMap(({ kind, name, says = [] }) =>
    says.map((line, index) => `  ${index === 0 ? `${kind} ${harmless(name)}: ` : '    '}${harmless(line)}`),
  );
  return [
    `${paint('bold', harmless(pool))} ${VERDICTS[verdict]}${build === undefined ? '' : paint('dim', ` (${harmless(build)})`)}`,
    ...rows,
    ...(finding === undefined ? [] : ['', printDiagnostics([finding], { root, paint }).trimEnd()]),
    ...(given.length === 0 ? [] : ['', 'what its build was given, and left:', ...given]),
    '',
  ].join('\n');
}

/** A message of a cluster may be a page: all of it is in what was saved. */
function short(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}
