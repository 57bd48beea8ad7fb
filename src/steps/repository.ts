import { z } from 'zod';
import { isText } from '../containerfile/context-file.ts';
import { shellTemplate } from '../containerfile/template.ts';
import { repositoryId } from '../values/names.ts';
import { sourcePath } from '../values/paths.ts';
import { httpUrl } from '../values/url.ts';
import { defineStep, type StepContext } from './step.ts';

const gpgkey = z
  .strictObject({
    url: httpUrl.optional().describe('Where dnf fetches it from.'),
    file: sourcePath
      .optional()
      .describe('An armored key below `layers/`, `files/<name>`, which is put into /etc/pki/rpm-gpg.'),
  })
  .superRefine(({ url, file }, context) => {
    if ((url === undefined) === (file === undefined)) {
      context.addIssue({
        code: 'custom',
        message: 'a key has either a url or a file',
        params: { hint: 'Write { url: https://… } or { file: files/… }.' },
      });
    }
  });

const writeText = shellTemplate(
  String.raw`
    {{#if directory}}mkdir -p {{sh directory}}{{/if}}
    printf '%s\n' {{lines text}} > {{sh path}}`,
  { directory: '', text: '', path: '' },
);
const removeFiles = shellTemplate('rm -f {{words paths}}', { paths: [''] });

export const repository = defineStep({
  name: 'repository',
  summary: 'Adds a dnf repository for the steps after it, and removes it at the end.',
  schema: z
    .strictObject({
      id: repositoryId.describe('Its id, which is also the name of its .repo file.'),
      baseurl: httpUrl.optional().describe("The repository's URL, the folder that holds repodata/."),
      metalink: httpUrl.optional().describe('Instead of `baseurl`: the URL of a metalink.'),
      gpgkey: gpgkey.optional().describe('The key that signs its packages. Needed unless gpgcheck is false.'),
      gpgcheck: z.boolean().optional().describe('Whether packages must be signed by the key. Default: true.'),
      keep: z.boolean().optional().describe('Keep the repository in the image. Default: false.'),
    })
    .superRefine(({ baseurl, metalink, gpgkey, gpgcheck }, context) => {
      if ((baseurl === undefined) === (metalink === undefined)) {
        context.addIssue({ code: 'custom', message: 'a repository has either a baseurl or a metalink' });
      }
      if (gpgcheck !== false && gpgkey === undefined) {
        context.addIssue({
          code: 'custom',
          message: 'packages are checked against a key, and none is given',
          params: {
            hint: 'Give gpgkey: { url: … } or { file: … }. gpgcheck: false installs whatever the server sends.',
          },
        });
      }
    }),
  examples: [
    {
      title: "A vendor's repository",
      props: {
        id: 'vendor',
        baseurl: 'https://packages.example.com/el9/x86_64',
        gpgkey: { url: 'https://packages.example.com/RPM-GPG-KEY-vendor' },
      },
    },
  ],
  render(props, context) {
    if (props.gpgcheck === false) {
      context.report({
        code: 'gpgcheck-off',
        severity: 'warning',
        message: `packages of the repository ${props.id} are not checked against any key`,
        hint: 'Give its gpgkey, and leave gpgcheck out.',
        path: ['gpgcheck'],
      });
    }
    const repoPath = `/etc/yum.repos.d/${props.id}.repo`;
    const keyPath = `/etc/pki/rpm-gpg/RPM-GPG-KEY-${props.id}`;
    const key = props.gpgkey?.file === undefined ? undefined : readKey(props.gpgkey.file, context);
    const location = props.baseurl === undefined ? `metalink=${props.metalink}` : `baseurl=${props.baseurl}`;
    const keyUrl = props.gpgkey === undefined ? undefined : (props.gpgkey.url ?? `file://${keyPath}`);
    const text = [
      `[${props.id}]`,
      `name=${props.id}`,
      location,
      'enabled=1',
      `gpgcheck=${props.gpgcheck === false ? 0 : 1}`,
      ...(keyUrl === undefined ? [] : [`gpgkey=${keyUrl}`]),
    ].join('\n');
    const commands = [
      ...(key === undefined ? [] : writeText({ directory: '/etc/pki/rpm-gpg', text: key, path: keyPath })),
      ...writeText({ directory: '/etc/yum.repos.d', text: `${text}\n`, path: repoPath }),
    ];
    return {
      instructions: [{ kind: 'run', commands, cleans: false }],
      claims: [
        { verb: 'writes', name: repoPath, at: ['id'] },
        ...(key === undefined ? [] : [{ verb: 'writes' as const, name: keyPath, at: ['gpgkey', 'file'] }]),
      ],
      finally: props.keep ? [] : removeFiles({ paths: [repoPath, ...(key === undefined ? [] : [keyPath])] }),
    };
  },
});

function readKey(path: string, context: StepContext): string | undefined {
  const source = context.source(path, ['gpgkey', 'file']);
  if (source === undefined) return undefined;
  const content = source.read();
  const text = isText(content) ? Buffer.from(content).toString('utf8') : '';
  if (!text.includes('-----BEGIN PGP PUBLIC KEY BLOCK-----')) {
    context.report({
      code: 'gpgkey-not-armored',
      message: `${path} is not an armored public key`,
      hint: 'Export it by `gpg --export --armor <id>`.',
      path: ['gpgkey', 'file'],
    });
  }
  return text.endsWith('\n') ? text : `${text}\n`;
}
