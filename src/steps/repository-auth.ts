import { shellTemplate } from '../containerfile/template.ts';
import { type Auth, secretFiles, secretOf } from '../values/build-secret.ts';

export const linkVariables = shellTemplate(
  `
    {{#if links}}mkdir -p /etc/dnf/vars{{/if}}
    {{#each links}}
      ln -s {{sh target}} {{sh path}}
    {{/each}}`,
  { links: [{ target: '', path: '' }] },
);

/**
 * What a .repo file says of its secret, which is in a file of its own: a certificate by its path, a password by a variable
 * of dnf, whose value dnf reads through a link from where the build mounts the secret.
 */
export function authorize({ id, auth }: { id: string; auth?: Auth | undefined }) {
  if (auth === undefined) return { lines: [], links: [] };
  const secret = secretOf(auth);
  const [first, second] = secretFiles(secret);
  if (secret.type === 'tls') {
    return { lines: [`sslclientcert=${first}`, `sslclientkey=${second}`], links: [] };
  }
  const variable = id.toLowerCase().replaceAll(/[^a-z0-9]/g, '_');
  return {
    lines: [`username=$${variable}_username`, `password=$${variable}_password`],
    links: [
      { target: first!, path: `/etc/dnf/vars/${variable}_username` },
      { target: second!, path: `/etc/dnf/vars/${variable}_password` },
    ],
  };
}
