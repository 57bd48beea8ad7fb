import { failure, type LayersError, type Source } from '../diagnostics.ts';
import type { Outcome } from './run.ts';

interface Known {
  readonly says: RegExp;
  readonly source?: Source;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** What oc and kubectl say where a cluster, or the way to it, is not as it should be. The first that fits counts. */
const KNOWN: readonly Known[] = [
  {
    says: /context was not found for specified context|context "[^"]*" does not exist/,
    source: 'input',
    code: 'unknown-context',
    message: 'the kubeconfig has no such context',
    hint: '`oc config get-contexts` lists those that it has.',
  },
  {
    says: /^error: (?:stat|open) .*: no such file or directory/m,
    source: 'input',
    code: 'unknown-kubeconfig',
    message: 'there is no such kubeconfig',
    hint: 'Give its path: --kubeconfig <file>.',
  },
  {
    says: /Missing or incomplete configuration info|invalid configuration: no configuration|localhost:8080 was refused/,
    code: 'no-cluster',
    message: 'no cluster is known here',
    hint: 'Log in with `oc login`, or name a file: --kubeconfig <file>.',
  },
  {
    says: /You must be logged in|\(Unauthorized\)|provide credentials|^error: EOF$/m,
    code: 'not-logged-in',
    message: 'the cluster does not know who asks',
    hint: 'Log in with `oc login`: a token may have expired.',
  },
  {
    says: /\(Forbidden\)| is forbidden: /,
    code: 'cluster-forbidden',
    message: 'the cluster does not allow this',
    hint: 'What is missing is below: ask for a role that grants it.',
  },
  {
    says: /the server doesn't have a resource type|no matches for kind|could not find the requested resource/,
    code: 'unknown-resource',
    message: 'the cluster does not know this kind of object',
    hint: 'Is it the right cluster? OpenShift has MachineOSConfigs in this form from 4.18 on.',
  },
  {
    says: /Unable to connect to the server|The connection to the server \S+ was refused|i\/o timeout|no such host|context deadline exceeded|Client\.Timeout/,
    code: 'cluster-unreachable',
    message: 'the cluster cannot be reached',
    hint: 'What was tried is below: a VPN, a proxy or a certificate may be missing.',
  },
];

/** Says what oc or kubectl said, and what to do about it. */
export function kubeFailed({ code, stderr }: Outcome): LayersError {
  const detail = lastLines(stderr);
  const known: Omit<Known, 'says'> = KNOWN.find(({ says }) => says.test(detail)) ?? {
    code: 'cluster-failed',
    message: `oc or kubectl failed (${code === undefined ? 'killed' : `exit code ${code}`})`,
    hint: 'What it said is below.',
  };
  return failure(known.source ?? 'remote', known.code, known.message, {
    hint: known.hint,
    ...(detail && { detail }),
  });
}

/** Without the attempts that kubectl logs before it says what is wrong, and the question that nobody was there to answer. */
function lastLines(stderr: string): string {
  const lines = stderr.replaceAll('Please enter Username: ', '').trim().split('\n');
  const said = lines.filter((line) => !/^[EWI]\d{4} /.test(line));
  return (said.length > 0 ? said : lines).slice(-12).join('\n');
}
