import { sh } from '../../containerfile/quote.ts';
import type { Stage } from '../stage.ts';
import { isQuiet, type ShellCommand, type Unit } from './script.ts';

/** What a script has told its shell, for the commands after it. */
export interface ShellState {
  /** Whether it stops at the first failure. */
  isStrict: boolean;
  hasPipefail: boolean;
  /** Where it was before it went where it is. */
  previous?: string;
  /** Where it goes back to, the last one first. */
  readonly pushed: string[];
  readonly assigned: Map<string, { readonly value: string; isExported: boolean }>;
}

/** Commands that change their shell, or leave it, in ways that are not followed. */
const CHANGES_SHELL =
  /(?:^|[\s;&|({!])(?:cd|export|set|source|\.|eval|exec|exit|return|alias|trap|umask|pushd|popd|unset|shift|readonly|declare|typeset|local|shopt|function|read|mapfile|getopts)(?=\s|$)|(?:^|[;&|({]|\bthen\b|\bdo\b|\belse\b)\s*[A-Za-z_]\w*\+?=|^\s*[\w-]+\s*\(\)/m;

/** Whether what comes after a unit may depend on what it did to the shell. */
export function changesShell({ code, commands }: Unit): boolean {
  const isPipeline = commands.length > 1;
  if (isPipeline) return false;
  const [command] = commands;
  // Of a simple command only the beginning counts: an argument may be any word.
  if (command !== undefined) {
    return command.name === undefined || CHANGES_SHELL.test(command.name.text);
  }
  return code === undefined || CHANGES_SHELL.test(code);
}

/** Follows `cd`, `export`, `set` and assignments: false where one of them is not understood. */
export function follow(command: ShellCommand, stage: Stage, state: ShellState): boolean {
  const { args, assignments, input } = command;
  if (!isQuiet(command) || input !== undefined || args.some(({ isGlob }) => isGlob)) return false;
  const [program, ...words] = args.map(({ text }) => text);
  switch (program) {
    case undefined:
      for (const [name, value] of assignments) assign(name, value, false, stage, state);
      return true;
    case 'export':
      if (words.some((word) => word.startsWith('-') || !state.assigned.has(word))) return false;
      for (const word of words) assign(word, state.assigned.get(word)!.value, true, stage, state);
      for (const [name, value] of assignments) assign(name, value, true, stage, state);
      return true;
    case 'cd':
    case 'pushd':
    case 'popd':
      return assignments.length === 0 && enter([program, ...words], stage, state);
    case 'set':
      return assignments.length === 0 && set(words, state);
    default:
      return false;
  }
}

/** `cd`, also back by `-`, and bash's `pushd` and `popd`. */
function enter(
  [program, folder, ...others]: readonly string[],
  { scope }: Stage,
  state: ShellState,
): boolean {
  const isPop = program === 'popd';
  if (others.length > 0 || isPop !== (folder === undefined)) return false;
  const isBack = program === 'cd' && folder === '-';
  if (!isBack && folder !== undefined && /^(?:[-+]|$)/.test(folder)) return false;
  const to = isPop ? state.pushed.pop() : isBack ? state.previous : folder!;
  if (to === undefined) return false;
  if (program === 'pushd') state.pushed.push(scope.cwd);
  state.previous = scope.cwd;
  scope.cwd = normal(to.startsWith('/') ? to : `${scope.cwd}/${to}`);
  return true;
}

function normal(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

function assign(name: string, value: string, isExported: boolean, { scope }: Stage, state: ShellState): void {
  scope.variables.set(name, value);
  state.assigned.set(name, {
    value,
    isExported: isExported || (state.assigned.get(name)?.isExported ?? false),
  });
}

/** Tracing has no trace in the image, and what -u would find is found here. */
function set(words: readonly string[], state: ShellState): boolean {
  for (let at = 0; at < words.length; at++) {
    const [, sign, letters] = /^([-+])([euxvo]+)$/.exec(words[at]!) ?? [];
    if (letters === undefined) return false;
    const isOn = sign === '-';
    if (letters.includes('e')) state.isStrict = isOn;
    for (const letter of letters) {
      if (letter !== 'o') continue;
      const name = words[++at];
      if (name === 'pipefail') state.hasPipefail = isOn;
      else if (name === 'errexit') state.isStrict = isOn;
      else if (name !== 'nounset' && name !== 'xtrace') return false;
    }
  }
  return words.length > 0;
}

/** Programs of RHEL that look at no variables of a build's but those in their arguments. */
const PLAIN = new RegExp(
  `^(?:${[
    ...[
      'mkdir',
      'rmdir',
      'ln',
      'chmod',
      'chown',
      'chgrp',
      'rm',
      'mv',
      'cp',
      'install',
      'touch',
      'sed',
      'tar',
    ],
    ...['echo', 'printf', 'cat', 'tee', 'find', 'test', 'grep', 'useradd', 'groupadd', 'usermod', 'passwd'],
    ...['depmod', 'ldconfig', 'restorecon', 'semodule', 'setsebool', 'setcap', 'alternatives', 'authselect'],
    ...['update-ca-trust', 'update-crypto-policies', 'fips-mode-setup', 'systemctl', 'curl', 'wget'],
    ...['dnf', 'yum', 'microdnf', 'rpm', 'rpm-ostree'],
  ].join('|')})(?![\\w-])[^|;&]*$`,
);

/** What code that is left to run needs to be told first: variables and the working directory. */
export function stateBefore(code: string, stage: Stage, state: ShellState): string[] {
  const { args, env, scope } = stage;
  const isNamed = (name: string) => new RegExp(`\\$\\{?[!#]?${name}\\b`).test(code);
  const exported = new Map<string, string>();
  for (const [name, value] of args) {
    if (value !== undefined && !env.has(name) && (isNamed(name) || !PLAIN.test(code)))
      exported.set(name, value);
  }
  for (const [name, value] of env) if (isNamed(name) || !PLAIN.test(code)) exported.set(name, value);
  const local = new Map<string, string>();
  for (const [name, { value, isExported }] of state.assigned) {
    exported.delete(name);
    if (isExported || args.has(name) || env.has(name)) exported.set(name, value);
    else if (isNamed(name)) local.set(name, value);
  }
  const pairs = (values: ReadonlyMap<string, string>) =>
    [...values].map(([name, value]) => `${name}=${sh(value)}`).join(' ');
  return [
    ...(state.hasPipefail && code.includes('|') ? ['set -o pipefail'] : []),
    ...(exported.size > 0 ? [`export ${pairs(exported)}`] : []),
    ...(local.size > 0 ? [pairs(local)] : []),
    ...(scope.cwd === '/' ? [] : [`cd ${sh(scope.cwd)}`]),
  ];
}
