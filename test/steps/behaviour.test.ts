import { describe, expect, it } from 'vitest';
import { renderStep } from './render.ts';

const URL_RPM = { url: 'https://example.com/a-1.x86_64.rpm', sha256: 'a1'.repeat(32) };
const SUM = 'b2'.repeat(32);
const sumOf = (text: string) =>
  renderStep('rpms', { rpms: [{ file: 'files/b.rpm' }] }, { sources: { 'files/b.rpm': text } }).output
    .files![0]!.sha256;

describe('RPMs', () => {
  it('are downloaded and checked before any is installed, and asserted afterwards', () => {
    const { text } = renderStep('hotfix', { reason: 'x', rpms: [URL_RPM] });
    const order = [
      'curl -fsSL',
      'sha256sum -c -',
      'rpm -U --test --nodeps --replacepkgs ./*.rpm',
      'dnf install -y ./*.rpm',
      'xargs rpm -q',
      'rm -r /tmp/rpms',
    ];
    const places = order.map((part) => text.indexOf(part));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(text).toContain(`echo '${URL_RPM.sha256}  a-1.x86_64.rpm' | sha256sum -c -`);
  });

  it('get the name of an RPM, whatever the URL ends in', () => {
    const { text } = renderStep('rpms', { rpms: [{ url: 'https://example.com/a%2B-1.rpm?sig=x&y=z' }] });
    expect(text).toContain("curl -fsSL --retry 3 -o a+-1.rpm 'https://example.com/a%2B-1.rpm?sig=x&y=z'");
  });

  it('of the repository are mounted, and do not enter the image', () => {
    const { text, output, problems } = renderStep('rpms', { rpms: [{ file: 'files/b.rpm' }] });
    expect(problems).toEqual([]);
    expect(text).toContain(`--mount=type=bind,source=${output.files![0]!.name},target=/tmp/mounted/b.rpm,z`);
    expect(text).not.toContain('curl');
    expect(text).toContain('dnf install -y /tmp/mounted/b.rpm');
  });

  it('of the repository are nothing that a cluster could read', () => {
    const { problems } = renderStep(
      'rpms',
      { rpms: [URL_RPM, { file: 'files/b.rpm' }] },
      { hasContext: false },
    );
    expect(problems).toMatchObject([{ code: 'no-build-context', path: ['rpms', 1, 'file'] }]);
    expect(problems[0]!.hint).toContain('serve the RPM at a URL');
  });

  it('have the sum that was given', () => {
    const sources = { 'files/b.rpm': 'bytes' };
    const of = (sha256: string) =>
      renderStep('rpms', { rpms: [{ file: 'files/b.rpm', sha256 }] }, { sources }).problems;
    expect(of(sumOf('bytes'))).toEqual([]);
    expect(of(sumOf('other'))).toMatchObject([{ code: 'sha256-mismatch', path: ['rpms', 0, 'sha256'] }]);
  });

  it('are not there twice, and not missing', () => {
    const twice = renderStep('rpms', {
      rpms: [URL_RPM, { url: 'https://other.example.com/a-1.x86_64.rpm' }],
    });
    expect(twice.problems).toMatchObject([{ code: 'rpm-twice', path: ['rpms', 1] }]);
    const gone = renderStep('rpms', { rpms: [{ file: 'files/b.rpm' }] }, { sources: {} });
    expect(gone.problems).toMatchObject([{ code: 'no-source', path: ['rpms', 0, 'file'] }]);
  });
});

describe('a hotfix', () => {
  const props = { reason: 'x', via: 'rpm-ostree', rpms: [URL_RPM, { file: 'files/b-1-1.noarch.rpm' }] };

  it('is one transaction of dnf, after rpm itself has refused what is older than the base', () => {
    const { text } = renderStep('hotfix', { ...props, via: 'dnf' });
    const all = './*.rpm /tmp/mounted/b-1-1.noarch.rpm';
    expect(text).toContain(`rpm -U --test --nodeps --replacepkgs ${all} && \\\n    dnf install -y ${all}`);
    expect(renderStep('hotfix', { ...props, via: undefined }).text).toBe(text);
    expect(text).not.toContain('rpm-ostree');
  });

  it('is an override of rpm-ostree for what the base has, and installed for the rest', () => {
    const { text } = renderStep('hotfix', props);
    const order = ['rpm -U --test', '| xargs -r rpm-ostree override replace', 'xargs -r rpm-ostree install'];
    const places = order.map((part) => text.indexOf(part));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(text).not.toContain('dnf');
  });

  it('needs the wrappers of rpm-ostree before 4.19', () => {
    const wrap = 'rpm-ostree cliwrap install-to-root /';
    expect(renderStep('hotfix', props).text).not.toContain(wrap);
    expect(renderStep('hotfix', props, { release: '4.18.21' }).text).toContain(wrap);
  });
});

describe('a kernel', () => {
  const version = '5.14.0-570.17.1.el9_6.x86_64';
  const baseurl = 'https://example.com/Packages/';
  const urls = (parts: readonly string[]) =>
    parts.map((part) => ({ url: `https://example.com/${part}-${version}.rpm` }));
  const OLD = ['kernel', 'kernel-core', 'kernel-modules', 'kernel-modules-extra'];
  const parts = (text: string) => [...text.matchAll(/curl .*\/([^/]+)-5\.14\S+ &&/g)].map(([, part]) => part);

  it('by version is every part of it, which are more from RHEL 9.2 on', () => {
    const { text } = renderStep('kernel', { version, baseurl });
    expect(text).toContain(`-O https://example.com/Packages/kernel-core-${version}.rpm`);
    expect(parts(text)).toEqual([...OLD, 'kernel-modules-core'].sort());
    const partsFor = (el: string | undefined, release = '4.19.3') =>
      parts(renderStep('kernel', { version, baseurl }, { el, release }).text);
    expect(partsFor('9.0')).toEqual(OLD);
    expect(partsFor('8.6')).toEqual(OLD);
    expect(partsFor('9.2')).toHaveLength(5);
    expect(partsFor('10.1')).toHaveLength(5);
    expect(partsFor(undefined, '4.12.9')).toEqual(OLD);
    expect(partsFor(undefined, '4.13.0')).toHaveLength(5);
  });

  it('by a list is complete, or told what it lacks', () => {
    expect(renderStep('kernel', { rpms: urls([...OLD, 'kernel-modules-core']) }).problems).toEqual([]);
    expect(renderStep('kernel', { rpms: urls(OLD) }, { el: '9.0' }).problems).toEqual([]);
    expect(renderStep('kernel', { rpms: urls(['kernel', 'kernel-core']) }).problems).toMatchObject([
      {
        code: 'kernel-incomplete',
        message: 'this kernel lacks kernel-modules, kernel-modules-core, kernel-modules-extra',
        path: ['rpms'],
      },
    ]);
  });

  it('is claimed where it is written', () => {
    const claimsOf = (props: object) =>
      renderStep('kernel', props).output.claims!.map(({ name, at }) => [name, at]);
    expect(claimsOf({ version, baseurl })[0]).toEqual(['kernel', ['version']]);
    expect(claimsOf({ rpms: urls([...OLD, 'kernel-modules-core']) })[1]).toEqual([
      'kernel-core',
      ['rpms', 1],
    ]);
  });
});

describe('systemd', () => {
  it('has its units written before it enables them, in the order disable, mask, enable', () => {
    const { output, text } = renderStep('systemd', {
      enable: ['a.service', 'b.timer'],
      disable: ['c.service'],
      mask: ['d.service'],
      units: [{ name: 'a.service', content: '[Unit]\n' }],
      dropins: [{ unit: 'e.service', name: '10.conf', content: '[Service]\n' }],
    });
    expect(output.instructions.map(({ kind }) => kind)).toEqual(['copy', 'copy', 'run']);
    expect(text).toContain('/usr/lib/systemd/system/a.service\n');
    expect(text).toContain('/usr/lib/systemd/system/e.service.d/10.conf\n');
    expect(text).toContain(
      [
        'RUN systemctl disable c.service',
        'systemctl mask d.service',
        'systemctl enable a.service b.timer',
      ].join(' && \\\n    '),
    );
  });

  it('runs no command where there is none', () => {
    const { text } = renderStep('systemd', { units: [{ name: 'a.service', source: 'files/a' }] });
    expect(text).not.toContain('RUN');
  });

  it('reports a unit that is not there at its place', () => {
    expect(
      renderStep('systemd', { units: [{ name: 'a.service', source: 'files/a' }] }, { sources: {} }).problems,
    ).toMatchObject([{ code: 'no-source', path: ['units', 0, 'source'] }]);
  });
});

describe('remove', () => {
  it('asserts the absence of each, and takes nothing along that nobody asked for', () => {
    expect(renderStep('remove', { packages: ['a', 'b'] }).text).toBe(
      'RUN dnf remove -y --noautoremove a b && \\\n    ! rpm -q a && \\\n    ! rpm -q b',
    );
  });
});

describe('a kernel that is not one set', () => {
  const PARTS = ['kernel', 'kernel-core', 'kernel-modules', 'kernel-modules-core', 'kernel-modules-extra'];
  const OWN = '5.14.0-570.17.1.el9_6.x86_64';
  const of = (other: string, at = 2) =>
    renderStep('kernel', {
      rpms: PARTS.map((part, index) => ({
        url: `https://example.com/${part}-${index === at ? other : OWN}.rpm`,
      })),
    }).problems;

  it('by version is of another architecture', () => {
    const version = OWN.replace('x86_64', 'aarch64');
    const { problems } = renderStep('kernel', { version, baseurl: 'https://example.com/' });
    expect(problems).toMatchObject([{ code: 'kernel-not-amd64', path: ['version'] }]);
  });

  it('by a list has parts of another architecture, or of another version', () => {
    expect(of(OWN)).toEqual([]);
    expect(of(OWN.replace('x86_64', 'aarch64'))).toMatchObject([
      { code: 'kernel-not-amd64', path: ['rpms', 2] },
    ]);
    expect(of('5.14.0-570.18.1.el9_6.x86_64')).toMatchObject([
      {
        code: 'kernel-mixed',
        message: 'this kernel is of several versions: 5.14.0-570.17.1.el9_6, 5.14.0-570.18.1.el9_6',
        path: ['rpms', 2],
      },
    ]);
  });

  it('may have other packages beside it, of versions of their own', () => {
    const rpms = [...PARTS.map((part) => `${part}-${OWN}`), 'linux-firmware-20250101-1.el9.noarch'].map(
      (name) => ({ url: `https://example.com/${name}.rpm` }),
    );
    expect(renderStep('kernel', { rpms }).problems).toEqual([]);
  });
});

describe('RPMs that are relocated', () => {
  it('have links for each boot, in a file of their own', () => {
    const { text } = renderStep('rpms', { rpms: [URL_RPM], relocate: 'opt' });
    const order = [
      'mkdir -p /var/opt /var/usrlocal',
      'dnf install',
      'find /var/opt',
      'test -s',
      'mv -T',
      'sed',
    ];
    const places = order.map((part) => text.indexOf(part));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(text).toContain('> /usr/lib/tmpfiles.d/relocated-a-1.x86_64.conf');
  });
});

describe('hotfix', () => {
  it('warns of a reason that is still to be written', () => {
    const problems = (reason: string) => renderStep('hotfix', { reason, rpms: [URL_RPM] }).problems;
    expect(problems('TODO: why, and until when')).toMatchObject([
      { code: 'reason-todo', severity: 'warning', path: ['reason'] },
    ]);
    expect(problems('RHEL-12345, the TODO of the vendor')).toEqual([]);
  });
});

describe('epel', () => {
  it("takes the release's major version, and needs none for a release RPM or where it is told", () => {
    expect(renderStep('epel', { packages: ['htop'] }).text).toContain('epel-release-latest-9.noarch.rpm');
    expect(renderStep('epel', { packages: ['htop'] }, { el: '10.1' }).text).toContain('latest-10.noarch');
    const codes = (props: object) =>
      renderStep('epel', props, { el: undefined }).problems.map(({ code }) => code);
    expect(codes({ packages: ['htop'] })).toContain('epel-version-unknown');
    expect(codes({ packages: ['htop'], mirror: 'https://m.example.com/' })).toEqual(['epel-version-unknown']);
    expect(codes({ packages: ['htop'], release: URL_RPM })).toEqual([]);
    expect(codes({ packages: ['htop'], el: '9' })).toEqual(['epel-release-unpinned']);
  });

  it('says that an unpinned release is another one tomorrow, and locates a release that is wrong', () => {
    expect(renderStep('epel', { packages: ['htop'] }).problems).toMatchObject([
      { code: 'epel-release-unpinned', severity: 'warning' },
    ]);
    expect(
      renderStep('epel', { packages: ['htop'], release: { file: 'files/e.rpm' } }, { hasContext: false })
        .problems,
    ).toMatchObject([{ code: 'no-build-context', path: ['release', 'file'] }]);
  });

  it('says so of a release RPM without a sum as well, unless its file is in the repository', () => {
    const problems = (release: object) => renderStep('epel', { packages: ['htop'], release }).problems;
    expect(problems({ url: URL_RPM.url })).toMatchObject([
      { code: 'epel-release-unpinned', severity: 'warning', path: ['release'] },
    ]);
    expect(problems(URL_RPM)).toEqual([]);
    expect(problems({ file: 'files/e.rpm' })).toEqual([]);
  });

  it("takes packages and key from where a mirror has them, by the release's major version", () => {
    const props = { packages: ['htop'], mirror: 'https://m.example.com/pub/epel/' };
    const { text, problems } = renderStep('epel', props, { el: '10.1' });
    expect(problems).toEqual([]);
    expect(text).toContain('--repofrompath epel,https://m.example.com/pub/epel/10/Everything/x86_64 ');
    expect(text).toContain('--setopt=epel.gpgkey=https://m.example.com/pub/epel/RPM-GPG-KEY-EPEL-10 ');
  });

  it('leaves no repository behind, unless told to', () => {
    expect(renderStep('epel', { packages: ['htop'] }).text).toContain(
      'dnf remove -y --noautoremove epel-release',
    );
    expect(renderStep('epel', { packages: ['htop'], keep: true }).text).not.toContain('dnf remove');
  });
});

describe('repository', () => {
  const props = { id: 'vendor', baseurl: 'https://a.example.com/', gpgkey: { file: 'files/KEY' } };
  const KEY = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nabc\n-----END PGP PUBLIC KEY BLOCK-----\n';

  it('goes at the end, with its key, unless it is kept', () => {
    const { output } = renderStep('repository', props, { sources: { 'files/KEY': KEY } });
    expect(output.finally).toEqual([
      ['rm -f /etc/yum.repos.d/vendor.repo /etc/pki/rpm-gpg/RPM-GPG-KEY-vendor'],
    ]);
    expect(
      renderStep('repository', { ...props, keep: true }, { sources: { 'files/KEY': KEY } }).output.finally,
    ).toEqual([]);
  });

  it('claims its files, so that no other step overwrites them', () => {
    const { output } = renderStep('repository', props, { sources: { 'files/KEY': KEY } });
    expect(output.claims).toEqual([
      { verb: 'writes', name: '/etc/yum.repos.d/vendor.repo', at: ['id'] },
      { verb: 'writes', name: '/etc/pki/rpm-gpg/RPM-GPG-KEY-vendor', at: ['gpgkey', 'file'] },
    ]);
  });

  it('checks packages, and says so where it does not', () => {
    expect(renderStep('repository', props, { sources: { 'files/KEY': KEY } }).text).toContain('gpgcheck=1');
    const unchecked = renderStep('repository', {
      id: 'x',
      metalink: 'https://a.example.com/m',
      gpgcheck: false,
    });
    expect(unchecked.text).toContain('gpgcheck=0');
    expect(unchecked.problems).toMatchObject([
      { code: 'gpgcheck-off', severity: 'warning', path: ['gpgcheck'] },
    ]);
  });

  it.each([
    ['a private key', '-----BEGIN PGP PRIVATE KEY BLOCK-----\n'],
    ['a binary key', Uint8Array.from([0x99, 0x01, 0x00])],
    ['nothing', ''],
  ])('does not take %s for its key', (_, content) => {
    expect(renderStep('repository', props, { sources: { 'files/KEY': content } }).problems).toMatchObject([
      { code: 'gpgkey-not-armored', path: ['gpgkey', 'file'] },
    ]);
  });
});

describe('files', () => {
  it('are copied with a mode and an owner, or written where there is no context', () => {
    const props = [{ path: '/etc/a b', content: 'x\n', mode: '600', owner: 'agent' }];
    expect(renderStep('files', props).text).toMatch(
      /^COPY --chmod=0600 --chown=agent\S* \["a_b\.[0-9a-f]{16}","\/etc\/a b"\]/,
    );
    const { text } = renderStep('files', props, { hasContext: false });
    for (const command of [
      'mkdir -p /etc',
      "printf '%s\\n' x > '/etc/a b'",
      "chmod 0600 '/etc/a b'",
      "chown agent:root '/etc/a b'",
    ]) {
      expect(text).toContain(command);
    }
    // A change of owner takes setuid bits away, so that it comes first.
    expect(text.indexOf('chown')).toBeLessThan(text.indexOf('chmod'));
  });

  it('that are not there are reported at their place', () => {
    expect(
      renderStep(
        'files',
        [
          { path: '/a', content: '' },
          { path: '/b', source: 'files/b' },
        ],
        { sources: {} },
      ).problems,
    ).toMatchObject([{ code: 'no-source', path: [1, 'source'] }]);
  });

  it.each([
    ['/var/lib/agent/a', "/var is the node's own"],
    ['/opt/agent/a', "/opt leads into /var, which is the node's own"],
    ['/usr/local/bin/a', "/usr/local leads into /var, which is the node's own"],
    ['/home/core/a', "/home leads into /var, which is the node's own"],
    ['/root/.bashrc', "/root leads into /var, which is the node's own"],
    ['/run/a', '/run is empty at every boot'],
    ['/tmp/a', '/tmp is empty at every boot'],
    ['/opt', "/opt leads into /var, which is the node's own"],
  ])('that would not reach the nodes are refused: %s', (path, why) => {
    for (const hasContext of [true, false]) {
      const { problems } = renderStep(
        'files',
        [
          { path: '/etc/a', content: '' },
          { path, content: '' },
        ],
        {
          hasContext,
        },
      );
      expect(problems).toMatchObject([
        {
          code: 'path-not-shipped',
          message: `${path} would not reach the nodes: ${why}`,
          hint: expect.stringContaining('/usr/lib/tmpfiles.d'),
          path: [1, 'path'],
        },
      ]);
    }
  });

  it.each([
    '/etc/a',
    '/usr/bin/a',
    '/usr/localx',
    '/variable',
    '/opts/a',
    '/usr/lib/tmpfiles.d/a.conf',
  ])('that ship are taken: %s', (path) =>
    expect(renderStep('files', [{ path, content: '' }]).problems).toEqual([]));

  it('that are no text go as base64 where there is no context', () => {
    const sources = { 'files/b': Uint8Array.from([0, 1, 2, 255]) };
    const { text } = renderStep('files', [{ path: '/b', source: 'files/b' }], { hasContext: false, sources });
    expect(text).toContain('echo AAEC/w== | base64 -d > /b');
  });
});

describe('a folder of files', () => {
  const sources = { 'files/d/a b.conf': 'a\n', 'files/d/bin/run.sh': '#!/bin/sh\n', 'files/d/bin/z': 'a\n' };
  const tree = (props: object = {}, options: object = {}) =>
    renderStep('files', [{ path: '/etc/d', source: 'files/d', ...props }], { sources, ...options });

  it('is one instruction, with the modes that git has', () => {
    const { output, text } = tree();
    expect(output.instructions).toHaveLength(1);
    expect(text).toContain('mkdir -p /etc/d /etc/d/bin && ');
    expect(text).toMatch(/install -T -m 0644 \/tmp\/a_b\.conf\.\w{16} '\/etc\/d\/a b\.conf'/);
    expect(text).toMatch(/install -T -m 0755 \/tmp\/run\.sh\.\w{16} \/etc\/d\/bin\/run\.sh/);
    expect(output.files!.map(({ source }) => source)).toEqual(Object.keys(sources).map((p) => `layers/${p}`));
  });

  it('claims each of its files where it is written, so that another step that has one is found', () => {
    expect(tree().output.claims).toEqual(
      ['a b.conf', 'bin/run.sh', 'bin/z'].map((name) => ({
        verb: 'writes',
        name: `/etc/d/${name}`,
        at: [0, 'path'],
      })),
    );
  });

  it('has one mode for its files where one is given, and its owner for the folders that it makes', () => {
    const { text } = tree({ mode: '0600', owner: 'agent' });
    expect(text.match(/install -T -m 0600 -o agent -g root /g)).toHaveLength(3);
    expect(text).toContain('{ test -d /etc/d/bin || install -d -o agent -g root /etc/d/bin; }');
    expect(text).not.toContain('mkdir');
  });

  it('is readable in the commands where there is no context', () => {
    const { text, output } = tree({ owner: 'agent:users' }, { hasContext: false });
    expect(output.files).toEqual([]);
    expect(text).toContain("printf '%s\\n' a > '/etc/d/a b.conf'");
    expect(text).toContain("chown agent:users '/etc/d/a b.conf' /etc/d/bin/z && ");
    expect(text).toContain("chmod 0644 '/etc/d/a b.conf' /etc/d/bin/z && ");
    expect(text).toContain('chmod 0755 /etc/d/bin/run.sh');
    expect(text.indexOf('install -d')).toBeLessThan(text.indexOf('printf'));
  });

  it('mounts bytes once that several of its files have', () => {
    const twice = { 'files/d/a': 'x', 'files/d/b/a': 'x' };
    expect(tree({}, { sources: twice }).text.match(/--mount/g)).toHaveLength(1);
  });

  it('that would not reach the nodes is told once, also where only a part of it would not', () => {
    const codes = (path: string, sources: object) =>
      tree({ path }, { sources }).problems.map(({ code, path }) => [code, path]);
    expect(codes('/opt/agent', sources)).toEqual([['path-not-shipped', [0, 'path']]]);
    expect(codes('/usr', { 'files/d/bin/a': '', 'files/d/local/bin/a': '', 'files/d/local/b': '' })).toEqual([
      ['path-not-shipped', [0, 'path']],
    ]);
  });

  it('goes into a stage as well, wherever it is there; but no unit is one', () => {
    const stage = {
      name: 'a',
      from: `q.io/a@sha256:${'1'.repeat(64)}`,
      files: [{ path: '/root/src', source: 'files/d' }],
      copy: [{ from: '/root/src/a.ko', to: '/usr/lib/a.ko' }],
    };
    const { output, problems } = renderStep('stage', stage, { sources });
    expect(problems).toEqual([]);
    expect(output.stages![0]!.instructions).toHaveLength(1);
    const units = { units: [{ name: 'a.service', source: 'files/d' }] };
    expect(renderStep('systemd', units, { sources }).problems).toMatchObject([{ code: 'no-source' }]);
  });
});

describe('a download', () => {
  const props = [{ path: '/usr/bin/yq', url: 'https://example.com/yq', sha256: SUM, mode: '0755' }];

  it.each([true, false])('is in its place only after its sum was checked (context: %s)', (hasContext) => {
    const { text, output } = renderStep('files', props, { hasContext });
    const order = ['RUN curl -fsSL', '| sha256sum -c -', 'install -T -m 0755 /tmp/yq.', 'rm /tmp/yq.'];
    const places = order.map((part) => text.indexOf(part));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(text).toContain(`echo '${SUM}  /tmp/yq.${SUM.slice(0, 16)}'`);
    expect(output).toMatchObject({ files: [], claims: [{ verb: 'writes', name: '/usr/bin/yq' }] });
  });

  it('has the owner that is given', () => {
    const { text } = renderStep('files', [{ ...props[0], owner: '7:8' }]);
    expect(text).toContain('install -T -m 0755 -o 7 -g 8 /tmp/yq.');
  });
});

describe('run', () => {
  it('is told by a remark, with its reason', () => {
    const { problems } = renderStep('run', { reason: 'no package for it', commands: ['true'] });
    expect(problems).toMatchObject([
      {
        code: 'run-step',
        severity: 'info',
        message: "code of the layer's own runs in the build: no package for it",
      },
    ]);
  });

  it('keeps the order of its commands in one RUN', () => {
    expect(renderStep('run', { reason: 'x', commands: ['b', ['a', '$x'], 'c; d'] }).text).toBe(
      "RUN b && \\\n    a '$x' && \\\n    sh -ec 'c; d'",
    );
  });
});

describe('secrets', () => {
  const auth = { secret: 'vendor' };
  const repository = { id: 'vendor', baseurl: 'https://example.com/', gpgcheck: false, auth };

  it('are named by steps, and none of their bytes is in an instruction', () => {
    const rpm = renderStep('rpms', { rpms: [{ ...URL_RPM, auth }] });
    expect(rpm.output.secrets).toEqual([{ name: 'vendor', type: 'basic-auth', at: ['rpms', 0, 'auth'] }]);
    expect(rpm.text).toContain('/run/secrets/vendor/username /run/secrets/vendor/password | paste -sd :');
    expect(rpm.text).not.toMatch(/ (-u|--user) /);
    const tls = renderStep('rpms', { rpms: [{ ...URL_RPM, auth: { ...auth, type: 'tls' } }] });
    expect(tls.output.secrets).toMatchObject([{ name: 'vendor', type: 'tls' }]);
    expect(tls.text).toContain('--cert /run/secrets/vendor/tls.crt --key /run/secrets/vendor/tls.key');
  });

  it('of a repository are reached by links that are gone at the end', () => {
    const { text, output } = renderStep('repository', repository);
    expect(text).toContain('username=$vendor_username');
    expect(text).toContain('ln -s /run/secrets/vendor/password /etc/dnf/vars/vendor_password');
    expect(output.finally!.flat().join(' ')).toContain('/etc/dnf/vars/vendor_password');
  });

  it('are nothing that a build on the cluster has: the operator has its own ways', () => {
    const rpm = renderStep('rpms', { rpms: [{ ...URL_RPM, auth }] }, { hasContext: false });
    expect(rpm.problems).toMatchObject([{ code: 'no-build-secrets', path: ['rpms', 0, 'auth'] }]);
    const onCluster = renderStep('repository', repository, { hasContext: false });
    expect(onCluster.output).toEqual({ instructions: [] });
    const [info] = onCluster.problems.filter(({ code }) => code !== 'gpgcheck-off');
    expect(info).toMatchObject({ code: 'repository-on-cluster', severity: 'info' });
    expect(`${info!.message} ${info!.hint}`).toMatch(
      /vendor\.repo of the ConfigMap etc-yum-repos-d.*etc-pki-rpm-gpg/,
    );
  });

  it('of a subscription are mounted by the operator, and nothing is rendered for it', () => {
    const { output, problems } = renderStep('entitlement', {}, { hasContext: false });
    // It is said, for those who try the cluster's build.
    const secrets = [{ name: 'etc-pki-entitlement', type: 'entitlement', at: [] }];
    expect(output).toEqual({ instructions: [], secrets });
    expect(problems).toMatchObject([{ code: 'entitlement-by-operator', severity: 'info' }]);
    expect(problems[0]!.message).not.toContain('ignored');
    const own = renderStep('entitlement', { secret: 'mine' }, { hasContext: false });
    expect(own.problems).toMatchObject([
      {
        code: 'entitlement-by-operator',
        message: expect.stringContaining('the Secret mine is ignored'),
        path: ['secret'],
      },
    ]);
    expect(problems[0]!.hint).toContain('etc-pki-entitlement of openshift-config-managed');
  });
});

describe('a variable of the release', () => {
  const KERNEL = '5.14.0-570.16.1.el9_6.x86_64';
  const stage = (props: object) => ({
    name: 'a',
    from: '${release.driver-toolkit}',
    copy: [{ from: '/a', to: '/usr/bin/a' }],
    ...props,
  });
  const copying = (from: string, to: string) => stage({ copy: [{ from, to }] });
  const run = (...commands: (string | string[])[]) => ({ reason: 'x', commands });
  const put = (path: string, props: object = { content: 'a' }) => [{ path, ...props }];

  it.each([
    ['labels', { a: 'for ${release.kernel}, ${HOME}' }, `for ${KERNEL}, `],
    ['run', run('echo ${release.kernel} "${HOME}"'), `echo ${KERNEL} `],
    ['run', run(['echo', '${release.kernel}']), `echo ${KERNEL}`],
    ['files', put('/usr/lib/modules/${release.kernel}/x.ko'), `/usr/lib/modules/${KERNEL}/x.ko`],
  ] as const)('is replaced: %s %j', (kind, props, text) => {
    const rendered = renderStep(kind, props);
    expect(rendered.problems.filter(({ code }) => code !== 'run-step')).toEqual([]);
    expect(rendered.text).toContain(text);
  });

  it('is replaced in the paths of a stage, with a context and without', () => {
    for (const hasContext of [true, false]) {
      const files = put('/src/${release.kernel}/a');
      const { output, problems } = renderStep('stage', stage({ files }), { hasContext });
      expect(problems).toEqual([]);
      expect(JSON.stringify(output.stages)).toContain(`/src/${KERNEL}/a`);
    }
  });

  it.each([
    ['labels', { a: '${release.foo}' }, ['a'], '${release.foo} is not known'],
    ['labels', { a: '${release.kernel' }, ['a'], '${release.kernel is not known, and has no end'],
    ['run', run('a', 'echo ${release.foo}'), ['commands', 1], '${release.foo} is not known'],
    ['run', run('echo ${relese.kernel}'), ['commands', 0], '${relese.kernel} is not known'],
    ['run', run(`echo "it's \${relese.kernel}, isn't it"`), ['commands', 0], '${relese.kernel} is not known'],
    ['run', run(['echo', '${release.foo}']), ['commands', 0, 1], '${release.foo} is not known'],
    ['files', put('/usr/${release.foo}/x'), [0, 'path'], '${release.foo} is not known'],
    ['files', put('/usr/${foo}/x'), [0, 'path'], '${foo} is not known'],
    ['files', put('/usr/${release.el/x'), [0, 'path'], '${release.el is not known, and has no end'],
    ['stage', stage({ files: put('/src/${foo}') }), ['files', 0, 'path'], '${foo} is not known'],
    ['stage', stage({ run: ['echo ${relese.kernel}'] }), ['run', 0], '${relese.kernel} is not known'],
    [
      'stage',
      stage({ run: ['echo "${release.el"'] }),
      ['run', 0],
      '${release.el" is not known, and has no end',
    ],
    ['stage', copying('/a', '/usr/lib/${foo}'), ['copy', 0, 'to'], '${foo} is not known'],
    ['stage', copying('/${foo}', '/usr/a'), ['copy', 0, 'from'], '${foo} is not known'],
  ] as const)('that is not known is an error: %s %j', (kind, props, path, message) => {
    const { problems } = renderStep(kind, props);
    expect(problems.filter(({ code }) => code !== 'run-step')).toMatchObject([
      { code: 'unknown-variable', path, message, hint: expect.stringContaining('${release.kernel}') },
    ]);
  });

  it.each([
    'echo ${HOME} "${x%.rpm}" ${x:-a.b} ${x/./_}',
    "sed -i 's/${project.version}/1/' pom.xml",
    'echo \\${a.b} "\\${a.b}"',
    ['sed', 's/${project.version}/1/'],
  ])("is not what is the shell's own, or a program's: %j", (command) => {
    expect(renderStep('run', run(command)).problems).toMatchObject([{ code: 'run-step' }]);
  });

  it('stays in the content of files, which is remarked', () => {
    const { output, problems } = renderStep('files', put('/etc/a', { content: '${release.el}' }));
    expect(problems).toMatchObject([{ code: 'variable-in-content', severity: 'info', path: [0, 'content'] }]);
    expect(Buffer.from(output.files![0]!.content!).toString()).toBe('${release.el}');
  });
});

describe('what a stage copies', () => {
  it.each(['/opt/x', '/var/x', '/usr/local/bin/x'])('has to reach the nodes: %s', (to) => {
    const props = { name: 'a', from: '${release.driver-toolkit}', copy: [{ from: '/a', to }] };
    expect(renderStep('stage', props).problems).toMatchObject([
      { code: 'path-not-shipped', path: ['copy', 0, 'to'] },
    ]);
  });
});
