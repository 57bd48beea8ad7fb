import { describe, expect, it } from 'vitest';
import { lockFile, type Pinned, printPoolLock } from '../../src/spec/lock.ts';
import { ownApp } from '../../src/synth/own-app.ts';
import { render } from '../../src/synth/synth.ts';
import { BASE, documents, JOB, LAYER, ON_CLUSTER, poolDocument, RELEASES } from '../synth/documents.ts';
import { asText, type TemporaryRepository, temporaryRepository } from '../synth/temporary-repository.ts';

const LOCK = lockFile('worker');
const DIGEST = `sha256:${'d'.repeat(64)}`;

function repository(pool = poolDocument()): TemporaryRepository {
  return temporaryRepository({ 'layers/a.yaml': documents(RELEASES, LAYER, pool) });
}

/** Pins the build that the pool has now, as `layers build --pin` does. */
function pin(
  repository: TemporaryRepository,
  { pushed = true, image = 'registry.example.com/os/worker' } = {},
): string {
  const [compiled] = ownApp(repository.root).compiled;
  const { hash, pool } = compiled!;
  const made = { build: hash, digest: DIGEST, base: BASE, release: pool.release };
  const pinned: Pinned = { image, ...made, origin: 'built' };
  const lock = pushed
    ? { pools: { [pool.name]: pinned }, unpushed: {} }
    : { pools: {}, unpushed: { [pool.name]: made } };
  repository.write({ [lockFile(pool.name)]: printPoolLock(lock, pool.name)! });
  return hash;
}

function edit(repository: TemporaryRepository, from: string, to: string): void {
  repository.write({ 'layers/a.yaml': repository.read('layers/a.yaml').replace(from, to) });
}

function synthesised({ root }: TemporaryRepository) {
  const { files, findings } = render(root);
  return {
    manifest: asText(files)['worker.k8s.yaml'],
    findings: findings.map(({ severity, code }) => `${severity} ${code}`),
  };
}

describe("a pool's pin", () => {
  it('is missing where it was never built: there is nothing to apply, and a warning', () => {
    expect(synthesised(repository())).toEqual({ manifest: undefined, findings: ['warning pin-missing'] });
  });

  it('is not said to be missing where the lock cannot be read', () => {
    const broken = repository();
    broken.write({ [LOCK]: 'pin: {}\n' });
    expect(() => render(broken.root)).toThrow('missing-key');
    expect(() => render(broken.root)).not.toThrow('pin-missing');
  });

  it('is fresh where the lock has the build: the MachineConfig names the image by its digest', () => {
    const pinned = repository();
    const hash = pin(pinned);
    expect(synthesised(pinned)).toEqual({
      findings: [],
      manifest: `apiVersion: machineconfiguration.openshift.io/v1
kind: MachineConfig
metadata:
  annotations:
    argocd.argoproj.io/sync-options: Prune=confirm,Delete=confirm
    cdk8s-os-layers/build: ${hash}
  labels:
    machineconfiguration.openshift.io/role: worker
  name: 99-worker-os-layers
spec:
  osImageURL: registry.example.com/os/worker@${DIGEST}
`,
    });
  });

  it('is behind where a layer has changed since: the nodes keep their digest, with an annotation and a warning', () => {
    const pinned = repository();
    const hash = pin(pinned);
    edit(pinned, 'install: [htop]', 'install: [htop, tmux]');
    const now = ownApp(pinned.root).compiled[0]!.hash;
    const { manifest, findings } = synthesised(pinned);
    expect(now).not.toBe(hash);
    expect(findings).toEqual(['warning pin-behind']);
    expect(manifest).toContain(`    cdk8s-os-layers/behind: ${now}\n    cdk8s-os-layers/build: ${hash}\n`);
    expect(manifest).toContain(`osImageURL: registry.example.com/os/worker@${DIGEST}\n`);
  });

  it('is fresh again once the change is taken back', () => {
    const pinned = repository();
    pin(pinned);
    const before = synthesised(pinned);
    edit(pinned, 'install: [htop]', 'install: [htop, tmux]');
    edit(pinned, 'install: [htop, tmux]', 'install: [htop]');
    expect(synthesised(pinned)).toEqual(before);
  });

  it('is behind where the image is to be in another repository, which does not have it yet', () => {
    const pinned = repository();
    pin(pinned);
    edit(pinned, 'image: registry.example.com/os/worker', 'image: mirror.example.com/os/worker');
    const { manifest, findings } = synthesised(pinned);
    expect(findings).toEqual(['warning pin-behind']);
    expect(manifest).toContain(`osImageURL: registry.example.com/os/worker@${DIGEST}\n`);
  });

  it('is of no build where an operator built it: behind, and told apart', () => {
    const pinned = repository();
    const [compiled] = ownApp(pinned.root).compiled;
    const image = { image: 'registry.example.com/os/worker', digest: DIGEST, origin: 'operator' as const };
    const write = (hold?: { digest: string; reason: string }) =>
      pinned.write({
        [LOCK]: printPoolLock(
          { pools: { worker: { ...image, ...(hold && { hold }) } }, unpushed: {} },
          'worker',
        )!,
      });
    write();
    const { manifest, findings } = synthesised(pinned);
    expect(findings).toEqual(['warning pin-of-operator']);
    expect(manifest).toContain(`osImageURL: registry.example.com/os/worker@${DIGEST}\n`);
    expect(manifest).toContain(
      `    cdk8s-os-layers/behind: ${compiled!.hash}\n    cdk8s-os-layers/origin: operator\n`,
    );
    expect(manifest).not.toContain('cdk8s-os-layers/build');
    write({ digest: DIGEST, reason: 'OPS-1' });
    expect(render(pinned.root).findings).toMatchObject([
      {
        severity: 'info',
        code: 'pin-held',
        message: 'worker is held on an image that an operator built: OPS-1',
      },
    ]);
  });

  it('is missing where the image was built and never pushed', () => {
    const pinned = repository();
    pin(pinned, { pushed: false });
    expect(synthesised(pinned)).toEqual({ manifest: undefined, findings: ['warning pin-missing'] });
  });

  it('does not move by a changed reason, a comment or the name of a layer', () => {
    const pinned = repository(
      poolDocument({ layers: '[{ name: inline, steps: [{ run: { reason: one, commands: ["true"] } }] }]' }),
    );
    pin(pinned);
    edit(
      pinned,
      'name: inline, steps: [{ run: { reason: one',
      'name: renamed, steps: [{ run: { reason: another',
    );
    expect(synthesised(pinned).findings).toEqual(['info run-step']);
  });

  it('is kept by a pool whose build moves to a Job, and its hint says how to pin that', () => {
    const pinned = repository();
    pin(pinned);
    const before = synthesised(pinned).manifest;
    edit(pinned, 'target:', `build: ${JOB}\ntarget:`);
    expect(synthesised(pinned)).toEqual({ manifest: before, findings: [] });
    edit(pinned, 'install: [htop]', 'install: [htop, tmux]');
    expect(render(pinned.root).findings[0]?.hint).toContain('--adopt');
  });

  it('is nothing that a pool which the cluster builds has', () => {
    const onCluster = repository(poolDocument({ name: 'infra', target: ON_CLUSTER }));
    expect(render(onCluster.root).findings).toEqual([]);
  });

  it.each([
    ['no pin in it', (lock: string) => lock.replace(/pin:\n(?: {2}.*\n)+/, ''), 'invalid-value'],
    ['a key of its own', (lock: string) => `${lock}extra: 1\n`, 'unknown-key'],
    ['a digest that is none', (lock: string) => lock.replace(DIGEST, 'sha256:1'), 'invalid-value'],
    ['a newer format', (lock: string) => lock.replace('format: 1', 'format: 2'), 'lock-newer'],
    ['conflict markers', (lock: string) => `<<<<<<< ours\n${lock}`, 'invalid-yaml'],
    ['nothing in it', () => '', 'lock-empty'],
  ])('is not guessed from a lock with %s: nothing is written, and the old dist/ stays', (_, breakIt, code) => {
    const pinned = repository();
    pin(pinned);
    pinned.layers('synth');
    const before = pinned.dist();
    pinned.write({ [LOCK]: breakIt(pinned.read(LOCK)) });
    const { status, stderr } = pinned.layers('synth');
    expect({ status, says: stderr.includes(`(${code})`) }, stderr).toEqual({ status: 2, says: true });
    expect(pinned.dist()).toEqual(before);
  });
});

describe('a pin that is not fresh', () => {
  const behind = () => {
    const pinned = repository();
    pin(pinned);
    pinned.layers('synth');
    edit(pinned, 'install: [htop]', 'install: [htop, tmux]');
    return pinned;
  };

  it('lets synth pass with a warning, whose place is the pool', () => {
    const { status, stderr } = behind().layers('synth');
    expect(status).toBe(0);
    expect(stderr).toMatch(
      /^layers\/a\.yaml:\d+:7 warning worker has changed since.*\(pin-behind\)\n.*name: worker/,
    );
  });

  it.each([
    ['behind', behind],
    ['missing', () => repository()],
  ])('fails synth --strict where it is %s, which writes nothing', (state, make) => {
    const pinned = make();
    const before = pinned.dist();
    const { status, stderr } = pinned.layers('synth', '--strict');
    expect({
      status,
      says: stderr.includes(`error worker has`) && stderr.includes(`(pin-${state})`),
    }).toEqual({ status: 1, says: true });
    expect(pinned.dist()).toEqual(before);
  });

  it.each([
    ['behind', behind],
    ['missing', () => repository()],
  ])('makes check exit 1 where it is %s, with dist/ up to date', (state, make) => {
    const pinned = make();
    expect(pinned.layers('synth').status).toBe(0);
    const { status, stdout } = pinned.layers('check', '--output', 'json');
    expect(status).toBe(1);
    expect(JSON.parse(stdout).diagnostics.map(({ code }: { code: string }) => code)).toEqual([
      `pin-${state}`,
    ]);
  });

  it('is not all that check looks at: a dist/ that is not what layers/ says is drift', () => {
    const pinned = repository();
    pin(pinned);
    pinned.layers('synth');
    expect(pinned.layers('check')).toMatchObject({ status: 0, stderr: 'nothing to report\n' });
    pinned.write({ 'dist/worker.k8s.yaml': 'edited: by hand\n' });
    expect(pinned.layers('check')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('(dist-drift)'),
    });
  });
});
