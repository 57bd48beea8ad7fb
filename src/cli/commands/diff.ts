import { resolve } from 'node:path';
import type { Argv } from 'yargs';
import { diff } from '../../actions/diff.ts';
import type { Diff } from '../../diff/model.ts';
import { type GlobalOptions, rootOf } from '../context.ts';
import { bytes } from '../report/amounts.ts';
import { paintFor } from '../report/colors.ts';
import { readerOf } from '../report/diagnostics.ts';
import { reportFindings } from '../report/findings.ts';
import { diagnosticsAsData, printJsonLine } from '../report/json.ts';
import { waitingReport } from '../report/waiting.ts';
import { writeOut } from '../write-out.ts';

export function options(yargs: Argv) {
  return yargs
    .positional('revision', {
      type: 'string',
      default: 'HEAD',
      describe: 'What the work tree is compared with; or two commits, A..B, or A...B from where they parted',
    })
    .option('packages', {
      choices: ['auto', 'require', 'off'] as const,
      default: 'auto',
      describe: 'Compare the packages of images: where they can be read, or fail, or ask no registry',
    })
    .option('authfile', { type: 'string', describe: "Credentials, in the form of docker's config.json" })
    .option('out', { type: 'string', describe: 'Write to this file instead of stdout' });
}

interface DiffArguments extends GlobalOptions {
  readonly revision?: string | undefined;
  readonly packages?: 'auto' | 'require' | 'off';
  readonly authfile?: string | undefined;
  readonly out?: string | undefined;
}

export async function run(argv: DiffArguments): Promise<void> {
  const root = rootOf(argv);
  const { revision = 'HEAD', packages = 'auto', authfile, out, output } = argv;
  const waiting = waitingReport();
  const found = await diff({
    root,
    revision,
    packages,
    authfile,
    onRead: ({ image, layer, of, bytes: size }) =>
      waiting.on(`reading ${image}, layer ${layer} of ${of} (${bytes(size)})`),
  }).finally(waiting.end);
  const text = await print(found, output, root, out === undefined);
  if (output !== 'json') reportFindings(found.notes, root);
  if (out === undefined) process.stdout.write(text);
  else await writeOut('out', resolve(out), text);
}

async function print(
  found: Diff,
  output: string | undefined,
  root: string,
  isShown: boolean,
): Promise<string> {
  switch (output) {
    case 'json':
      return printJsonLine({ ...found, notes: diagnosticsAsData(found.notes, readerOf(root)) });
    case 'markdown': {
      const { printMarkdown } = await import('../report/diff/markdown.ts');
      return printMarkdown(found);
    }
    case 'html': {
      const { printHtml } = await import('../report/diff/html.ts');
      return printHtml(found);
    }
    default: {
      const { printText } = await import('../report/diff/text.ts');
      return printText(found, isShown ? paintFor(process.stdout) : (_, text) => text);
    }
  }
}
