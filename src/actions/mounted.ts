/** What a cluster's build mounts where the cluster has it. */
export const MOUNTED = ['etc-pki-entitlement', 'etc-yum-repos-d', 'etc-pki-rpm-gpg'] as const;
