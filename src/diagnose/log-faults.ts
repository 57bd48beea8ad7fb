import { lastLines } from '../engines/explain.ts';
import type { Evidence, FailureKind, Phase } from '../engines/failures/failure.ts';
import { type Diagnosis, diagnose } from '../engines/failures/index.ts';
import type { BuildLog } from './build-log.ts';
import { CLUSTER_FAILURES } from './cluster-failures.ts';
import type { Fault } from './fault.ts';

/** What is to be done in a cluster, where that is something else than on the machine of whoever builds. */
const HINTS: Readonly<Record<string, (image: string) => string>> = {
  'pull-denied': (image) =>
    `baseImagePullSecret needs credentials for ${registryOf(image)}; where it is left out, the operator takes global-pull-secret-copy, a copy of openshift-config/pull-secret.`,
  'push-denied': (image) =>
    `renderedImagePushSecret needs the right to push to ${registryOf(image)}. A change of what is in the Secret starts no build: annotate the MachineOSConfig (\`layers rebuild\`), or name another Secret. The builder-dockercfg-… of a service account stops working when it is renewed.`,
  'package-not-found': () =>
    "Check its spelling, and that a step before it adds the repository that has it. RHEL's own packages need the cluster's entitlement: the Secret etc-pki-entitlement-<pool>, or repositories in the ConfigMap etc-yum-repos-d, which hide those of the image.",
  'download-denied': () =>
    'A build in a cluster has no secrets but its two for registries, the entitlement, and the Secret etc-pki-rpm-gpg: fetch from where nothing is asked, or build outside of the cluster and name the image by osImageURL.',
  'server-trouble': () =>
    'The Job tries four times. Start the build again (`layers rebuild`); if it stays, look at that server, or take another mirror.',
  'entitlement-refused': () =>
    'The build mounts the Secret etc-pki-entitlement-<pool>, which the operator copies from openshift-config-managed/etc-pki-entitlement; it is there only where the Insights Operator has simple content access. See that it is there, and that its certificate is valid.',
  'disk-full': () =>
    'The build keeps its images, uncompressed and each layer whole, in an emptyDir of its node: give nodes a larger disk, or have fewer and smaller instructions.',
  killed: () =>
    'The build has no limit of its own: its node ran out of memory. Build on larger nodes, or make the instruction smaller.',
  unreachable: () =>
    'The build runs in a pod: look at the proxy of the cluster (`oc get proxy cluster -o yaml`), whose noProxy has to name hosts inside, and at egress rules.',
  'isolation-failed': () =>
    'The pod has to run under the SCC anyuid with BUILDAH_ISOLATION=chroot, as the operator asks for: look at what changes its pods.',
  'policy-refused': () =>
    "It is the policy.json of the pool's nodes (image.config.openshift.io/cluster, or a ClusterImagePolicy): allow the registry there.",
  'image-not-found': (image) =>
    `See whether ${image} is there: \`skopeo inspect docker://${image}\`. In a disconnected cluster it has to be in the mirror.`,
};

const UNKNOWN: Readonly<Record<Phase | 'script', readonly [code: string, what: string]>> = {
  script: ['build-script-failed', 'the build ended before buildah was called'],
  pull: ['pull-failed', 'an image could not be pulled'],
  step: ['build-failed', 'an instruction failed'],
  push: ['push-failed', 'the image could not be pushed'],
  store: ['store-failed', 'the image could not be stored'],
};

const NOT_BEGUN = ['build-failed', 'buildah ended before the first instruction'] as const;

/** Why a build's container ended as it did. */
export function logFault(log: BuildLog, isEntitled: boolean): Omit<Fault, 'file' | 'instruction'> {
  const { phase, lines, image } = log;
  const evidence: Evidence = {
    ...{ phase: phase === 'script' ? 'step' : phase, lines, isEntitled },
    ...(image !== undefined && { image }),
  };
  const known = ofCluster(evidence) ?? (phase === 'script' ? undefined : diagnose(evidence));
  if (known !== undefined) {
    const hint = HINTS[known.kind.code]?.(image ?? 'the image') ?? known.hint;
    return {
      ...{ code: known.kind.code, what: known.what, hint, lines: decisive(log, known) },
      ...(known.subject !== undefined && { subject: known.subject }),
    };
  }
  const [code, what] = phase === 'step' && log.instruction === undefined ? NOT_BEGUN : UNKNOWN[phase];
  const last = lastLines(lines);
  if (last === '') return { code, what, hint: 'Its log ends there, and does not say why.' };
  return { code, what, hint: 'Its last lines are above.', lines: last.split('\n') };
}

/** What only happens to builds in clusters comes first: the same words mean something else there. */
function ofCluster(evidence: Evidence): Diagnosis | undefined {
  for (const line of evidence.lines.slice(-80).toReversed()) {
    for (const kind of CLUSTER_FAILURES) {
      const finding = ofKind(kind, line, evidence);
      if (finding !== undefined) return finding;
    }
  }
  return undefined;
}

function ofKind(kind: FailureKind, line: string, evidence: Evidence): Diagnosis | undefined {
  if (!kind.phases.includes(evidence.phase)) return undefined;
  for (const pattern of kind.patterns) {
    const match = pattern.exec(line);
    const finding = match && kind.explain(match, evidence);
    if (finding) return { kind, ...finding };
  }
  return undefined;
}

/** The line that a kind knows, and the last word. */
function decisive({ lines, error }: BuildLog, { kind }: Diagnosis): string[] {
  const known = lines.filter((line) => kind.patterns.some((pattern) => pattern.test(line))).slice(-3);
  const last = error === undefined ? undefined : lines.findLast((line) => /^(?:Error|error): /.test(line));
  const both = [...new Set([...known, last].filter((line) => line !== undefined))];
  return lastLines(both).split('\n');
}

function registryOf(image: string): string {
  return image.split('/')[0]!;
}
