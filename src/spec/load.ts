import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic } from '../diagnostics.ts';
import { collect, type Library } from './library.ts';
import { parseYaml, type YamlDocument } from './yaml.ts';

/** The folder that users edit, below the repository's root. */
export const LAYERS = 'layers';

/** Reads the documents of `layers/*.yaml`. */
export function loadLibrary(root: string): { library: Library; diagnostics: Diagnostic[] } {
  const documents: YamlDocument[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const file of listDocuments(root, diagnostics)) {
    const parsed = parseYaml(readFileSync(join(root, file), 'utf8'), file);
    documents.push(...parsed.documents);
    diagnostics.push(...parsed.diagnostics);
  }
  const collected = collect(documents);
  return { library: collected.library, diagnostics: [...diagnostics, ...collected.diagnostics] };
}

function listDocuments(root: string, diagnostics: Diagnostic[]): string[] {
  try {
    return (
      readdirSync(join(root, LAYERS), { withFileTypes: true })
        // Names that start with a dot are those of editors and of Finder.
        .filter((entry) => /^[^.].*\.ya?ml$/.test(entry.name) && !entry.isDirectory())
        .flatMap((entry) => {
          const file = `${LAYERS}/${entry.name}`;
          if (entry.isFile()) return file;
          diagnostics.push({
            code: 'not-a-file',
            severity: 'error',
            source: 'input',
            message: 'this is not a regular file',
            hint: 'What a link leads to is not what is reviewed: put the documents themselves here.',
            origin: { file },
          });
          return [];
        })
        .sort()
    );
  } catch {
    diagnostics.push({
      code: 'no-layers',
      severity: 'error',
      source: 'input',
      message: `there is no folder ${LAYERS}/ in ${root}`,
      hint: 'Run layers at the root of a repository that has one (-C <dir>), or make one with `layers init`.',
    });
    return [];
  }
}
