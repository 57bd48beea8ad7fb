import { readFileSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import yaml from 'js-yaml';
import { failure } from '../diagnostics.ts';
import { packageRoot } from './package-root.ts';

/** The file that `cdk8s synth` reads. */
export const CONFIG = 'cdk8s.yaml';

/** What of cdk8s.yaml matters here. */
export interface Config {
  /** The command of an app that is not the one for documents that comes with this package. */
  readonly foreignApp?: string;
  /** Whether cdk8s would have the app write down what each object was made by. */
  readonly recordsMetadata: boolean;
}

export function readConfig(root: string): Config {
  const { app, output, validations } = parse(root);
  if (typeof output === 'string' && resolve(root, output) !== resolve(root, 'dist')) {
    throw failure('input', 'output-not-dist', `cdk8s.yaml has ${output} for its output`, {
      hint: 'Write output: dist. That is where `layers` and those who review look for manifests and builds.',
      origin: { file: CONFIG, document: 0, path: ['output'] },
    });
  }
  return {
    ...(typeof app === 'string' && !isOwn(root, app) && { foreignApp: app }),
    recordsMetadata: Array.isArray(validations) ? validations.length > 0 : validations !== undefined,
  };
}

function parse(root: string): { app?: unknown; output?: unknown; validations?: unknown } {
  let config: unknown;
  try {
    config = yaml.load(readFileSync(join(root, CONFIG), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    const { message, mark } = error as Error & { mark?: { position: number } };
    throw failure('input', 'invalid-yaml', `cdk8s.yaml cannot be read: ${message.split('\n')[0]}`, {
      origin: { file: CONFIG, ...(mark && { offset: mark.position }) },
    });
  }
  return typeof config === 'object' && config !== null ? config : {};
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
