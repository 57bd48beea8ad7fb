import { type GitOptions, gitIn } from './run.ts';

/** What a file was in a commit. */
export interface PastText {
  readonly commit: string;
  readonly text: string;
}

/** The past of files, by paths relative to the directory. */
export interface Past {
  /** A file's texts, the latest first, wherever a commit changed it; also those of a branch that is being merged. */
  texts(path: string, options?: { readonly merging: boolean }): AsyncGenerator<PastText>;
  /** The id of a commit that somebody named; undefined where it is none. */
  commit(name: string): Promise<string | undefined>;
  /** A file's text in a commit; undefined where it is not in it. */
  textAt(commit: string, path: string): Promise<string | undefined>;
  /** A file as one side of a merge that is under way has it: 2 for ours, 3 for theirs. */
  staged(side: 2 | 3, path: string): Promise<string | undefined>;
  /** Whether what is here is not all of it. */
  isShallow(): Promise<boolean>;
}

/** The past of what a directory is in; one without any where that is no work tree. */
export function openPast(directory: string, options: GitOptions = {}): Past {
  const run = gitIn(directory, options);
  const show = async (object: string) => {
    const { code, stdout } = await run(['show', object]);
    return code === 0 ? stdout : undefined;
  };
  const commit = async (name: string) => {
    if (name.startsWith('-')) return undefined;
    const { code, stdout } = await run(['rev-parse', '--verify', '--quiet', `${name}^{commit}`]);
    return code === 0 ? stdout.trim() : undefined;
  };
  const textAt = (commit: string, path: string) => show(`${commit}:./${path}`);
  return {
    async *texts(path, { merging } = { merging: false }) {
      const other = merging ? await commit('MERGE_HEAD') : undefined;
      const from = ['HEAD', ...(other === undefined ? [] : [other])];
      const { code, stdout } = await run(['log', '--format=%H', ...from, '--', path]);
      if (code !== 0) return;
      for (const commit of stdout.split('\n').filter(Boolean)) {
        const text = await textAt(commit, path);
        if (text !== undefined) yield { commit, text };
      }
    },
    commit,
    textAt,
    staged: (side, path) => show(`:${side}:./${path}`),
    isShallow: async () => (await run(['rev-parse', '--is-shallow-repository'])).stdout.trim() === 'true',
  };
}
