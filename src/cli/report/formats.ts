import type { Silenced } from '../../checks/silence.ts';
import type { Diagnostic } from '../../diagnostics.ts';
import { countBySeverity, readerOf } from './diagnostics.ts';
import { reportFindings } from './findings.ts';
import { diagnosticsAsData, printJsonLine } from './json.ts';

export interface Findings {
  readonly diagnostics: readonly Diagnostic[];
  readonly silenced?: readonly Silenced[];
  /** Texts that are in no file, or were read already, by name. */
  readonly texts?: ReadonlyMap<string, string>;
}

/** Findings as they were asked for: for people on stderr, as annotations, SARIF or JSON on stdout. `more` goes into the JSON. */
export async function printFindings(
  output: string | undefined,
  { diagnostics, silenced = [], texts }: Findings,
  root: string,
  more: object = {},
): Promise<void> {
  const read = readerOf(root, texts);
  if (output === 'json') {
    process.stdout.write(
      printJsonLine({
        ...more,
        diagnostics: diagnosticsAsData(diagnostics, read),
        silenced: silenced.map(({ diagnostic, reason }) => ({
          ...diagnosticsAsData([diagnostic], read)[0],
          reason,
        })),
      }),
    );
    return;
  }
  if (output === 'sarif') {
    const { printSarif } = await import('./sarif.ts');
    process.stdout.write(printSarif(diagnostics, read, silenced));
    return;
  }
  if (output === 'github') {
    const { printAnnotations } = await import('./github.ts');
    process.stdout.write(printAnnotations(diagnostics, read));
  }
  reportFindings(diagnostics, root, true, texts);
  const count = countBySeverity(diagnostics) || 'nothing to report';
  process.stderr.write(`${count}${silenced.length > 0 ? `, ${silenced.length} silenced` : ''}\n`);
}
