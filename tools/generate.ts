// Writes what is derived from the definitions in src/: the reference in docs/. test/docs holds that it is fresh.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { generated } from './generate/all.ts';

for (const [path, text] of generated()) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  process.stdout.write(`${path}\n`);
}
