import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import yaml from 'js-yaml';
import { FINDINGS } from '../constructs/findings.ts';
import { type Diagnostic, failure } from '../diagnostics.ts';
import { readFiles } from './dist.ts';

/** The command of cdk8s.yaml, where it is not the app for documents that comes with this package. */
export function foreignApp(root: string): string | undefined {
  let config: unknown;
  try {
    config = yaml.load(readFileSync(join(root, 'cdk8s.yaml'), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw failure('input', 'invalid-yaml', `cdk8s.yaml cannot be read: ${(error as Error).message}`);
  }
  const { app } = (config ?? {}) as { app?: unknown };
  if (typeof app !== 'string' || isOwn(root, app)) return undefined;
  return app;
}

function isOwn(root: string, app: string): boolean {
  const script = /^node\s+(\S+)$/.exec(app.trim())?.[1];
  if (script === undefined) return false;
  try {
    return realpathSync(resolve(root, script)) === realpathSync(join(packageRoot(), 'lib', 'app.js'));
  } catch {
    return false;
  }
}

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

/** Runs a repository's own app as cdk8s does, into a folder of ours. */
export function runForeignApp(
  root: string,
  command: string,
): { files: Map<string, Uint8Array>; findings: Diagnostic[] } {
  const outdir = mkdtempSync(join(tmpdir(), 'layers-synth-'));
  const findingsFile = `${outdir}.findings`;
  try {
    const run = spawnSync(command, {
      cwd: root,
      shell: true,
      encoding: 'utf8',
      env: { ...process.env, CDK8S_OUTDIR: outdir, [FINDINGS]: findingsFile },
      maxBuffer: 64 * 1024 * 1024,
    });
    const findings = readFindings(findingsFile);
    if (run.status === 0) return { files: readFiles(outdir), findings };
    throw failure('input', 'app-failed', `the app of cdk8s.yaml failed: ${command}`, {
      detail: `${run.stdout}${run.stderr}`.trim().split('\n').slice(-20).join('\n'),
      origin: { file: 'cdk8s.yaml', document: 0, path: ['app'] },
    });
  } finally {
    rmSync(outdir, { recursive: true, force: true });
    rmSync(findingsFile, { force: true });
  }
}

function readFindings(file: string): Diagnostic[] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Diagnostic[];
  } catch {
    return [];
  }
}
