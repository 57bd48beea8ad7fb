import { fileMode, fileOwner } from '../../values/paths.ts';
import { type Idiom, resolvePath, untouched, wordsOf } from '../scope.ts';

/** The mode and owner of files that are known. */
export const attributes: Idiom = {
  name: 'chmod',
  examples: [
    {
      code: "echo 'exec agent' > /usr/libexec/start-agent && chmod 0755 /usr/libexec/start-agent",
      becomes: 'files',
    },
    { code: "echo 'key' > /etc/agent.key && chown agent:agent /etc/agent.key", becomes: 'files' },
  ],
  recognize(found, scope) {
    const [program, value, ...paths] = wordsOf(found) ?? [];
    if ((program !== 'chmod' && program !== 'chown') || value === undefined || paths.length === 0)
      return undefined;
    const files = paths.map((path) => untouched(scope, resolvePath(path, scope)));
    const first = files[0];
    // Of several pieces one could only be said by none.
    if (first === undefined || files.some((file) => file?.entry === undefined || file.piece !== first.piece))
      return undefined;
    const changes = files.map((file) => {
      if (program === 'chown') {
        return fileOwner.safeParse(value).success ? { owner: value } : undefined;
      }
      const mode = modeOf(value, file!.entry!.mode ?? '0644');
      return mode === undefined ? undefined : { mode };
    });
    if (changes.some((change) => change === undefined)) return undefined;
    for (const [index, file] of files.entries()) Object.assign(file!.entry!, changes[index]);
    return { into: first.piece };
  },
};

function modeOf(value: string, before: string): string | undefined {
  if (fileMode.safeParse(value).success) return value.padStart(4, '0');
  if (!/^[ua]?\+x$/.test(value)) return undefined;
  return (Number.parseInt(before, 8) | (value === 'u+x' ? 0o100 : 0o111)).toString(8).padStart(4, '0');
}
