import { execFile } from 'node:child_process';
import { failure, type LayersError } from '../diagnostics.ts';
import type { EngineName } from './engine.ts';

/** What keeps an engine that is here from working, by what its `info` prints, and what helps. */
const CAUSES: readonly (readonly [RegExp, (match: RegExpExecArray) => string])[] = [
  [
    /exec: \\*"new[ug]idmap\\*": executable file not found/,
    () => 'Without root it needs newuidmap and newgidmap: `apt install uidmap`, `dnf install shadow-utils`.',
  ],
  [
    /new[ug]idmap: write to [ug]id_map failed|cannot set up namespace/,
    () =>
      'Nobody but root gets a user namespace here, as in a container with `allowPrivilegeEscalation: false`: allow it, or build as root.',
  ],
  [
    /can't stat program \\*"([^"\\]+)/,
    ([, program]) =>
      `storage.conf has ${program} as its mount_program: install it (\`apt install fuse-overlayfs\`), or take the line out, since the kernel needs none from 5.13 on.`,
  ],
  [
    /overwritten by graph driver \\*"([^"\\]+)\\*" from database/,
    ([, driver]) =>
      `podman remembers the storage driver ${driver} of its first start: \`podman system reset\` forgets it, with all images and containers.`,
  ],
  [
    /driver not supported|prerequisites for driver not satisfied/,
    () =>
      'Choose another storage driver, by $STORAGE_DRIVER or in storage.conf: overlay, or vfs, which works everywhere and copies the whole image for each instruction.',
  ],
  [
    /XDG_RUNTIME_DIR directory/,
    () => 'sudo and su leave the variable as it was for another user: log in as this one, or unset it.',
  ],
  [
    /stat (\/[^\s:"\\]+): permission denied/,
    ([, path]) => `${path} is another user's: look at $HOME, $CONTAINERS_STORAGE_CONF and $XDG_CONFIG_HOME.`,
  ],
  [
    /stat (\/[^\s:"\\]+): no such file/,
    ([, path]) => `There is no ${path}: look at $CONTAINERS_STORAGE_CONF and $CONTAINERS_CONF.`,
  ],
];

/** An engine's version, where it is here and can open its store. Throws with what is in the way, and what helps. */
export async function probe(name: EngineName): Promise<string> {
  // Its version says that it is here, and not that it works: `info` opens the store, as the build will.
  const [version, info] = await Promise.all([run(name, ['--version']), run(name, ['info'])]);
  if (version.code === 'ENOENT') {
    throw failure('build', 'no-engine', `${name} is not here`, {
      hint: `Install it (\`apt install ${name}\`, \`dnf install ${name}\`), or choose another engine by --engine.`,
    });
  }
  if (version.code !== 0) throw unusable(name, version);
  if (info.code !== 0) throw unusable(name, info);
  return /\d+\.\d+\.\d+/.exec(version.stdout)?.[0] ?? version.stdout.trim();
}

interface Finished {
  /** An exit code, or node's reason why there is none. */
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

function run(name: EngineName, args: readonly string[]): Promise<Finished> {
  return new Promise((resolve) => {
    execFile(name, args, { timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? error.signal ?? 'unknown'), stdout, stderr });
    });
  });
}

function unusable(name: EngineName, { code, stderr }: Finished): LayersError {
  const found = CAUSES.map(([pattern, explain]) => {
    const match = pattern.exec(stderr);
    return match && explain(match);
  }).find((hint) => hint !== null);
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  return failure('build', 'engine-unusable', `${name} is here, but does not work: ${says(lines) ?? code}`, {
    hint: found ?? `\`${name} info\` has to work first.`,
    ...(lines.length > 0 && { detail: lines.slice(-8).join('\n') }),
  });
}

/** The line that says most: the last error, without what is around it. */
function says(lines: readonly string[]): string | undefined {
  const error = lines.findLast((line) => /^Error:|level=(?:error|fatal)/.test(line)) ?? lines.at(-1);
  const message = error && (/ msg="(.*)"$/.exec(error)?.[1]?.replaceAll('\\"', '"') ?? error);
  return message?.replace(/^Error: /, '').slice(0, 300);
}
