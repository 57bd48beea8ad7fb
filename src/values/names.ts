import { pattern, show, ValueError, value } from './value.ts';

const LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;

/** A DNS-1123 label: names of layers and namespaces. */
export const dnsLabel = value(
  (text) => {
    if (LABEL.test(text) && text.length <= 63) return text;
    throw new ValueError(
      `${show(text)} is not a name`,
      'Use lower-case letters, digits and dashes, at most 63 of them.',
    );
  },
  { pattern: LABEL, maxLength: 63 },
);

/**
 * The name of a MachineConfigPool. The operator puts `rendered-<pool>-<32 digits>` into a label, which holds 63
 * characters, so a longer one than 21 cannot be built for.
 */
export const poolName = value(parsePoolName, { pattern: LABEL, maxLength: 21 });

function parsePoolName(text: string): string {
  if (!LABEL.test(text))
    throw new ValueError(`${show(text)} is not a pool's name`, "Write the MachineConfigPool's own name.");
  if (text.length > 21) {
    throw new ValueError(
      `the pool's name ${show(text)} has ${text.length} characters, and at most 21 work`,
      'The operator labels its builds with rendered-<pool>-<32 digits>, and a label holds 63 characters.',
    );
  }
  return text;
}

/** A DNS-1123 subdomain of at most 63 characters: names of Secrets, which the operator repeats in a label. */
export const secretName = value(
  (text) => {
    if (text.length <= 63 && SUBDOMAIN.test(text)) return text;
    throw new ValueError(
      `${show(text)} is not a usable Secret name`,
      'Use lower-case letters, digits, dashes and dots, at most 63: the operator repeats it in a label.',
    );
  },
  { pattern: SUBDOMAIN, maxLength: 63 },
);

/** An RPM's name, as `dnf install` takes it: name, name.arch or name-version-release. */
export const packageName = pattern(
  /^[A-Za-z0-9][A-Za-z0-9._+:~^-]*$/,
  'a package name',
  'Use the name that `dnf list` prints. One package an entry.',
);

/** The id of a dnf repository, the name in square brackets of its .repo file. */
export const repositoryId = pattern(
  /^[A-Za-z0-9][A-Za-z0-9._:-]*$/,
  'a repository id',
  'Use letters, digits, dots, dashes and underscores.',
);

const QUALIFIED = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

/** The key of a Kubernetes label: a name of at most 63 characters, after a domain and a slash where it is not the cluster's own. */
export function parseLabelKey(text: string): string {
  const parts = text.split('/');
  const name = parts.pop()!;
  const prefix = parts.pop();
  const isDomain = (domain: string) =>
    domain.length <= 253 && domain.split('.').every((part) => LABEL.test(part));
  if (QUALIFIED.test(name) && parts.length === 0 && (prefix === undefined || isDomain(prefix))) return text;
  throw new ValueError(
    `${show(text)} is not the key of a label`,
    'Write it as `oc get nodes --show-labels` prints it: node-role.kubernetes.io/infra.',
  );
}

export const labelKey = value(parseLabelKey);

/** The value of a Kubernetes label, which may be empty. */
export const labelValue = value((text) => {
  if (text === '' || QUALIFIED.test(text)) return text;
  throw new ValueError(
    `${show(text)} is not the value of a label`,
    'Use letters, digits, dots, dashes and underscores, at most 63; of a role it is empty: "".',
  );
});
