import type { RunGit } from './run.ts';

/** A URL as it is written, what git makes of it, and by which kind of rule another is given. */
interface Rewritten {
  readonly written: string;
  readonly url: string;
  readonly rule: 'insteadOf' | 'pushInsteadOf';
}

/**
 * What to add to git's environment for a remote whose URL has a password or a token in it, as it is written or as
 * `insteadOf` makes it: git gives the programs that it runs the whole URL as an argument, where everybody on the machine
 * may read it.
 */
export async function hiddenCredentials(
  run: RunGit,
  remote: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<NodeJS.ProcessEnv> {
  const settings: [string, string][] = [];
  const secrets: NodeJS.ProcessEnv = {};
  for (const [index, { written, url, rule }] of (await urlsOf(run, remote)).entries()) {
    const [, scheme, user, host, path] = /^(https?:\/\/)([^/]*)@([^/@]+)(.*)$/is.exec(url) ?? [];
    if (scheme === undefined) continue;
    const [, username, password] = /^([^:]*)(?::(.*))?$/s.exec(user!)!;
    const place = `credential.${scheme}${host}`;
    // The longest text that a rule is for decides: nothing is longer than all of it.
    settings.push([`url.${scheme}${host}${path}.${rule}`, written]);
    if (password === undefined) settings.push([`${place}.username`, decoded(username!)]);
    else {
      settings.push([`${place}.helper`, ''], [`${place}.helper`, helper(index)]);
      secrets[`LAYERS_GIT_USERNAME_${index}`] = decoded(username!);
      secrets[`LAYERS_GIT_PASSWORD_${index}`] = decoded(password);
    }
  }
  return settings.length === 0 ? {} : { ...withConfig(env, settings), ...secrets };
}

/** All URLs of a remote, to fetch from and to push to; or the one that is its name. */
async function urlsOf(run: RunGit, remote: string): Promise<Rewritten[]> {
  const listed = async (...args: string[]) =>
    (await run(args)).stdout.split('\n').filter((line) => line !== '');
  const [written, toPush, fetched, pushed] = await Promise.all([
    listed('config', '--get-all', `remote.${remote}.url`),
    listed('config', '--get-all', `remote.${remote}.pushurl`),
    listed('remote', 'get-url', '--all', remote),
    listed('remote', 'get-url', '--all', '--push', remote),
  ]);
  const pairs = (texts: readonly string[], urls: readonly string[], rule: Rewritten['rule']) =>
    texts.map((text, index) => ({ written: text, url: urls[index] ?? text, rule }));
  const [first] = await listed('ls-remote', '--get-url', remote);
  if (written.length === 0) return pairs([remote], [first ?? remote], 'insteadOf');
  const isOwn = toPush.length > 0;
  const others = pairs(isOwn ? toPush : written, pushed, isOwn ? 'insteadOf' : 'pushInsteadOf');
  return [
    ...pairs(written, fetched, 'insteadOf'),
    ...others.filter(({ url }, index) => isOwn || url !== fetched[index]),
  ];
}

function helper(index: number): string {
  return `!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" "$LAYERS_GIT_USERNAME_${index}" "$LAYERS_GIT_PASSWORD_${index}"; }; f`;
}

/** As git does it: what is no code stays. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Configuration by the environment, after what is there of it already. */
export function withConfig(
  env: NodeJS.ProcessEnv,
  settings: readonly (readonly [key: string, value: string])[],
): NodeJS.ProcessEnv {
  const first = Number(env.GIT_CONFIG_COUNT ?? 0) || 0;
  const added = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${first + index}`, key],
    [`GIT_CONFIG_VALUE_${first + index}`, value],
  ]);
  return { ...Object.fromEntries(added), GIT_CONFIG_COUNT: String(first + settings.length) };
}
