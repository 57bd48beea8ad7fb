import * as z from 'zod';
import { isText } from '../containerfile/context-file.ts';
import { shellTemplate } from '../containerfile/template.ts';
import { auth, secretOf } from '../values/build-secret.ts';
import { repositoryId } from '../values/names.ts';
import { sourcePath } from '../values/paths.ts';
import { httpUrl, IN_THE_CLEAR, isSafeForSecrets, isSameOrigin } from '../values/url.ts';
import { oneOfKeys } from '../values/value.ts';
import { authorize, linkVariables } from './repository-auth.ts';
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
  })
  .meta(oneOfKeys('url', 'file'));

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
      auth: auth
        .optional()
        .describe(
          'How dnf is authorised. On-cluster builds take such a repository from the ConfigMap etc-yum-repos-d.',
        ),
      keep: z.boolean().optional().describe('Keep the repository in the image. Default: false.'),
    })
    .superRefine(({ baseurl, metalink, gpgkey, gpgcheck, auth, keep }, context) => {
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
      if (auth === undefined) return;
      // dnf shows a repository's secrets to whomever it asks for a part of it.
      if (baseurl === undefined) {
        context.addIssue({
          code: 'custom',
          path: ['metalink'],
          message: 'with auth, every mirror of this metalink would be sent the secret',
          params: { hint: 'Give the baseurl of the one that it is for.' },
        });
      } else if (!isSafeForSecrets(baseurl)) {
        context.addIssue({ code: 'custom', path: ['baseurl'], ...IN_THE_CLEAR });
      }
      if (gpgkey?.url !== undefined && baseurl !== undefined && !isSameOrigin(gpgkey.url, baseurl)) {
        context.addIssue({
          code: 'custom',
          path: ['gpgkey', 'url'],
          message: 'with auth, the server of this key would be sent the secret',
          params: { hint: 'Give the key as a file: gpgkey: { file: files/… }.' },
        });
      }
      if (keep) {
        context.addIssue({
          code: 'custom',
          path: ['keep'],
          message: 'a repository with auth cannot be kept: the image has none of its secrets',
          params: { hint: 'Leave keep out.' },
        });
      }
    })
    .meta(oneOfKeys('baseurl', 'metalink')),
  examples: [
    {
      title: "A vendor's repository",
      props: {
        id: 'vendor',
        baseurl: 'https://packages.example.com/el9/x86_64',
        gpgkey: { url: 'https://packages.example.com/RPM-GPG-KEY-vendor' },
      },
    },
    {
      title: 'Behind a password, in Artifactory',
      props: {
        id: 'internal',
        baseurl: 'https://artifactory.example.com/artifactory/rpm-local/el9',
        gpgkey: { url: 'https://artifactory.example.com/artifactory/rpm-local/KEY' },
        auth: { secret: 'artifactory' },
      },
    },
    {
      title: "By a client's certificate, from Satellite",
      props: {
        id: 'appstream',
        baseurl:
          'https://satellite.example.com/pulp/content/ACME/Library/content/dist/rhel9/9.6/x86_64/appstream/os',
        gpgkey: { url: 'https://satellite.example.com/katello/api/v2/repositories/7/gpg_key_content' },
        auth: { secret: 'satellite', type: 'tls' },
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
    if (props.auth !== undefined && !context.hasContext) {
      reportByConfigMap(props.id, context);
      return { instructions: [] };
    }
    const key = props.gpgkey?.file === undefined ? undefined : readKey(props.gpgkey.file, context);
    const location = props.baseurl === undefined ? `metalink=${props.metalink}` : `baseurl=${props.baseurl}`;
    const keyUrl = props.gpgkey === undefined ? undefined : (props.gpgkey.url ?? `file://${keyPath}`);
    const authorization = authorize(props);
    const text = [
      `[${props.id}]`,
      `name=${props.id}`,
      location,
      'enabled=1',
      `gpgcheck=${props.gpgcheck === false ? 0 : 1}`,
      ...(keyUrl === undefined ? [] : [`gpgkey=${keyUrl}`]),
      ...authorization.lines,
    ].join('\n');
    const commands = [
      ...(key === undefined ? [] : writeText({ directory: '/etc/pki/rpm-gpg', text: key, path: keyPath })),
      ...linkVariables({ links: authorization.links }),
      ...writeText({ directory: '/etc/yum.repos.d', text: `${text}\n`, path: repoPath }),
    ];
    const links = authorization.links.map(({ path }) => path);
    return {
      instructions: [{ kind: 'run', commands, cleans: false }],
      claims: [
        { verb: 'writes', name: repoPath, at: ['id'] },
        ...(key === undefined ? [] : [{ verb: 'writes' as const, name: keyPath, at: ['gpgkey', 'file'] }]),
        ...links.map((name) => ({ verb: 'writes' as const, name, at: ['id'] })),
      ],
      secrets: props.auth === undefined ? [] : [{ ...secretOf(props.auth), at: ['auth'] }],
      finally: props.keep
        ? []
        : removeFiles({ paths: [repoPath, ...(key === undefined ? [] : [keyPath]), ...links] }),
    };
  },
});

/** The operator has no build secrets. It mounts one ConfigMap over /etc/yum.repos.d and one Secret over /etc/pki/rpm-gpg. */
function reportByConfigMap(id: string, context: StepContext): void {
  context.report({
    code: 'repository-on-cluster',
    severity: 'info',
    message: `${id} is not rendered: on-cluster builds take it from ${id}.repo of the ConfigMap etc-yum-repos-d`,
    hint: 'Its keys and certificates come from the Secret etc-pki-rpm-gpg. Both are in openshift-machine-config-operator, hold for all pools, and hide the repositories of the image: docs/credentials.md.',
    path: ['auth'],
  });
}

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
