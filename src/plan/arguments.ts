import { secretTargets } from '../values/build-secret.ts';
import { BUILD_LABEL, type BuildPlan } from './plan.ts';

/** What differs between a run on this machine and one in a Job; in the Job's script they are variables of the shell. */
export interface BuildPaths<Path> {
  readonly containerfile: Path;
  readonly context: Path;
  /** Where the engine writes the image's id. */
  readonly idFile: Path;
  readonly authFile?: Path;
  /** `--volume` for a secret's folder at a target: it is mounted while instructions run, and in no layer. */
  volume(secret: string, target: string): Path;
  /** `--volume` for whatever else instructions see where it builds. */
  readonly volumes?: readonly Path[];
}

/** `insecure`: the base's registry has no TLS. The arguments of `buildah build` and `podman build`: this is the one place that makes them. */
export function buildArguments<Path>(
  plan: BuildPlan,
  paths: BuildPaths<Path>,
  insecure = false,
): (string | Path)[] {
  return [
    'build',
    // A layer an instruction: pools share their first ones, on the machine that builds and on the nodes.
    '--layers',
    // With --layers, buildah keeps the container of an instruction that failed.
    '--force-rm',
    '--format=oci',
    `--label=${BUILD_LABEL}=${plan.hash}`,
    '--iidfile',
    paths.idFile,
    ...(insecure ? ['--tls-verify=false'] : []),
    ...(paths.authFile === undefined ? [] : ['--authfile', paths.authFile]),
    ...(plan.secrets ?? []).flatMap((secret) =>
      secretTargets(secret).map((target) => paths.volume(secret.name, target)),
    ),
    ...(paths.volumes ?? []),
    '--file',
    paths.containerfile,
    paths.context,
  ];
}

export interface PushPaths<Path> {
  readonly image: Path;
  /** `docker://<repository>:<tag>`, or a local destination. */
  readonly destination: Path;
  /** Where the engine writes the digest. It is never read from what the engine prints. */
  readonly digestFile: Path;
  readonly authFile?: Path;
}

/** `insecure`: the registry has no TLS. The arguments of `buildah push` and `podman push`. */
export function pushArguments<Path>(paths: PushPaths<Path>, insecure = false): (string | Path)[] {
  return [
    'push',
    '--digestfile',
    paths.digestFile,
    ...(insecure ? ['--tls-verify=false'] : []),
    ...(paths.authFile === undefined ? [] : ['--authfile', paths.authFile]),
    paths.image,
    paths.destination,
  ];
}

/** The tag that a build is pushed under: written once, and never moved. */
export function contentTag(hash: string): string {
  return `build-${hash}`;
}

/** The build that a tag is of; undefined for a tag that is not ours. */
export function hashOfTag(tag: string): string | undefined {
  return /^build-([0-9a-f]{32})$/.exec(tag)?.[1];
}
