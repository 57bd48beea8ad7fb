import * as z from 'zod';
import { ARCHITECTURES, fromRpmArchitecture } from './architecture.ts';
import { auth } from './build-secret.ts';
import { sha256 } from './digest.ts';
import { parseSourcePath, SOURCE } from './paths.ts';
import { basenameOf, HTTP, IN_THE_CLEAR, isSafeForSecrets, parseHttpUrl } from './url.ts';
import { oneOfKeys, ValueError, value } from './value.ts';

/** A name that dnf takes for a file's, and that no shell glob changes. */
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._+~^-]*\.rpm$/;

const HINT = 'dnf tells files from package names by the ending .rpm: name-version-release.arch.rpm.';

const rpmUrl = value(
  (text) => {
    const url = parseHttpUrl(text);
    if (!FILE_NAME.test(basenameOf(url)))
      throw new ValueError('this URL does not end in the name of an RPM', HINT);
    return url;
  },
  { pattern: HTTP },
);

const rpmFile = value(
  (text) => {
    const path = parseSourcePath(text);
    if (!FILE_NAME.test(fileNameOf(path))) throw new ValueError('this file is not named as an RPM is', HINT);
    return path;
  },
  { pattern: new RegExp(`(?=${SOURCE.source})^.*/${FILE_NAME.source.slice(1)}`, 'u') },
);

/** One RPM, by URL or as a file below `layers/files/`. */
export const rpm = z
  .strictObject({
    url: rpmUrl.optional().describe('Where the build downloads it from: http or https, without credentials.'),
    file: rpmFile
      .optional()
      .describe(
        'The RPM as a file below `layers/`: `files/<name>.rpm`. Not for `machineOSConfig`, whose builds have no context.',
      ),
    sha256: sha256
      .optional()
      .describe(
        'Its sum, 64 hexadecimal digits. The build checks it before it installs; a file is checked by the compiler, too.',
      ),
    auth: auth.optional().describe('With `url`: how the download is authorised.'),
    architecture: z
      .enum(ARCHITECTURES)
      .optional()
      .describe(
        'The one architecture that it is for, where a pool has several. Default: what its name says, or all.',
      ),
  })
  .superRefine((props, context) => {
    if ((props.url === undefined) === (props.file === undefined)) {
      context.addIssue({
        code: 'custom',
        message: 'an RPM has either a url or a file',
        params: { hint: 'Write { url: https://… } or { file: files/… }.' },
      });
      return;
    }
    const its = fromRpmArchitecture(rpmNevra(props)?.arch ?? '');
    if (props.architecture !== undefined && its !== undefined && its !== props.architecture) {
      context.addIssue({
        code: 'custom',
        path: ['architecture'],
        message: `by its name this RPM is for ${its}`,
        params: { hint: `Leave architecture out, or name the RPM for ${props.architecture}.` },
      });
    }
    if (props.auth === undefined) return;
    if (props.url === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['auth'],
        message: 'a file of this repository needs no auth',
      });
    } else if (!isSafeForSecrets(props.url)) {
      context.addIssue({ code: 'custom', path: ['url'], ...IN_THE_CLEAR });
    }
  })
  .meta(oneOfKeys('url', 'file'));

export type Rpm = z.output<typeof rpm>;

/** The name of its file, `systemd-252-46.el9_4.x86_64.rpm`. */
export function rpmFileName({ url, file }: Rpm): string {
  return url === undefined ? fileNameOf(file!) : basenameOf(url);
}

function fileNameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** What a file is named for: name-version-release.arch.rpm. Undefined where it is named otherwise. */
export function rpmNevra(rpm: Rpm): { name: string; version: string; arch: string } | undefined {
  const [, name, version, arch] = /^(.+)-([^-]+-[^-]+)\.([^.]+)\.rpm$/.exec(rpmFileName(rpm)) ?? [];
  return name === undefined ? undefined : { name, version: version!, arch: arch! };
}

/** The package that a file is named for. One of 32 bits may be installed beside that of 64 bits: it is told apart as dnf does, `glibc.i686`. */
export function rpmPackage(rpm: Rpm): string | undefined {
  const { name, arch = '' } = rpmNevra(rpm) ?? {};
  return /^i\d86$/.test(arch) ? `${name}.${arch}` : name;
}

/**
 * A package by what `dnf install` takes: name, name.arch or name-version-release, and both. Names have dashes, dots and
 * digits of their own: a version is told by its release, as both begin with a digit.
 */
export function packageOf(spec: string): { readonly name: string; readonly version?: string } {
  const [, bare = spec, arch = ''] = /^(.+)\.(x86_64|noarch|i\d86|aarch64|ppc64le|s390x)$/.exec(spec) ?? [];
  const [, name = bare, version] = /^(.+)-((?:\d+:)?\d[^-:]*-\d[^-:]*)$/.exec(bare) ?? [];
  return { name: arch.startsWith('i') ? `${name}.${arch}` : name, ...(version !== undefined && { version }) };
}
