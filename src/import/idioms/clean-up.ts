import { argsOf, type Idiom } from '../scope.ts';

/** What a build's own steps do at their end, or what has no trace in the image. */
const COMMANDS: readonly RegExp[] = [
  /^ostree container commit$/,
  /^bootc container lint(?: --[a-z-]+)*$/,
  /^rpm-ostree cleanup(?: -[a-z]+| --[a-z]+)+$/,
  /^(?:dnf|yum|microdnf)(?: -[a-z]| --[a-z]+)* clean (?:all|metadata|packages|dbcache|expire-cache)(?: -[a-z]| --[a-z]+)*$/,
  /^(?:dnf|yum|microdnf)(?: -[a-z]| --[a-z]+)* makecache(?: -[a-z]| --[a-z]+)*$/,
  /^(?:true|:)$/,
];

/** Logs and caches of package managers. Nothing in /var ships. */
const CACHES =
  /^\/var\/(?:cache(?:\/(?:dnf|yum|libdnf5|rpm-ostree|ldconfig|\*).*)?|cache\/?|lib\/(?:dnf|yum)(?:\/.*)?|log\/(?:dnf|yum|hawkey|rhsm)[^/]*)\/?$/;

export const cleanUp: Idiom = {
  name: 'clean-up',
  examples: [
    { code: 'dnf clean all', becomes: 'nothing: every step cleans up after itself' },
    { code: 'ostree container commit', becomes: 'nothing: the build ends its RUNs by itself' },
    { code: 'rm -rf /var/cache/dnf', becomes: 'nothing: every step cleans up after itself' },
  ],
  recognize(found) {
    const args = argsOf(found) ?? [];
    const words = args.map(({ text }) => text);
    // The arguments of rm are patterns more often than not.
    if (isRemoval(words) && pathsOf(words).every(isCache)) return {};
    const hasGlob = args.some(({ isGlob }) => isGlob);
    return !hasGlob && COMMANDS.some((expression) => expression.test(words.join(' '))) ? {} : undefined;
  },
};

export function isCache(path: string): boolean {
  return CACHES.test(path);
}

/** Whether it is `rm` with the usual options, and something to remove. */
export function isRemoval([program, ...rest]: readonly string[]): boolean {
  return (
    program === 'rm' &&
    rest.every(
      (word) => !word.startsWith('-') || /^-[rfRv]+$/.test(word) || /^--(?:force|recursive)$/.test(word),
    ) &&
    rest.some((word) => !word.startsWith('-'))
  );
}

export function pathsOf([, ...rest]: readonly string[]): string[] {
  return rest.filter((word) => !word.startsWith('-'));
}
