import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this package, whether it runs from lib/ or from src/. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!isPackage(folder)) folder = dirname(folder);
  return folder;
}

function isPackage(folder: string): boolean {
  if (folder === dirname(folder)) throw new Error('this package has lost its package.json');
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).name === 'cdk8s-os-layers';
  } catch {
    return false;
  }
}
