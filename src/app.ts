#!/usr/bin/env node
// What cdk8s.yaml runs. stdout is left alone: `cdk8s synth` has its own use for it.
import { exitCodeOf, LayersError } from './diagnostics.ts';
import { ownApp } from './synth/own-app.ts';

try {
  ownApp(process.cwd()).synth();
} catch (error) {
  if (!(error instanceof LayersError)) throw error;
  const { printDiagnostics } = await import('./cli/report/diagnostics.ts');
  process.stderr.write(printDiagnostics(error.diagnostics, { root: process.cwd() }));
  process.exitCode = exitCodeOf(error.diagnostics);
}
