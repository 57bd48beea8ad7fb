import { argsOf, type Idiom, resolvePath, wordsOf } from '../scope.ts';
import { isRemoval, pathsOf } from './clean-up.ts';
import { filesAt } from './rpm-arguments.ts';

/** Folders for files that steps put there. */
export const makeFolders: Idiom = {
  name: 'mkdir',
  examples: [{ code: "mkdir -p /etc/agent && echo 'a=1' > /etc/agent/agent.conf", becomes: 'files' }],
  recognize(found, scope) {
    const [program, ...words] = wordsOf(found) ?? [];
    // Without -p it fails where there is one, and then there is no image to be like.
    const paths = /^(?:-p|--parents|-pv|-v)$/.test(words[0] ?? '') ? words.slice(1) : words;
    if (program !== 'mkdir') return undefined;
    if (paths.length === 0 || paths.some((path) => path.startsWith('-'))) return undefined;
    return { waits: true, makes: paths.map((path) => resolvePath(path, scope)) };
  },
};

/** What was only there for the build. */
export const removeFiles: Idiom = {
  name: 'rm',
  examples: [
    {
      code: 'curl -O https://example.com/files/agent-7.1-1.x86_64.rpm && dnf install -y ./*.rpm && rm -f *.rpm',
      becomes: 'rpms',
    },
  ],
  recognize(found, scope) {
    const args = argsOf(found) ?? [];
    const words = args.map(({ text }) => text);
    const isFolder = words[0] === 'rmdir' && words.length > 1 && !words.some((word) => word.startsWith('-'));
    if (!isFolder && !isRemoval(words)) return undefined;
    const globs = new Set(args.flatMap(({ text, isGlob }) => (isGlob ? [text] : [])));
    const removes = pathsOf(words).map((path) => resolvePath(path, scope));
    for (const [index, path] of removes.entries()) {
      for (const file of filesAt(scope, path, globs.has(pathsOf(words)[index]!))) file.isRemoved = true;
      for (const file of scope.files.values()) {
        if (file.path.startsWith(`${path}/`)) file.isRemoved = true;
      }
    }
    return { waits: true, removes };
  },
};
