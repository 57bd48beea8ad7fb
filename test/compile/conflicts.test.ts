import { describe, expect, it } from 'vitest';
import { formatPath } from '../../src/diagnostics.ts';
import { compileIn, type PoolInput, repository } from './compile-pool.ts';

const url = (name: string) => ({ url: `https://example.com/${name}.rpm` });

const STEPS = {
  installs: { packages: { install: ['agent'] } },
  'installs from EPEL': { epel: { mirror: 'https://example.com/epel', packages: ['agent'] } },
  brings: { rpms: { rpms: [url('agent-7.1-1.el9.x86_64')] } },
  'brings as a hotfix': { hotfix: { reason: 'x', rpms: [url('agent-7.2-1.el9.x86_64')] } },
  removes: { remove: { packages: ['agent'] } },
  writes: { files: [{ path: '/usr/lib/systemd/system/a.service', content: 'a\n' }] },
  'writes a unit': { systemd: { units: [{ name: 'a.service', content: 'b\n' }] } },
  'writes a drop-in': { systemd: { dropins: [{ unit: 'a.service', name: '10.conf', content: 'b\n' }] } },
  'writes that drop-in': { files: [{ path: '/usr/lib/systemd/system/a.service.d/10.conf', content: '' }] },
  'adds a repository': { repository: { id: 'vendor', baseurl: 'https://example.com/', gpgcheck: false } },
  'writes its .repo': { files: [{ path: '/etc/yum.repos.d/vendor.repo', content: '' }] },
  labels: { labels: { agent: 'one' } },
  'labels again': { labels: { team: 'x', agent: 'two' } },
} as const;

type Step = keyof typeof STEPS;

/** Two steps, each in a layer of its own. */
const pair = (one: Step, two: Step): PoolInput => ({
  layers: [
    { name: 'one', steps: [STEPS[one]] },
    { name: 'two', steps: [STEPS[two]] },
  ],
});

function conflicts(input: PoolInput) {
  return compileIn(repository(input)).diagnostics.filter(({ code }) => code !== 'gpgcheck-off');
}

describe('two steps that contradict each other are told, with both places', () => {
  it.each<[Step, Step, code: string, at: string, first: string]>([
    ['writes', 'writes a unit', 'path-twice', 'systemd.units[0].name', 'files[0].path'],
    ['writes a unit', 'writes', 'path-twice', 'files[0].path', 'systemd.units[0].name'],
    ['writes a drop-in', 'writes that drop-in', 'path-twice', 'files[0].path', 'systemd.dropins[0].name'],
    ['adds a repository', 'writes its .repo', 'path-twice', 'files[0].path', 'repository.id'],
    ['labels', 'labels again', 'label-twice', 'labels.agent', 'labels.agent'],
    ['brings', 'brings as a hotfix', 'rpm-conflict', 'hotfix.rpms[0]', 'rpms.rpms[0]'],
    ['brings', 'installs', 'package-replaced', 'packages.install[0]', 'rpms.rpms[0]'],
    ['installs', 'brings as a hotfix', 'package-replaced', 'hotfix.rpms[0]', 'packages.install[0]'],
    ['installs from EPEL', 'brings', 'package-replaced', 'rpms.rpms[0]', 'epel.packages[0]'],
    ['installs', 'removes', 'installed-and-removed', 'remove.packages[0]', 'packages.install[0]'],
    ['brings', 'removes', 'installed-and-removed', 'remove.packages[0]', 'rpms.rpms[0]'],
    ['removes', 'installs', 'installed-and-removed', 'packages.install[0]', 'remove.packages[0]'],
    ['removes', 'brings', 'installed-and-removed', 'rpms.rpms[0]', 'remove.packages[0]'],
  ])('%s, then %s: %s', (one, two, code, at, first) => {
    const input = pair(one, two);
    const { compiled } = compileIn(repository(input));
    expect(compiled).toBeUndefined();
    const [conflict, ...more] = conflicts(input);
    expect(more).toEqual([]);
    expect(conflict).toMatchObject({ code, severity: 'error', source: 'input' });
    // Documents 0 and 1 are the two layers.
    expect(conflict!.origin).toMatchObject({ file: 'layers/all.yaml', document: 1 });
    expect(formatPath(conflict!.origin!.path)).toBe(`steps[0].${at}`);
    expect(conflict!.related).toMatchObject([{ origin: { file: 'layers/all.yaml', document: 0 } }]);
    expect(formatPath(conflict!.related![0]!.origin!.path)).toBe(`steps[0].${first}`);
  });

  it('within one step as well', () => {
    const steps = [{ files: ['a', 'b'].map((content) => ({ path: '/etc/a', content })) }];
    expect(conflicts({ layers: [{ name: 'x', steps }] })).toMatchObject([
      {
        message: '/etc/a is written twice, and the first one would be lost',
        origin: { path: ['steps', 0, 'files', 1, 'path'] },
        related: [{ message: 'it is written here', origin: { path: ['steps', 0, 'files', 0, 'path'] } }],
      },
    ]);
  });

  it('whatever has the same name in between', () => {
    const input = {
      layers: [{ name: 'x', steps: [STEPS.labels, STEPS.installs, STEPS.removes] }],
    };
    expect(conflicts(input)).toMatchObject([{ code: 'installed-and-removed' }]);
  });
});

describe('names that mean one thing', () => {
  const conflict = (...steps: object[]) => conflicts({ layers: [{ name: 'x', steps }] });
  const install = (...names: string[]) => ({ packages: { install: names } });
  const remove = (...packages: string[]) => ({ remove: { packages } });
  const file = (...paths: string[]) => ({ files: paths.map((path) => ({ path, content: '' })) });
  const systemd = (props: object) => ({ systemd: props });
  const gives = (name: string) => ({ rpms: { rpms: [url(name)] } });

  it.each<[code: string, steps: object[]]>([
    ['package-twice', [install('rsyslog'), install('rsyslog.x86_64')]],
    ['package-twice', [install('rsyslog', 'rsyslog-8.1-1')]],
    ['package-twice', [install('rsyslog-8.1-1.el9', 'rsyslog-8.1-1.el9.x86_64')]],
    ['installed-and-removed', [install('chrony.x86_64'), remove('chrony')]],
    ['installed-and-removed', [install('foo-1.2-3.el9'), remove('foo')]],
    ['installed-and-removed', [remove('foo'), install('foo-1:1.2-3.el9.noarch')]],
    ['installed-and-removed', [install('java-1.8.0-openjdk-1.8.0.462-1.el9'), remove('java-1.8.0-openjdk')]],
    ['installed-and-removed', [install('glibc.i686'), remove('glibc.i686')]],
    ['package-replaced', [gives('agent-7.1-1.el9.x86_64'), install('agent.x86_64')]],
    ['package-replaced', [install('agent-7.0-1.el9'), gives('agent-7.1-1.el9.x86_64')]],
    ['path-below-file', [file('/etc/x', '/etc/x/y')]],
    ['path-below-file', [file('/etc/x/y/z'), file('/etc/x')]],
    ['path-twice', [file('/bin/foo', '/usr/bin/foo')]],
    ['path-twice', [file('/usr/sbin/foo', '/sbin/foo')]],
    ['path-twice', [file('/lib64/a.so', '/usr/lib64/a.so')]],
    [
      'path-twice',
      [file('/lib/systemd/system/a.service'), systemd({ units: [{ name: 'a.service', content: '' }] })],
    ],
    ['path-below-file', [file('/lib/x', '/usr/lib/x/y')]],
    ['unit-contradiction', [systemd({ enable: ['a.service'], mask: ['a.service'] })]],
    ['unit-contradiction', [systemd({ enable: ['a.service'], disable: ['a.service'] })]],
    ['unit-contradiction', [systemd({ enable: ['a.service'] }), systemd({ mask: ['a.service'] })]],
    ['unit-contradiction', [systemd({ disable: ['a.service'] }), systemd({ enable: ['a.service'] })]],
  ])('%s: %j', (code, steps) => {
    const [found, ...more] = conflict(...steps);
    expect(more).toEqual([]);
    expect(found).toMatchObject({ code, related: [{ origin: { file: 'layers/all.yaml' } }] });
  });

  it('are told as they are written', () => {
    expect(conflict(install('chrony.x86_64'), remove('chrony'))).toMatchObject([
      {
        message: 'chrony is installed and then removed',
        related: [{ message: 'it is installed here, as chrony.x86_64' }],
      },
    ]);
    expect(conflict(file('/etc/x/y'), file('/etc/x'))).toMatchObject([
      {
        message: '/etc/x is a file, and /etc/x/y would be in it',
        origin: { path: ['steps', 1, 'files', 0, 'path'] },
        related: [{ message: 'it is written here' }],
      },
    ]);
  });

  it.each<[what: string, steps: object[]]>([
    ['a library of 32 bits beside that of 64', [install('glibc', 'glibc.i686')]],
    ['versions in names', [install('java-11-openjdk', 'java-17-openjdk'), remove('java')]],
    ['names with dots', [install('openvswitch3.5-ipsec', 'python3.11'), remove('python3', 'openvswitch3.5')]],
    [
      'several kernels to build for',
      [install('kernel-devel-5.14.0-570.1.el9', 'kernel-devel-5.14.0-571.1.el9')],
    ],
    ['names that begin as others do', [file('/etc/x', '/etc/xy', '/etc/x.d/y')]],
    ['a folder that is called as an alias', [file('/etc/lib/x', '/usr/lib/x', '/lib32/x')]],
    ['a unit that is off and masked', [systemd({ disable: ['a.service'], mask: ['a.service'] })]],
    ['two units', [systemd({ enable: ['a.service'], mask: ['a.socket'] })]],
    [
      'a unit that is enabled twice',
      [systemd({ enable: ['a.service'] }), systemd({ enable: ['a.service'] })],
    ],
  ])('%s: that is none', (_, steps) => {
    expect(conflict(...steps)).toEqual([]);
  });

  it('a folder of a stage may get more files', () => {
    const copy = (to: string) => ({
      stage: {
        name: to.slice(1).replaceAll('/', '-'),
        from: `q.io/a@sha256:${'a'.repeat(64)}`,
        copy: [{ from: '/x', to }],
      },
    });
    expect(conflict(copy('/usr/share/x'), file('/usr/share/x/more'))).toEqual([]);
    expect(conflict(file('/usr/share/x'), copy('/usr/share/x/more'))).toMatchObject([
      { code: 'path-below-file' },
    ]);
  });
});

describe('a package that is installed twice', () => {
  it('is a warning: the second step does nothing', () => {
    const { compiled, diagnostics } = compileIn(repository(pair('installs', 'installs from EPEL')));
    expect(compiled).toBeDefined();
    expect(diagnostics).toMatchObject([
      { code: 'package-twice', severity: 'warning', source: 'finding', message: 'agent is installed twice' },
    ]);
  });
});

describe('what goes together', () => {
  it.each<[Step, Step]>([
    ['removes', 'removes'],
    ['writes', 'writes a drop-in'],
    ['installs', 'writes'],
    ['labels', 'installs'],
    ['brings', 'labels'],
    ['adds a repository', 'installs'],
  ])('%s and %s', (one, two) => {
    expect(conflicts(pair(one, two))).toEqual([]);
  });

  it('a library of 32 bits beside that of 64', () => {
    const rpms = ['x86_64', 'i686'].map((arch) => url(`glibc-2.34-100.el9.${arch}`));
    expect(conflicts({ layers: [{ name: 'x', steps: [{ rpms: { rpms } }] }] })).toEqual([]);
  });

  it('RPMs whose names say nothing', () => {
    const rpms = [url('agent'), url('agent-1')];
    expect(conflicts({ layers: [{ name: 'x', steps: [STEPS.installs, { rpms: { rpms } }] }] })).toEqual([]);
  });

  it('what is in pools of their own', () => {
    const { layers } = pair('installs', 'removes');
    expect(conflicts({ layers: layers!, pool: { layers: ['one'] } })).toEqual([]);
    expect(conflicts({ layers: layers!, pool: { layers: ['two'] } })).toEqual([]);
  });
});

describe('secrets of a build', () => {
  const rpms = (name: string, auth: object) => ({
    name,
    steps: [{ rpms: { rpms: [{ ...url(`${name}-1-1.x86_64`), auth }] } }],
  });
  const entitled = (name: string, props: object) => ({ name, steps: [{ entitlement: props }] });
  const compiled = (...layers: object[]) => compileIn(repository({ layers } as PoolInput));

  it('are those of all layers, each once and by name', () => {
    const { compiled: pool, diagnostics } = compiled(
      rpms('one', { secret: 'vendor' }),
      entitled('two', {}),
      rpms('three', { secret: 'vendor', type: 'basic-auth' }),
      entitled('four', {}),
      rpms('five', { secret: 'api', type: 'tls' }),
    );
    expect(diagnostics).toEqual([]);
    expect(pool!.secrets).toEqual([
      { name: 'api', type: 'tls' },
      { name: 'etc-pki-entitlement', type: 'entitlement' },
      { name: 'vendor', type: 'basic-auth' },
    ]);
    expect(pool!.containerfile.match(/rm -f \/etc\/yum\.repos\.d\/redhat\.repo/g)).toHaveLength(1);
  });

  it.each([
    [
      rpms('one', { secret: 'a' }),
      rpms('two', { secret: 'a', type: 'tls' }),
      'wants a (tls) where it has a (basic-auth)',
    ],
    [
      entitled('one', {}),
      entitled('two', { secret: 'b' }),
      'wants b (entitlement) where it has etc-pki-entitlement',
    ],
    [
      entitled('one', {}),
      rpms('two', { secret: 'etc-pki-entitlement' }),
      'wants etc-pki-entitlement (basic-auth) where it has etc-pki-entitlement (entitlement)',
    ],
  ])('are of one type, and one entitlement', (one, two, message) => {
    const { compiled: pool, diagnostics } = compiled(one, two);
    expect(pool).toBeUndefined();
    expect(diagnostics).toMatchObject([{ code: 'secret-twice', severity: 'error' }]);
    expect(diagnostics[0]!.message).toContain(message);
    expect(diagnostics[0]!.related).toHaveLength(1);
  });
});
