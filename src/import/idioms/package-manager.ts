import { argsOf, type Found } from '../scope.ts';
import type { Arg } from '../shell/literal.ts';
import { readOptions } from './options.ts';

/** What a package manager is asked for. */
export interface Request {
  readonly verb: 'install' | 'update' | 'remove' | 'replace';
  readonly by: 'dnf' | 'rpm-ostree' | 'rpm';
  readonly operands: readonly Arg[];
  /** Ids of the only repositories to use. */
  readonly from: readonly string[];
}

/** Options that change nothing of what is installed. */
const QUIET = {
  '-y': 'flag',
  '--assumeyes': 'flag',
  '-q': 'flag',
  '--quiet': 'flag',
  '-v': 'flag',
  '--verbose': 'flag',
  '--refresh': 'flag',
  '-C': 'flag',
} as const;
const OSTREE = {
  '-y': 'flag',
  '--assumeyes': 'flag',
  '--idempotent': 'flag',
  '--allow-inactive': 'flag',
  '-A': 'flag',
  '--apply-live': 'flag',
} as const;

const DNF_VERBS: Readonly<Record<string, Request['verb']>> = {
  install: 'install',
  in: 'install',
  localinstall: 'install',
  update: 'update',
  upgrade: 'update',
  up: 'update',
  remove: 'remove',
  erase: 'remove',
  rm: 'remove',
};

interface Read extends Omit<Request, 'operands'> {
  readonly operands: readonly string[];
}

/** Reads a command of dnf, yum, microdnf, rpm-ostree or rpm, as far as a step can say it. */
export function readRequest(found: Found): Request | undefined {
  const args = argsOf(found) ?? [];
  const read = readCommand(args.map(({ text }) => text));
  if (read === undefined) return undefined;
  const isGlob = (word: string) => args.some((arg) => arg.text === word && arg.isGlob);
  return { ...read, operands: read.operands.map((text) => ({ text, isGlob: isGlob(text) })) };
}

function readCommand([program, ...rest]: readonly string[]): Read | undefined {
  if (program !== undefined && /^(?:\/usr\/bin\/)?(?:dnf|dnf-3|dnf5|yum|microdnf)$/.test(program))
    return readDnf(rest);
  if (program === 'rpm-ostree') return readOstree(rest);
  if (program === 'rpm') return readRpm(rest);
  return undefined;
}

function readDnf(words: readonly string[]): Read | undefined {
  const found = readOptions(words, { ...QUIET, '--repo': 'value', '--repoid': 'value' });
  const [name = '', ...operands] = found?.operands ?? [];
  const verb = Object.hasOwn(DNF_VERBS, name) ? DNF_VERBS[name]! : undefined;
  if (found === undefined || verb === undefined || operands.length === 0) return undefined;
  if (found.options.has('-C')) return undefined;
  const from = ['--repo', '--repoid'].flatMap((option) => found.options.get(option) ?? []);
  return { verb, by: 'dnf', operands, from: from.flatMap((ids) => ids.split(',')) };
}

function readOstree(words: readonly string[]): Read | undefined {
  const found = readOptions(words, OSTREE);
  const [name, ...operands] = found?.operands ?? [];
  if (found === undefined || operands.length === 0) return undefined;
  if (name === 'install') return { verb: 'install', by: 'rpm-ostree', operands, from: [] };
  const [kind, ...packages] = operands;
  if (name !== 'override' || packages.length === 0) return undefined;
  if (kind === 'replace') return { verb: 'replace', by: 'rpm-ostree', operands: packages, from: [] };
  if (kind === 'remove') return { verb: 'remove', by: 'rpm-ostree', operands: packages, from: [] };
  return undefined;
}

function readRpm(words: readonly string[]): Read | undefined {
  const flags = ['-i', '-U', '-v', '-h', '--install', '--upgrade', '--verbose', '--hash', '--quiet'];
  const found = readOptions(words, Object.fromEntries(flags.map((flag) => [flag, 'flag'] as const)));
  if (found === undefined || found.operands.length === 0) return undefined;
  const installs = ['-i', '-U', '--install', '--upgrade'].some((flag) => found.options.has(flag));
  return installs ? { verb: 'install', by: 'rpm', operands: found.operands, from: [] } : undefined;
}
