/** What nodes may be, as Go, OCI and Kubernetes call it, and as rpm does. */
const RPM_NAMES = { amd64: 'x86_64', arm64: 'aarch64', ppc64le: 'ppc64le', s390x: 's390x' } as const;

export type Architecture = keyof typeof RPM_NAMES;

/** In the order in which an index has them. */
export const ARCHITECTURES = [
  'amd64',
  'arm64',
  'ppc64le',
  's390x',
] as const satisfies readonly Architecture[];

/** `x86_64`, as files and folders of RPMs are called. */
export function rpmArchitecture(architecture: Architecture): string {
  return RPM_NAMES[architecture];
}

/** What an RPM is for by the end of its version. Undefined for `noarch`, and for what is none of ours. */
export function fromRpmArchitecture(name: string): Architecture | undefined {
  // 32 bits may be installed beside 64.
  if (/^i\d86$/.test(name)) return 'amd64';
  return ARCHITECTURES.find((architecture) => RPM_NAMES[architecture] === name);
}
