import { sha256Of } from '../../../src/containerfile/context-file.ts';
import type { StepName } from '../../../src/steps/index.ts';
import { KERNEL, NEW_KERNEL, SCAN, unit } from './step-rpms.ts';

/** A step as people write it, and what is true of the image that it makes. */
export interface Build {
  readonly what: string;
  readonly release?: '4.18.3' | '4.19.3';
  /** RPMs that the base has beside its own. */
  readonly base?: 'with-kernel' | 'with-agent';
  /** With RPMs and repositories that are served at this URL. */
  steps(url: string, fixtures: Fixtures): object[];
  /** Shell code that runs in the image, a line each, and fails where it is wrong. */
  readonly holds?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  /** For a build that has to fail: what the engine says. */
  readonly fails?: RegExp;
}

export interface Fixtures {
  /** The sum of a file that is served. */
  sumOf(name: string): string;
  /** The image of the release's driver toolkit, by digest. */
  readonly toolkit: string;
}

/** Values that are other things to a shell, a Containerfile or a template. */
const LABELS: Record<string, string> = Object.fromEntries(
  [
    'plain',
    'two words',
    '',
    '"quoted"',
    "it's",
    `$HOME \${HOME} $(id) $$ $`,
    'back\\slash \\\\ \\$x \\"',
    'ends in one\\',
    '`id`',
    ` 'a' "b" `,
    '# no comment',
    'a=b c=d',
    'ünïcödé 日本語 😀',
    '{{sh x}} %s <<EOF',
  ].map((value, index) => [`com.example/label-${index}`, value]),
);

/** An RPM that is served, as a step names it. */
const rpm = (url: string, name: string) => ({ url: `${url}/${name}.rpm` });
const fixed = (url: string, ...names: string[]) => ({
  reason: 'FIXTURE-1',
  rpms: names.map((name) => rpm(url, name)),
});

const kernelRpms = (url: string) => KERNEL.map((part) => rpm(url, `${part}-${NEW_KERNEL}.x86_64`));
const kernelHolds = [
  ...KERNEL.map((part) => `test "$(rpm -q ${part})" = ${part}-${NEW_KERNEL}.x86_64`),
  `test -z "$(find /usr/lib/modules -type f ! -path '*/${NEW_KERNEL}.x86_64/*')"`,
];

/** An object file for x86_64 that says it is a module for graphics cards of one vendor, and nothing else; gzip, base64. */
const MODULE =
  'H4sIAAAAAAACA6t39XFjYmRkgAFGBjsGBA8BPiCxHaAkOwMbQ05mcmpecaqte4APQ2JOZmKxbUFyplWZARAYGri4pmgVl2kVp2glJWsVJ2tlajFQDPSKM4pLikoSkxj0SlIrShj0UhJLEhn0koqLGfRy81My89LyGfTS80r1cjLzsvPzklP1SjIyi+OBUqU5qZRbzw0OIwagz1GBAw716GEpCBVjJlO/OBBzUKBfBirGhEO/AQH9qjjcX4DDHYxY+MxY3LkBStsT0A8A070CebACAAA=';

const AT_BOOT = [
  'rm -rf /var/opt /var/usrlocal',
  'systemd-tmpfiles --create /usr/lib/tmpfiles.d/relocated-*.conf',
];

/** Each kind of step there is, built; or why the fixture base cannot have it. */
export const BUILDS: Record<StepName, readonly Build[] | { readonly notHere: string }> = {
  hotfix: [
    ...(['dnf', 'rpm-ostree'] as const).flatMap((via): Build[] => [
      ...(['4.18.3', '4.19.3'] as const).map(
        (release): Build => ({
          what: `by ${via}, for ${release}: replaces what the base has, and installs what it lacks`,
          release,
          steps: (url) => [
            {
              hotfix: {
                via,
                ...fixed(
                  url,
                  'fixture-hello-1.1-1.noarch',
                  'fixture-epoch-1.1-1.noarch',
                  'fixture-new-1.0-1.noarch',
                ),
              },
            },
          ],
          holds: [
            'rpm -q fixture-hello-1.1-1 fixture-epoch-1:1.1-1 fixture-new-1.0-1',
            'grep -qx 1.1 /usr/share/fixture-hello/version',
            'test ! -e /tmp/not-in-base',
          ],
        }),
      ),
      {
        what: `by ${via}: installs what is all new to the base`,
        steps: (url) => [{ hotfix: { via, ...fixed(url, 'fixture-new-1.0-1.noarch') } }],
        holds: ['rpm -q fixture-new-1.0-1'],
      },
      {
        what: `by ${via}: refuses a build that is older than the base's`,
        steps: (url) => [
          { hotfix: { via, ...fixed(url, 'fixture-new-1.0-1.noarch', 'fixture-hello-0.9-1.noarch') } },
        ],
        fails: /fixture-hello-1\.0-1\.noarch \(which is newer than fixture-hello-0\.9-1\.noarch\)/,
      },
      {
        what: `by ${via}: refuses one that is older by its epoch, whatever its version`,
        steps: (url) => [{ hotfix: { via, ...fixed(url, 'fixture-epoch-2.0-1.noarch') } }],
        fails: /fixture-epoch-1:1\.0-1\.noarch \(which is newer than fixture-epoch-2\.0-1\.noarch\)/,
      },
    ]),
  ],
  epel: [
    {
      what: 'by a release RPM and its sum, which goes again',
      steps: (url, { sumOf }) => [
        {
          epel: {
            packages: ['fixture-htop'],
            release: {
              url: `${url}/epel-release-9-9.noarch.rpm`,
              sha256: sumOf('epel-release-9-9.noarch.rpm'),
            },
          },
        },
      ],
      holds: ['rpm -q fixture-htop', '! rpm -q epel-release', 'test ! -e /etc/yum.repos.d/epel.repo'],
    },
    {
      what: 'by a release RPM, which is kept',
      steps: (url) => [
        { epel: { packages: ['fixture-htop'], release: rpm(url, 'epel-release-9-9.noarch'), keep: true } },
      ],
      holds: ['rpm -q fixture-htop epel-release', 'test -e /etc/yum.repos.d/epel.repo'],
    },
    {
      what: 'by a release RPM, refused by another sum',
      steps: (url) => [
        {
          epel: {
            packages: ['fixture-htop'],
            release: { ...rpm(url, 'epel-release-9-9.noarch'), sha256: sha256Of('another') },
          },
        },
      ],
      fails: /epel-release-9-9\.noarch\.rpm: FAILED/,
    },
    {
      what: "from a mirror, by its key and the release's major version",
      steps: (url) => [{ epel: { packages: ['fixture-htop'], mirror: `${url}/epel-mirror/` } }],
      holds: ['rpm -q fixture-htop', 'test -z "$(grep -rls epel /etc/yum.repos.d)"'],
    },
    {
      what: 'from a mirror, refuses what is not signed',
      steps: (url) => [{ epel: { el: '9', packages: ['fixture-htop'], mirror: `${url}/unsigned-mirror` } }],
      fails: /fixture-htop-3\.0-1\.noarch\.rpm is not signed/,
    },
  ],
  packages: [
    {
      what: 'from one of two repositories',
      steps: (url) => [
        ...['epel', 'unsigned'].map((id) => ({
          repository: { id, baseurl: `${url}/${id}`, gpgcheck: false },
        })),
        { packages: { install: ['fixture-htop'], from: ['unsigned'] } },
      ],
      holds: ['rpm -q fixture-htop', 'test "$(rpm -q --qf "%{siggpg}" fixture-htop)" = "(none)"'],
    },
  ],
  rpms: [
    {
      what: 'by URL and sum, and from the repository',
      steps: (url) => [
        {
          rpms: {
            rpms: [rpm(url, 'fixture-new-1.0-1.noarch'), { file: 'files/fixture-agent-7.1-1.noarch.rpm' }],
          },
        },
      ],
      holds: [
        'rpm -q fixture-new-1.0-1 fixture-agent-7.1-1',
        'test ! -e /tmp/rpms',
        'test ! -s /tmp/mounted/fixture-agent-7.1-1.noarch.rpm',
      ],
    },
    ...(['4.18.3', '4.19.3'] as const).map(
      (release): Build => ({
        what: `relocated from /opt and /usr/local, for ${release}, and back by links at boot`,
        release,
        steps: (url) => [{ rpms: { rpms: [rpm(url, 'fixture-scanner-3.0-1.noarch')], relocate: 'opt' } }],
        holds: [
          'rpm -q fixture-scanner',
          'test "$(/usr/lib/opt/scanner/bin/scan)" = scanned',
          'test "$(/usr/lib/usrlocal/bin/scan)" = scanned',
          'test -z "$(find /var/opt /var/usrlocal ! -type d)"',
          ...AT_BOOT,
          'test "$(readlink /opt/scanner)" = /usr/lib/opt/scanner',
          'test "$(/opt/scanner/bin/scan)" = scanned',
          'test "$(/usr/local/bin/scan)" = scanned',
          'grep -qx data "/opt/Some Vendor/data"',
          'grep -qx top "/usr/local/100% of it"',
          'test ! -e /tmp/relocated',
        ],
      }),
    ),
    {
      what: 'relocated, where there is nothing to move',
      steps: (url) => [{ rpms: { rpms: [rpm(url, 'fixture-new-1.0-1.noarch')], relocate: 'opt' } }],
      fails: /relocate: nothing is in \/opt or \/usr\/local/,
    },
  ],
  remove: [
    {
      what: 'what the base has, with what requires it',
      base: 'with-agent',
      steps: () => [{ remove: { packages: ['fixture-hello'] } }],
      holds: [
        '! rpm -q fixture-hello',
        '! rpm -q fixture-agent',
        'test ! -e /usr/share/fixture-hello/version',
      ],
    },
    {
      what: 'what the base does not have, which then is still absent',
      steps: () => [{ remove: { packages: ['fixture-absent', 'fixture-epoch'] } }],
      holds: ['! rpm -q fixture-absent', '! rpm -q fixture-epoch', 'rpm -q fixture-hello'],
    },
  ],
  repository: [
    {
      what: 'with its key as a file; both are gone at the end',
      steps: (url) => [
        { repository: { id: 'signed', baseurl: `${url}/epel`, gpgkey: { file: 'files/KEY' } } },
        { packages: { install: ['fixture-htop'] } },
      ],
      holds: [
        'rpm -q fixture-htop',
        'test ! -e /etc/yum.repos.d/signed.repo',
        'test ! -e /etc/pki/rpm-gpg/RPM-GPG-KEY-signed',
      ],
    },
    {
      what: 'with its key by URL, kept',
      steps: (url) => [
        {
          repository: {
            id: 'signed',
            baseurl: `${url}/epel`,
            gpgkey: { url: `${url}/epel/RPM-GPG-KEY-EPEL-9` },
            keep: true,
          },
        },
        { packages: { install: ['fixture-htop'] } },
      ],
      holds: ['rpm -q fixture-htop', 'grep -qx gpgcheck=1 /etc/yum.repos.d/signed.repo'],
    },
    {
      what: 'with a key, refuses what is not signed',
      steps: (url) => [
        { repository: { id: 'signed', baseurl: `${url}/unsigned`, gpgkey: { file: 'files/KEY' } } },
        { packages: { install: ['fixture-htop'] } },
      ],
      fails: /fixture-htop-3\.0-1\.noarch\.rpm is not signed/,
    },
  ],
  kernel: [
    ...(['4.18.3', '4.19.3'] as const).map(
      (release): Build => ({
        what: `by a list, for ${release}`,
        release,
        base: 'with-kernel',
        steps: (url) => [{ kernel: { rpms: kernelRpms(url) } }],
        holds: kernelHolds,
      }),
    ),
    {
      what: 'by its version and a folder',
      base: 'with-kernel',
      steps: (url) => [{ kernel: { version: `${NEW_KERNEL}.x86_64`, baseurl: url } }],
      holds: kernelHolds,
    },
    {
      what: 'refused, where the base has none',
      steps: (url) => [{ kernel: { version: `${NEW_KERNEL}.x86_64`, baseurl: url } }],
      fails: /'kernel' not found in the base/,
    },
  ],
  entitlement: {
    notHere: 'nobody here has a subscription; builds that see certificates of our own are in secrets.test.ts',
  },
  files: [
    {
      what: 'of the layer and of the repository, with mode and owner',
      steps: () => [
        {
          files: [
            { path: '/etc/fixture/a b.conf', content: '$HOME `x` "y"\n', mode: '0640', owner: 'daemon' },
            { path: '/usr/bin/fixture-tool', source: 'files/tool', mode: '0755' },
          ],
        },
      ],
      holds: [
        `test "$(cat '/etc/fixture/a b.conf')" = '$HOME \`x\` "y"'`,
        `test "$(stat -c '%a %U:%G' '/etc/fixture/a b.conf')" = '640 daemon:root'`,
        'test "$(fixture-tool)" = scanned',
      ],
    },
    {
      what: 'of a folder, in the place of what the base has, link or not',
      steps: () => [
        {
          run: {
            reason: 'FIXTURE-3',
            commands: ['mkdir /etc/fixture.d', 'ln -s /etc/passwd /etc/fixture.d/a.conf'],
          },
        },
        { files: [{ path: '/etc/fixture.d', source: 'files/tree', owner: 'daemon' }] },
      ],
      holds: [
        'test ! -L /etc/fixture.d/a.conf && grep -qx a /etc/fixture.d/a.conf',
        'grep -q ^root: /etc/passwd',
        `test "$(stat -c '%a %U:%G' /etc/fixture.d /etc/fixture.d/conf.d)" = "$(printf '755 root:root\n755 daemon:root')"`,
        `test "$(stat -c '%a %U:%G' /etc/fixture.d/conf.d/run)" = '755 daemon:root'`,
        'test "$(/etc/fixture.d/conf.d/run)" = scanned',
        `test "$(stat -c %a '/etc/fixture.d/conf.d/.b c')" = 644`,
      ],
    },
    {
      what: 'that are downloaded, by their sum',
      steps: (url) => [
        {
          files: [
            { path: '/usr/bin/fixture-tool', url: `${url}/tool`, sha256: sha256Of(SCAN), mode: '0755' },
            { path: '/etc/fixture/new/a', url: `${url}/tool`, sha256: sha256Of(SCAN), owner: 'daemon:mail' },
          ],
        },
      ],
      holds: [
        'test "$(fixture-tool)" = scanned',
        `test "$(stat -c '%a %U:%G' /usr/bin/fixture-tool)" = '755 root:root'`,
        `test "$(stat -c '%a %U:%G' /etc/fixture/new/a)" = '644 daemon:mail'`,
        'test -z "$(find /tmp -mindepth 1)"',
      ],
    },
    {
      what: 'that are downloaded, refused by another sum',
      steps: (url) => [
        { files: [{ path: '/usr/bin/fixture-tool', url: `${url}/tool`, sha256: sha256Of('another') }] },
      ],
      fails: /\/tmp\/fixture-tool\.\w{16}: FAILED/,
    },
    {
      what: 'that are downloaded, refused where there are none',
      steps: (url) => [
        { files: [{ path: '/usr/bin/fixture-tool', url: `${url}/absent`, sha256: sha256Of('another') }] },
      ],
      fails: /returned error: 404/,
    },
  ],
  systemd: [
    {
      what: 'with units of its own, enabled, disabled and masked, as systemd itself sees them',
      steps: () => [
        {
          systemd: {
            enable: ['fixture-agent.service', 'fixture-agent.timer'],
            disable: ['remote-fs.target'],
            mask: ['debug-shell.service'],
            units: [
              { name: 'fixture-agent.service', content: unit('[Service]\nExecStart=/usr/bin/true\n') },
              { name: 'fixture-agent.timer', source: 'files/agent.timer' },
            ],
            dropins: [
              {
                unit: 'fixture-agent.service',
                name: '10-limits.conf',
                content: '[Service]\nLimitNOFILE=1024\n',
              },
            ],
          },
        },
      ],
      holds: [
        ...[
          ['fixture-agent.service', 'enabled'],
          ['fixture-agent.timer', 'enabled'],
          ['remote-fs.target', 'disabled'],
          ['debug-shell.service', 'masked'],
        ].map(([name, state]) => `test "$(systemctl is-enabled ${name})" = ${state}`),
        'systemd-analyze verify --man=no /usr/lib/systemd/system/fixture-agent.service',
        'grep -qx LimitNOFILE=1024 /usr/lib/systemd/system/fixture-agent.service.d/10-limits.conf',
      ],
    },
    {
      what: 'refused, where there is no such unit to enable',
      steps: () => [{ systemd: { enable: ['fixture-absent.service'] } }],
      fails: /fixture-absent\.service does not exist/,
    },
  ],
  stage: [
    {
      what: 'copies what was made in another image, and nothing else of it',
      steps: () => [
        {
          stage: {
            name: 'builder',
            from: '${release.driver-toolkit}',
            files: [{ path: '/src/in.txt', content: "$HOME 'quoted'\n" }],
            run: [
              'mkdir /out',
              'cp /src/in.txt /out/${release.kernel}',
              'ln -s in.txt /src/link; echo two > /out/two',
            ],
            copy: [{ from: '/out', to: '/usr/lib/made' }],
          },
        },
      ],
      holds: [
        `test "$(cat /usr/lib/made/5.14.0-1.el9.x86_64)" = "\\$HOME 'quoted'"`,
        'test "$(cat /usr/lib/made/two)" = two',
        'test ! -e /src',
        'test ! -e /out',
      ],
    },
    {
      what: 'copies a kernel module, which modprobe then finds',
      base: 'with-kernel',
      steps: (_, { toolkit }) => [
        {
          stage: {
            name: 'module',
            from: toolkit,
            run: [`mkdir /out && echo ${MODULE} | base64 -d | gzip -d > /out/gpu.ko`],
            copy: [{ from: '/out/gpu.ko', to: '/usr/lib/modules/5.14.0-284.el9_2.x86_64/extra/gpu.ko' }],
          },
        },
      ],
      holds: [
        'test "$(modprobe -S 5.14.0-284.el9_2.x86_64 -R pci:v000010DEd00001EB8sv0sd0bc03sc02i00)" = gpu',
      ],
    },
    {
      what: 'builds from a folder of the repository and a download',
      steps: (url) => [
        {
          stage: {
            name: 'source',
            from: '${release.driver-toolkit}',
            files: [
              { path: '/root/src', source: 'files/tree' },
              { path: '/root/tool', url: `${url}/tool`, sha256: sha256Of(SCAN) },
            ],
            run: ['cat /root/src/a.conf /root/tool > /root/made'],
            copy: [{ from: '/root/made', to: '/usr/lib/made' }],
          },
        },
      ],
      holds: [`test "$(cat /usr/lib/made)" = "$(printf 'a\n#!/bin/sh\necho scanned')"`],
    },
  ],
  labels: [
    {
      what: 'with values that are other things to a shell or a Containerfile',
      steps: () => [{ labels: LABELS }],
      labels: LABELS,
    },
  ],
  run: [
    {
      what: 'as code and as arguments',
      steps: () => [
        {
          run: {
            reason: 'FIXTURE-2',
            commands: ['cd /etc && echo "$PWD" > fixture-where', ['touch', '/etc/fixture $HOME']],
          },
        },
      ],
      holds: ['grep -qx /etc /etc/fixture-where', `test -e '/etc/fixture $HOME'`],
    },
    {
      what: 'refused, where it writes what does not ship',
      steps: () => [{ run: { reason: 'FIXTURE-2', commands: ['echo x > /var/lib/left-behind'] } }],
      fails: /Found file: \/var\/lib\/left-behind/,
    },
  ],
};
