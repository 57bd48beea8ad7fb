import yargs, { type Argv } from 'yargs';

/** What yargs knows and its types do not: how its own completion and help find the definitions. */
interface Definitions {
  getOptions(): {
    readonly key: Readonly<Record<string, boolean>>;
    readonly alias: Readonly<Record<string, readonly string[]>>;
    readonly array: readonly string[];
    readonly boolean: readonly string[];
    readonly choices: Readonly<Record<string, readonly string[]>>;
    readonly default: Readonly<Record<string, unknown>>;
    readonly hiddenOptions: readonly string[];
  };
  getInternalMethods(): {
    getCommandInstance(): { getCommandHandlers(): Readonly<Record<string, Handler>> };
    getUsageInstance(): { getDescriptions(): Readonly<Record<string, string | undefined>> };
  };
}

interface Handler {
  /** As it was defined: `build [pool..]`. */
  readonly original: string;
  readonly description: string | false;
  readonly builder: (yargs: Argv) => unknown;
}

export interface Option {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly takesValue: boolean;
  readonly mayRepeat: boolean;
  /** What typing it would change: for one that is on, `--no-push`. */
  readonly spelling: string;
}

/** What may come after the words of a command line that name a verb. */
export interface Level {
  readonly options: readonly Option[];
  readonly choices: Readonly<Record<string, readonly string[]>>;
  readonly verbs: ReadonlyMap<string, { readonly summary: string; enter(): Promise<Level> }>;
  /** The words after the verb: `<pool>`, `[to..]`, or one that is typed as it is, `add`. */
  readonly arguments: readonly string[];
}

/** What the definitions of a yargs say, and those of a verb once it is entered. */
export function levelOf(parser: Argv, words: readonly string[] = []): Level {
  const definitions = parser as unknown as Definitions;
  const { key, alias, array, boolean, choices, default: defaults, hiddenOptions } = definitions.getOptions();
  const internal = definitions.getInternalMethods();
  const descriptions = internal.getUsageInstance().getDescriptions();
  // Neither arguments nor second names, which yargs has among the options.
  const others = new Set([...words.map(nameOf), ...Object.keys(key).flatMap((name) => alias[name] ?? [])]);
  const options = Object.keys(key)
    .filter((name) => !others.has(name) && !hiddenOptions.includes(name))
    .map((name) => ({
      name,
      aliases: alias[name] ?? [],
      // yargs marks what it translates.
      summary: (descriptions[name] ?? '').replace(/^__yargsString__:/, ''),
      takesValue: !boolean.includes(name),
      mayRepeat: array.includes(name),
      spelling: defaults[name] === true ? `--no-${name}` : `--${name}`,
    }));
  const handlers = Object.entries(internal.getCommandInstance().getCommandHandlers());
  const verbs = new Map(
    handlers.flatMap(([word, { original, description, builder }]) => {
      if (description === false) return [];
      const enter = async () => {
        const inner = yargs([]);
        await builder(inner);
        return levelOf(inner, original.split(/\s+/).slice(1));
      };
      return [[word, { summary: description, enter }] as const];
    }),
  );
  return { options, choices, verbs, arguments: words };
}

/** The name in `<pool>` and `[to..]`. */
export function nameOf(word: string): string {
  return word.replace(/^[<[](.*?)(?:\.\.)?[>\]]$/, '$1');
}
