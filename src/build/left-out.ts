/** What a preflight does not do that the cluster would, or does with something made up. */
export interface LeftOut {
  /** Stable: scripts may rely on it. */
  readonly part:
    | 'rendered'
    | 'rendered-images'
    | 'rendered-secrets'
    | 'inherited-base'
    | 'ignition'
    | 'update-ca-trust'
    | 'extensions'
    | 'entitlement'
    | 'etc-yum-repos-d'
    | 'etc-pki-rpm-gpg'
    | 'trust-bundle';
  readonly why: string;
  /** The option by which it can be had. */
  readonly option?: string;
}

/** What only the base can tell, by the mark that its build prints. */
export const LACKING: Readonly<Record<string, LeftOut>> = {
  ignition: {
    part: 'ignition',
    why: 'the base has no Ignition or no jq: files, units and users of the rendered MachineConfig are not there',
  },
  'update-ca-trust': { part: 'update-ca-trust', why: 'the base has no update-ca-trust' },
};
