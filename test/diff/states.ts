import type { Side } from '../../src/diff/compare.ts';
import { type PoolBuild, parseJson } from '../../src/plan/plan.ts';
import { render } from '../../src/synth/synth.ts';
import { temporaryRepository } from '../synth/temporary-repository.ts';

/** A digest of one letter or digit. */
export const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

export const RELEASES = ['4.19.3', '4.19.4', '4.22.0']
  .map(
    (name, index) => `kind: Release
name: "${name}"
amd64: { rhel-coreos: "quay.io/o/os@${digest(String(index + 1))}", rhel-coreos-extensions: "quay.io/o/ext@${digest(String(index + 4))}" }
arm64: { rhel-coreos: "quay.io/o/os@${digest(String(index + 7))}" }
`,
  )
  .join('---\n');

/** The key of a pool whose image is pushed outside of the cluster. */
export const out = (pool: string) => `{ machineConfig: { image: registry.example.com/os/${pool} } }`;

export const onCluster = (pool: string) =>
  `{ machineOSConfig: { renderedImagePushSpec: "registry.example.com/os/${pool}:latest", renderedImagePushSecret: { name: push } } }`;

/** A pool's image. `behind`: it is of an earlier build. */
export interface Pinned {
  readonly digest: string;
  readonly behind?: boolean;
  /** More of the MachineConfig's spec. */
  readonly node?: Readonly<Record<string, unknown>>;
}

/** What a commit has: documents, what they compile to, and images that were pinned. */
export function side(
  name: string,
  documents: string,
  pins: Readonly<Record<string, Pinned>> = {},
  more: Readonly<Record<string, string>> = {},
): Side {
  const texts = { 'layers/all.yaml': documents, 'layers/releases.yaml': RELEASES };
  const { root } = temporaryRepository({ ...texts, ...more });
  const dist = new Map(render(root).files);
  for (const [pool, pin] of Object.entries(pins)) dist.set(`${pool}.k8s.yaml`, manifest(dist, pool, pin));
  return { name: { name }, dist, texts: new Map(Object.entries(texts)) };
}

/** As synth writes it with the pool in the lock. */
function manifest(dist: Side['dist'], pool: string, { digest, behind = false, node }: Pinned): string {
  const file = `${pool}.build`;
  const { build, image } = parseJson<PoolBuild>(String(dist.get(file)), file) as {
    build: string;
    image: string;
  };
  const name = pool.replace(/^.*\//, '');
  const annotations = {
    'argocd.argoproj.io/sync-options': 'Prune=confirm,Delete=confirm',
    'cdk8s-os-layers/build': behind ? '0'.repeat(32) : build,
    ...(behind && { 'cdk8s-os-layers/behind': build }),
  };
  const labels = { 'machineconfiguration.openshift.io/role': name };
  const spec = { osImageURL: `${image}@${digest}`, ...node };
  const before = dist.get(`${pool}.k8s.yaml`);
  // JSON is YAML. What the pool has besides, such as its MachineConfigPool, stays.
  const config = `apiVersion: machineconfiguration.openshift.io/v1\nkind: MachineConfig\nmetadata: ${JSON.stringify({ name: `99-${name}-os-layers`, annotations, labels })}\nspec: ${JSON.stringify(spec)}\n`;
  return before === undefined ? config : `${before}---\n${config}`;
}
