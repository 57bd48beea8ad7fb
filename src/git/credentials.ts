import type { RunGit } from './run.ts';

/** Git gives the programs that it runs a remote's whole URL as an argument, where everybody on the machine may read it. */
const HELPER =
  '!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" "$LAYERS_GIT_USERNAME" "$LAYERS_GIT_PASSWORD"; }; f';

/** What to add to git's environment for a remote whose URL has a password in it, so that it is on no command line. */
export async function hiddenCredentials(
  run: RunGit,
  remote: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<NodeJS.ProcessEnv> {
  const named = await run(['remote', 'get-url', '--push', remote]);
  const url = named.code === 0 ? named.stdout.trim() : remote;
  const [, scheme, username, password, host] = /^(https?:\/\/)([^:@/]*):([^@/]*)@([^/]+)/i.exec(url) ?? [];
  if (scheme === undefined) return {};
  return {
    ...withConfig(env, [
      [`url.${scheme}${host}/.insteadOf`, `${scheme}${username}:${password}@${host}/`],
      [`credential.${scheme}${host}.helper`, ''],
      [`credential.${scheme}${host}.helper`, HELPER],
    ]),
    LAYERS_GIT_USERNAME: decodeURIComponent(username!),
    LAYERS_GIT_PASSWORD: decodeURIComponent(password!),
  };
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
