import { describe, expect, it } from 'vitest';
import { renderBuilds } from '../../src/constructs/build-files.ts';
import { loadLibrary } from '../../src/spec/load.ts';
import {
  compile,
  compileIn,
  DIGEST,
  errorsOf,
  MACHINE_OS_CONFIG,
  OTHER,
  type PoolInput,
  repository,
} from './compile-pool.ts';

const BOTH = { architectures: ['arm64', 'amd64'] };
const ARM = { 'rhel-coreos': `q.io/base@${OTHER}`, el: '9.6' };
const releases = { arm64: ARM };
const rpm = (arch: string) => ({ url: `https://example.com/agent-7.1-1.${arch}.rpm` });
const stepsOf = (...steps: object[]) => [{ name: 'tools', steps }];
const both = (input: PoolInput) => compile({ releases, ...input, pool: { ...BOTH, ...input.pool } });
const errors = (input: PoolInput) => errorsOf({ releases, ...input, pool: { ...BOTH, ...input.pool } });

describe('a pool of several architectures', () => {
  it('has a build for each, from the base that its release has for it, in whatever order they are written', () => {
    const { builds, hash } = both({});
    expect(builds.map(({ architecture, base }) => [architecture, base.digest])).toEqual([
      ['amd64', DIGEST],
      ['arm64', OTHER],
    ]);
    expect(new Set([hash, ...builds.map((build) => build.hash)]).size).toBe(3);
    expect(both({ pool: { architectures: ['amd64', 'arm64'] } }).hash).toBe(hash);
  });

  it('shares the build of an architecture with pools of that one alone, whose bytes stay as they were', () => {
    const [amd64, arm64] = both({}).builds;
    const only = compile({});
    expect(amd64!.hash).toBe(only.hash);
    expect(compile({ pool: { architectures: ['amd64'] } }).hash).toBe(only.hash);
    expect(compile({ releases, pool: { architectures: ['arm64'] } }).hash).toBe(arm64!.hash);
    const files = [...renderBuilds([both({})])].map(([path]) => path);
    const before = [...renderBuilds([only])].map(([path]) => path);
    expect(before).toEqual(['worker.build', `builds/${only.hash}/Containerfile`, `builds/${only.hash}/plan`]);
    expect(files).toEqual([
      ...before,
      ...['Containerfile', 'plan'].map((name) => `builds/${arm64!.hash}/${name}`),
      `builds/${both({}).hash}/index`,
    ]);
  });

  it('has an index in dist/ that lists its builds, and the pool names that', () => {
    const pool = both({});
    const files = renderBuilds([pool]);
    const { build, image } = JSON.parse(files.get('worker.build') as string);
    expect({ build, image }).toEqual({ build: pool.hash, image: 'q.io/os/worker' });
    expect(JSON.parse(files.get(`builds/${build}/index`) as string)).toEqual({
      format: 1,
      hash: build,
      base: `q.io/base@${DIGEST}`,
      release: '4.19.3',
      builds: pool.builds.map(({ architecture, hash }) => ({ architecture, hash })),
    });
    expect(JSON.parse(files.get(`builds/${pool.builds[1]!.hash}/plan`) as string)).toMatchObject({
      architecture: 'arm64',
      base: `q.io/base@${OTHER}`,
    });
  });

  it('has variables of each architecture', () => {
    const run = { run: { reason: 'x', commands: ['echo ${release.rhel-coreos}'] } };
    const texts = both({ layers: stepsOf(run) }).builds.map(({ containerfile }) => containerfile);
    expect(texts[0]).toContain(`echo q.io/base@${DIGEST}`);
    expect(texts[1]).toContain(`echo q.io/base@${OTHER}`);
  });

  it('takes EPEL from the folder of each', () => {
    const epel = { epel: { packages: ['htop'], mirror: 'https://mirror.example.com/epel' } };
    const [amd64, arm64] = both({ layers: stepsOf(epel) }).builds;
    expect(amd64!.containerfile).toContain('/9/Everything/x86_64');
    expect(arm64!.containerfile).toContain('/9/Everything/aarch64');
  });

  it('may have one base for all, an index', () => {
    const { builds } = both({ releases: {}, pool: { base: `q.io/ours@${OTHER}` } });
    expect(builds.map(({ base }) => base.digest)).toEqual([OTHER, OTHER]);
    expect(builds[0]!.hash).not.toBe(builds[1]!.hash);
  });
});

describe('an architecture', () => {
  it('that the release has no images for is an error where the list is, with what adds it', () => {
    const { diagnostics } = compileIn(repository({ pool: BOTH }));
    expect(diagnostics).toMatchObject([
      {
        code: 'architecture-missing',
        origin: { path: ['architectures'] },
        message: 'the Release document of 4.19.3 has no images for arm64',
        hint: 'Add them: `layers release add 4.19.3 --architecture arm64`.',
      },
    ]);
  });

  it.each([
    [MACHINE_OS_CONFIG, {}, 'architectures-not-ours'],
    [undefined, { job: { namespace: 'a', builder: 'q.io/b:1', pushSecret: 'c' } }, 'architectures-by-job'],
  ])('is nothing that a cluster builds: %j', (target, build, code) => {
    const pool = { ...(target ? { target } : { build }) };
    expect(errors({ pool })).toMatchObject([expect.stringContaining(code)]);
    // As a pool would write that does not want what its defaults say.
    expect(errorsOf({ pool: { ...pool, architectures: ['amd64'] } })).toEqual([]);
  });

  it.each([
    [['amd64', 'amd64'], 'amd64 is in this list twice'],
    [['x86_64'], 'this must be "amd64" or "arm64" or "ppc64le" or "s390x"'],
    [[], 'this list is empty'],
  ])('is one of a closed list, and once: %j', (architectures, message) => {
    const { diagnostics } = loadLibrary(repository({ pool: { architectures } }));
    expect(diagnostics.map((diagnostic) => diagnostic.message)).toEqual([message]);
  });

  it('may have a kernel of its own: 64k-pages only where all nodes are arm64', () => {
    const pool = { kernelType: '64k-pages' };
    expect(errors({ pool })).toMatchObject([expect.stringContaining("the pool's nodes are amd64")]);
    expect(errors({ pool: { ...pool, architectures: ['arm64'] } })).toEqual([]);
  });

  it('shares its MachineConfig with others, which names an image of extensions only where that is for all', () => {
    const extensions = (digest: string) => ({ 'rhel-coreos-extensions': `q.io/extensions@${digest}` });
    const pool = { ...BOTH, extensions: ['usbguard'] };
    const input = (digest: string) => ({
      pool,
      images: extensions(DIGEST),
      releases: { arm64: { ...ARM, ...extensions(digest) } },
    });
    expect(compile(input(DIGEST)).node.baseOSExtensionsContainerImage).toBe(`q.io/extensions@${DIGEST}`);
    const { compiled, diagnostics } = compileIn(repository(input(OTHER)));
    expect(compiled!.node).toEqual({ extensions: ['usbguard'] });
    expect(diagnostics).toMatchObject([{ code: 'extensions-unmatched', severity: 'warning' }]);
  });
});

describe('an RPM', () => {
  it('for each architecture goes to its image, one of noarch to all', () => {
    const policy = { url: 'https://example.com/policy-1-1.noarch.rpm' };
    const layers = stepsOf({ rpms: { rpms: [rpm('x86_64'), rpm('aarch64'), policy] } });
    const [amd64, arm64] = both({ layers }).builds;
    expect(amd64!.containerfile).toContain('agent-7.1-1.x86_64.rpm');
    expect(amd64!.containerfile).not.toContain('aarch64');
    expect(arm64!.containerfile).toContain('agent-7.1-1.aarch64.rpm');
    expect(arm64!.containerfile).not.toContain('x86_64');
    for (const build of [amd64!, arm64!]) expect(build.containerfile).toContain('policy-1-1.noarch.rpm');
  });

  it.each([
    'rpms',
    'hotfix',
  ])('of another architecture alone is an error of %s, once and at its place', (kind) => {
    const props = { ...(kind === 'hotfix' && { reason: 'x' }), rpms: [rpm('x86_64')] };
    expect(errors({ layers: stepsOf({ [kind]: props }) })).toEqual([
      `rpm-of-another-architecture steps[0].${kind}.rpms[0]: agent-7.1-1.x86_64.rpm is for amd64, and the list has no agent for arm64`,
    ]);
    expect(errorsOf({ layers: stepsOf({ [kind]: props }) })).toEqual([]);
  });

  it('is left out elsewhere where it says so, and with it a step that has no others', () => {
    const layers = stepsOf(
      { rpms: { rpms: [{ ...rpm('x86_64'), architecture: 'amd64' }] } },
      { packages: { install: ['htop'] } },
    );
    const [amd64, arm64] = both({ layers }).builds;
    expect(amd64!.traced.map(({ kind }) => kind)).toEqual(['rpms', 'packages', 'end']);
    expect(arm64!.traced.map(({ kind }) => kind)).toEqual(['packages', 'end']);
  });

  it('whose name does not tell is for what it says', () => {
    const layers = stepsOf({
      rpms: { rpms: [{ url: 'https://example.com/a.rpm', architecture: 'arm64' }, rpm('noarch')] },
    });
    const [amd64, arm64] = both({ layers }).builds;
    expect(amd64!.containerfile).not.toContain('/a.rpm');
    expect(arm64!.containerfile).toContain('/a.rpm');
  });

  it('does not say otherwise than its name', () => {
    const layers = stepsOf({ rpms: { rpms: [{ ...rpm('x86_64'), architecture: 'arm64' }] } });
    const { diagnostics } = loadLibrary(repository({ layers }));
    expect(diagnostics).toMatchObject([
      {
        message: 'by its name this RPM is for amd64',
        origin: { path: ['steps', 0, 'rpms', 'rpms', 0, 'architecture'] },
      },
    ]);
  });

  it('of 32 bits is for amd64', () => {
    const layers = stepsOf({ rpms: { rpms: [rpm('i686')] } });
    expect(errorsOf({ layers })).toEqual([]);
    expect(errors({ layers })).toHaveLength(1);
  });

  it('of a kernel is taken by its architecture, of which the set has to be whole', () => {
    const parts = ['kernel', 'kernel-core', 'kernel-modules', 'kernel-modules-core', 'kernel-modules-extra'];
    const set = (arch: string, names = parts) =>
      names.map((name) => ({ url: `https://example.com/${name}-5.14.0-295.el9.${arch}.rpm` }));
    const layersOf = (...sets: object[][]) => stepsOf({ kernel: { rpms: sets.flat() } });
    const layers = layersOf(set('x86_64'), set('aarch64'));
    expect(both({ layers }).builds.map(({ kernels }) => kernels.installed?.version)).toEqual([
      '5.14.0-295.el9.x86_64',
      '5.14.0-295.el9.aarch64',
    ]);
    expect(errors({ layers: layersOf(set('x86_64')) })).toMatchObject([
      expect.stringContaining(
        'kernel-not-amd64 steps[0].kernel.rpms[0]: this kernel is for x86_64, and the image for arm64',
      ),
    ]);
  });
});
