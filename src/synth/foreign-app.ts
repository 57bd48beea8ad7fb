import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlacedBuild } from '../compile/places.ts';
import type { Subject } from '../compile/subject.ts';
import { FINDINGS, type Found, PLACES } from '../constructs/findings.ts';
import { type Diagnostic, failure, hasErrors, LayersError } from '../diagnostics.ts';
import { CONFIG } from './config.ts';
import { type Files, readFiles } from './dist.ts';

/** Runs a repository's own app as cdk8s does, into a folder of ours. */
export function runForeignApp(
  root: string,
  command: string,
  recordsMetadata: boolean,
): {
  files: Files;
  findings: Diagnostic[];
  pools: Subject[];
  builds: readonly PlacedBuild[];
} {
  const work = mkdtempSync(join(tmpdir(), 'layers-synth-'));
  const outdir = join(work, 'dist');
  const findingsFile = join(work, 'findings');
  const placesFile = join(work, 'places');
  try {
    const run = spawnSync(command, {
      cwd: root,
      shell: true,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        CDK8S_RECORD_CONSTRUCT_METADATA: String(recordsMetadata),
        ...process.env,
        CDK8S_OUTDIR: outdir,
        [FINDINGS]: findingsFile,
        [PLACES]: placesFile,
      },
      maxBuffer: 64 * 1024 * 1024,
    });
    const { findings, pools } = readFindings(findingsFile);
    // The app may have caught them: what `layers` reports has a place in a file.
    if (hasErrors(findings)) throw new LayersError(findings);
    const said = `${run.stdout}${run.stderr}`;
    if (run.status !== 0)
      throw appFailed(`${command} ended with ${run.error?.message ?? run.signal ?? run.status}`, said);
    if (!existsSync(outdir)) throw appFailed(`${command} made no folder $CDK8S_OUTDIR`, said);
    return {
      files: onlyFiles(readFiles(outdir)),
      findings: [...findings, ...remarks(run.stderr)],
      pools,
      builds: readLines<readonly PlacedBuild[]>(placesFile).flat(),
    };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function onlyFiles(files: ReturnType<typeof readFiles>): Files {
  const plain = new Map<string, Uint8Array>();
  for (const [path, content] of files) {
    if (content === undefined) throw appFailed(`the app wrote dist/${path}, which is not a regular file`, '');
    plain.set(path, content);
  }
  return plain;
}

function appFailed(message: string, said: string): LayersError {
  return failure('input', 'app-failed', message, {
    hint: 'It is run as `cdk8s synth` runs it: by a shell, in the folder of cdk8s.yaml.',
    detail: lastLines(said),
    origin: { file: CONFIG, document: 0, path: ['app'] },
  });
}

/** What a program that succeeded had to say to people. */
function remarks(stderr: string): Diagnostic[] {
  if (stderr.trim() === '') return [];
  return [
    {
      code: 'app-said',
      severity: 'info',
      source: 'finding',
      message: 'the app of cdk8s.yaml wrote to stderr',
      detail: lastLines(stderr),
      origin: { file: CONFIG, document: 0, path: ['app'] },
    },
  ];
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-20).join('\n');
}

function readFindings(file: string): { findings: Diagnostic[]; pools: Subject[] } {
  const apps = readLines<Found>(file);
  return {
    findings: apps.flatMap(({ diagnostics }) => diagnostics),
    pools: apps.flatMap(({ pools }) => pools),
  };
}

/** What every LayersApp of the app wrote, a line each. */
function readLines<T>(file: string): T[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    // An app that has no LayersApp in it reports nothing.
    return [];
  }
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}
