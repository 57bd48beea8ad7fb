import { writeFile } from 'node:fs/promises';
import { failure } from '../diagnostics.ts';

/** Writes a file that a person has named by an option. */
export async function writeOut(option: string, file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw failure(
      'input',
      'out-unwritable',
      `--${option} ${file} cannot be written: ${(error as Error).message}`,
      { hint: 'Name a file in a folder that is there.' },
    );
  }
}
