import * as z from 'zod';
import { sha256 } from '../values/digest.ts';
import { absolutePath, fileMode, fileOwner, sourcePath } from '../values/paths.ts';
import { httpUrl } from '../values/url.ts';
import { oneOfKeys } from '../values/value.ts';

/** A file, or a folder of files, as people write it. `where`: what its path is. */
export const fileProps = (where: string) =>
  z
    .strictObject({
      path: absolutePath.describe(`${where} \`\${release.kernel}\` and the like are replaced.`),
      content: z.string().optional().describe('Its text, byte for byte as UTF-8.'),
      source: sourcePath
        .optional()
        .describe(
          'Instead of `content`: a file below `layers/`, `files/<name>`, or a folder with all its files.',
        ),
      url: httpUrl
        .optional()
        .describe('Instead of `content`: where the build downloads it from. Needs its sha256.'),
      sha256: sha256
        .optional()
        .describe('The sum of what the URL gives, 64 hexadecimal digits. The build checks it first.'),
      mode: fileMode
        .optional()
        .describe(
          'Permissions in octal, in quotes. Default: "0644"; within a folder "0755" for what is executable, as in git.',
        ),
      owner: fileOwner
        .optional()
        .describe('`user` or `user:group`; the group is root where none is given. Default: root:root.'),
    })
    .superRefine(({ content, source, url, sha256: sum }, context) => {
      if ([content, source, url].filter((given) => given !== undefined).length !== 1) {
        context.addIssue({
          code: 'custom',
          message: 'a file has either a content, a source or a url',
          params: {
            hint: 'Write its text as content, a path below layers/files/ as source, or a url with its sha256.',
          },
        });
      } else if (url !== undefined && sum === undefined) {
        context.addIssue({
          code: 'custom',
          path: ['url'],
          message: 'what this URL gives may be another file tomorrow',
          params: {
            hint: 'Give its sha256, which `sha256sum <file>` prints, and a URL that names a version.',
          },
        });
      } else if (url === undefined && sum !== undefined) {
        context.addIssue({
          code: 'custom',
          path: ['sha256'],
          message: 'only a download is checked against a sum',
          params: { hint: 'Leave sha256 out: what is in git was reviewed.' },
        });
      }
    })
    .meta(oneOfKeys('content', 'source', ['url', 'sha256']));
