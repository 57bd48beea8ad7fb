import { execFile } from 'node:child_process';
import { failure } from '../diagnostics.ts';

export interface KubeOptions {
  /** A context of the kubeconfig. Default: its current one. */
  readonly context?: string | undefined;
  /** Default: what oc and kubectl take. */
  readonly kubeconfig?: string | undefined;
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
}

export interface Outcome {
  /** The exit code; undefined where a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Both take the same arguments. OpenShift's own comes first: a login by it is the likelier one. */
const COMMANDS = ['oc', 'kubectl'];
const LARGEST_OUTPUT = 64 << 20;

/** What names the cluster, for any of the commands. */
export function clusterArguments({ context, kubeconfig }: KubeOptions): string[] {
  return [
    ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]),
    ...(context === undefined ? [] : ['--context', context]),
  ];
}

/** Runs the system's oc or kubectl, whatever its exit code: it knows every way to log in to a cluster. */
export async function runKube(args: readonly string[], options: KubeOptions): Promise<Outcome> {
  const all = [...clusterArguments(options), '--request-timeout=30s', ...args];
  for (const command of COMMANDS) {
    const outcome = await start(command, all, options);
    if (outcome !== undefined) return outcome;
  }
  throw failure('remote', 'kubectl-missing', 'neither oc nor kubectl is here, to speak to the cluster', {
    hint: "Install one of them, and log in: `oc` is on the cluster's web console, under the question mark.",
  });
}

/** Undefined where there is no such command. */
function start(
  command: string,
  args: readonly string[],
  { env = process.env }: KubeOptions,
): Promise<Outcome | undefined> {
  return new Promise((resolve, reject) => {
    const options = {
      // Its messages are compared with, so they have to be in English.
      env: { ...env, LC_ALL: 'C', LANGUAGE: 'C' },
      maxBuffer: LARGEST_OUTPUT,
    };
    const child = execFile(command, [...args], options, (error, stdout, stderr) => {
      if (error?.code === undefined || typeof error.code === 'number')
        return resolve({ code: error ? (error.code ?? undefined) : 0, stdout, stderr });
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return resolve(undefined);
      reject(
        failure('remote', 'cluster-failed', `${command} cannot be started: ${error.message}`, {
          hint: 'Check that it may be executed, and is made for this machine.',
        }),
      );
    });
    // It asks for a password where it may, and nobody would see the question.
    child.stdin?.on('error', () => {});
    child.stdin?.end();
  });
}
