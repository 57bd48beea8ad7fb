import * as z from 'zod';
import { secretName } from './names.ts';

/** What a Secret holds, by Kubernetes' own types, and the keys that a build reads of it. */
export const SECRET_KEYS = {
  'basic-auth': ['username', 'password'],
  tls: ['tls.crt', 'tls.key'],
  /** Certificates and keys of a RHEL subscription: *.pem, under names that differ from host to host. */
  entitlement: [],
} as const;

export type SecretType = keyof typeof SECRET_KEYS;

/** A folder of secret files that a build sees, and that is in no layer. */
export interface BuildSecret {
  readonly name: string;
  readonly type: SecretType;
}

/** The Secret that the cluster keeps its entitlement in, and that copies of it are called. */
export const ENTITLEMENT_SECRET = 'etc-pki-entitlement';

/**
 * Where a build sees it. An entitlement is where dnf looks for it on a host, and where it looks for it in a container: a
 * subscribed host mounts its own there, which would hide the one that was given.
 */
export function secretTargets({ name, type }: BuildSecret): string[] {
  return type === 'entitlement'
    ? ['/etc/pki/entitlement', '/run/secrets/etc-pki-entitlement']
    : [`/run/secrets/${name}`];
}

/** How a download is authorised. */
export const auth = z.strictObject({
  secret: secretName.describe(
    'Name of the Secret: of the folder that `layers build --secret <name>=<folder>` gives, or of the Secret in the namespace of the Job.',
  ),
  type: z
    .enum(['basic-auth', 'tls'])
    .optional()
    .describe(
      "What is in it, by Kubernetes' types: `basic-auth` has username and password, `tls` has the client's tls.crt and tls.key. Default: basic-auth.",
    ),
});

export type Auth = z.output<typeof auth>;

export function secretOf({ secret, type = 'basic-auth' }: Auth): BuildSecret {
  return { name: secret, type };
}

/** The files of a secret that has known keys, as a build sees them. */
export function secretFiles(secret: BuildSecret): string[] {
  return SECRET_KEYS[secret.type].map((key) => `${secretTargets(secret)[0]}/${key}`);
}
