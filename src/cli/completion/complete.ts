import { resolve } from 'node:path';
import type { Argv } from 'yargs';
import { type Level, levelOf, nameOf, type Option } from './definitions.ts';
import { type NameKind, namesIn } from './names.ts';

/** What may stand where the cursor is: names to choose from, or any file or folder. */
type Offer = 'files' | 'folders' | readonly Candidate[];

interface Candidate {
  readonly text: string;
  readonly summary?: string;
}

/** What arguments and options of these names are, of one verb or of all. Of others, the choices; or else any file, as a shell has it. */
const ARGUMENTS: Readonly<Record<string, 'folders' | readonly NameKind[]>> = {
  pool: ['pools'],
  'build --pool': ['pools', 'clusters'],
  'pin hold --pool': ['pools', 'clusters'],
  'pin release --pool': ['pools', 'clusters'],
  from: ['pools', 'clusters'],
  to: ['pools', 'clusters'],
  path: [],
  release: [],
  revision: [],
  image: [],
  dir: 'folders',
};
const OPTIONS: Readonly<Record<string, 'folders' | readonly NameKind[]>> = {
  directory: 'folders',
  to: 'folders',
  'pin rollback --to': [],
  'explain --from': 'folders',
  entitlement: 'folders',
  cluster: ['clusters'],
  layer: ['layers'],
  release: ['releases'],
};

/**
 * For the scripts of the shells: a line that says what is offered (`names`, `files` or `folders`), and then a name a line,
 * each with a tab and its summary. `words` are those after `layers`, and the last one is the one that is being typed.
 */
export async function complete(words: readonly string[], cli: Argv): Promise<string> {
  const offer = await offerFor(joined(words), cli).catch(() => []);
  if (typeof offer === 'string') return `${offer}\n`;
  const lines = offer.map(({ text, summary }) => (summary === undefined ? text : `${text}\t${summary}`));
  return ['names', ...lines].map((line) => `${line}\n`).join('');
}

/** bash takes `--engine=podman` for three words. */
function joined(words: readonly string[]): string[] {
  const whole: string[] = [];
  for (const [index, word] of words.entries()) {
    const isGlued = whole.length > 0 && (word === '=' || words[index - 1] === '=');
    if (isGlued) whole.push(`${whole.pop()}${word}`);
    else whole.push(word);
  }
  return whole;
}

interface Typed {
  level: Level;
  /** The words that name the verb. */
  verb: string[];
  options: Map<string, Option>;
  choices: Map<string, readonly string[]>;
  /** The values of options that were given, by name. */
  values: Map<string, string>;
  arguments: string[];
  /** An option whose value comes next. */
  open?: Option | undefined;
  hasOptionsEnded: boolean;
}

async function offerFor(words: readonly string[], cli: Argv): Promise<Offer> {
  const current = words.at(-1) ?? '';
  const typed: Typed = {
    level: levelOf(cli),
    verb: [],
    options: new Map(),
    choices: new Map(),
    values: new Map(),
    arguments: [],
    hasOptionsEnded: false,
  };
  know(typed, typed.level);
  for (const word of words.slice(0, -1)) await read(typed, word);
  const starting = (candidates: readonly Candidate[]) =>
    candidates.filter(({ text }) => text.startsWith(current));
  const found = candidatesFor(typed, current);
  return typeof found === 'string' ? found : starting(found);
}

function know(typed: Typed, level: Level): void {
  typed.level = level;
  for (const option of level.options) {
    for (const name of [option.name, ...option.aliases]) typed.options.set(name, option);
  }
  for (const [name, choices] of Object.entries(level.choices)) typed.choices.set(name, choices);
}

async function read(typed: Typed, word: string): Promise<void> {
  if (typed.open !== undefined) {
    typed.values.set(typed.open.name, word);
    typed.open = undefined;
  } else if (!typed.hasOptionsEnded && word === '--') typed.hasOptionsEnded = true;
  else if (!typed.hasOptionsEnded && /^-./.test(word)) {
    const [, name = '', value] =
      /^--(?:no-)?([^=]+)(?:=(.*))?$/s.exec(word) ?? /^-(.)=?(.+)?$/s.exec(word) ?? [];
    const option = typed.options.get(name);
    if (option === undefined) return;
    typed.values.set(option.name, value ?? '');
    if (option.takesValue && value === undefined) typed.open = option;
  } else {
    const verb = typed.level.verbs.get(word);
    if (verb === undefined) typed.arguments.push(word);
    else {
      typed.verb.push(word);
      know(typed, await verb.enter());
    }
  }
}

function candidatesFor(typed: Typed, current: string): Offer {
  const { level, open } = typed;
  if (open !== undefined) return valuesOf(open.name, typed, OPTIONS);
  if (!typed.hasOptionsEnded && current.startsWith('-')) {
    const [, name] = /^--([^=]+)=/.exec(current) ?? [];
    const option = name === undefined ? undefined : typed.options.get(name);
    if (option === undefined) return optionsOf(typed);
    const values = valuesOf(option.name, typed, OPTIONS);
    return typeof values === 'string' ? values : values.map(({ text }) => ({ text: `--${name}=${text}` }));
  }
  if (level.verbs.size > 0) {
    if (typed.arguments.length > 0) return [];
    return [...level.verbs].map(([text, { summary }]) => ({ text, summary }));
  }
  const last = level.arguments.at(-1);
  const next = level.arguments[typed.arguments.length] ?? (/\.\.[>\]]$/.test(last ?? '') ? last : undefined);
  if (next === undefined) return optionsOf(typed);
  if (nameOf(next) === next) return [{ text: next }];
  return valuesOf(nameOf(next), typed, ARGUMENTS);
}

function optionsOf({ options, values }: Typed): Candidate[] {
  return [...new Set(options.values())]
    .filter(({ name, mayRepeat }) => mayRepeat || !values.has(name))
    .map(({ spelling, summary }) => ({ text: spelling, summary }));
}

function valuesOf(name: string, typed: Typed, kinds: typeof OPTIONS): Offer {
  const choices = typed.choices.get(name);
  if (choices !== undefined) return choices.map((text) => ({ text }));
  const kind = kinds[`${typed.verb.join(' ')} --${name}`] ?? kinds[name];
  if (kind === undefined) return 'files';
  if (kind === 'folders') return 'folders';
  const names = namesIn(resolve(typed.values.get('directory') ?? '.'));
  return kind
    .flatMap((one) => names[one])
    .filter((text) => !typed.arguments.includes(text))
    .map((text) => ({ text }));
}
