import { describe, expect, it } from 'vitest';
import { renderStep } from './render.ts';

const URL_RPM = { url: 'https://example.com/a-1.x86_64.rpm', sha256: 'a1'.repeat(32) };
const sumOf = (text: string) =>
  renderStep('rpms', { rpms: [{ file: 'files/b.rpm' }] }, { sources: { 'files/b.rpm': text } }).output
    .files![0]!.sha256;

describe('RPMs', () => {
  it('are downloaded and checked before any is installed, and asserted afterwards', () => {
    const { text } = renderStep('hotfix', { reason: 'x', rpms: [URL_RPM] });
    const order = [
      'curl -fsSL',
      'sha256sum -c -',
      'dnf update -y ./*.rpm',
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

  it('that are no text go as base64 where there is no context', () => {
    const sources = { 'files/b': Uint8Array.from([0, 1, 2, 255]) };
    const { text } = renderStep('files', [{ path: '/b', source: 'files/b' }], { hasContext: false, sources });
    expect(text).toContain('echo AAEC/w== | base64 -d > /b');
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
