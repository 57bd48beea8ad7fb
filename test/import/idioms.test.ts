import { describe, expect, it } from 'vitest';
import { IDIOMS } from '../../src/import/idioms/index.ts';
import { instructions, kindsOf } from './support.ts';

const EXAMPLES = IDIOMS.flatMap(({ name, examples }) => examples.map((example) => ({ name, ...example })));

/** Something with a step, so that what is left out does not leave nothing. */
const OTHER = 'LABEL com.example.a=1\n';

describe('every way of writing that is known', () => {
  it('has an example', () => {
    for (const { name, examples } of IDIOMS) expect(examples, name).not.toEqual([]);
  });

  it.each(EXAMPLES)('$name: $code', ({ code, becomes }) => {
    const run = code.includes('\n') ? `RUN <<'SCRIPT'\n${code}\nSCRIPT` : `RUN ${code}`;
    const kinds = kindsOf(instructions(`${OTHER}${run}`)).slice(1);
    expect(kinds).toEqual(becomes.startsWith('nothing') ? [] : [becomes]);
  });
});

const url = (name: string) => `https://example.com/files/${name}`;
const rpm = (name: string) => ({ url: url(name) });
const A = 'agent-7.1-1.x86_64.rpm';
const SUM = '3c8fc667b2a1f0e9d8c7b6a5948372615049382716f5e4d3c2b1a09f8e7d6c5b';

/** Shell code, and the steps that it becomes. */
const BECOMES: readonly (readonly [what: string, code: string, steps: readonly object[]])[] = [
  [
    'several packages, quietly',
    'yum -q -y install a b-1.2 c.x86_64 > /dev/null 2>&1',
    [{ packages: { install: ['a', 'b-1.2', 'c.x86_64'] } }],
  ],
  [
    'names and RPMs in one',
    `dnf install -y ${url(A)} tmux`,
    [{ rpms: { rpms: [rpm(A)] } }, { packages: { install: ['tmux'] } }],
  ],
  [
    'a download to a folder that is made and removed',
    `mkdir -p /tmp/rpms && cd /tmp/rpms && wget -q ${url(A)} && dnf install -y /tmp/rpms/*.rpm && cd / && rm -rf /tmp/rpms`,
    [{ rpms: { rpms: [rpm(A)] } }],
  ],
  [
    'a sum that is checked',
    `curl -fLo /tmp/${A} ${url(A)} && echo "${SUM}  /tmp/${A}" | sha256sum -c && rpm -i /tmp/${A}; rm /tmp/${A}`,
    [{ rpms: { rpms: [{ ...rpm(A), sha256: SUM }] } }],
  ],
  [
    'units without a type',
    'systemctl enable a b.timer && systemctl mask c.socket',
    [{ systemd: { enable: ['a.service', 'b.timer'] } }, { systemd: { mask: ['c.socket'] } }],
  ],
  [
    'a variable of its own',
    'V=7.1 && N="agent-${V}-1" && dnf install -y https://example.com/files/$N.x86_64.rpm',
    [{ rpms: { rpms: [rpm(A)] } }],
  ],
  [
    'a list in a variable',
    'P="htop tmux" && dnf install -y $P',
    [{ packages: { install: ['htop', 'tmux'] } }],
  ],
  [
    'braces',
    'dnf install -y agent-{core,x{1..3}}',
    [{ packages: { install: ['agent-core', 'agent-x1', 'agent-x2', 'agent-x3'] } }],
  ],
  [
    'echo -e, as bash reads it',
    "echo -e '[a]\\nb=1' > /etc/a.conf",
    [{ files: [{ path: '/etc/a.conf', content: '[a]\nb=1\n' }] }],
  ],
  [
    'a mode in letters',
    'echo a > /usr/bin/a && chmod a+x /usr/bin/a',
    [{ files: [{ path: '/usr/bin/a', content: 'a\n', mode: '0755' }] }],
  ],
  [
    'a file that is begun, and gone on with',
    "cd /etc && echo a > a.conf && echo b >> a.conf && printf '%s=%s\\n' c 1 d 2 >> /etc/a.conf",
    [{ files: [{ path: '/etc/a.conf', content: 'a\nb\nc=1\nd=2\n' }] }],
  ],
  [
    'EPEL that goes again',
    `dnf install -y https://dl.fedoraproject.org/pub/epel/epel-release-latest-9.noarch.rpm && dnf install -y htop tmux && dnf install -y fish && dnf remove -y epel-release`,
    [{ epel: { el: '9', packages: ['htop', 'tmux', 'fish'] } }],
  ],
  [
    'EPEL of a mirror, which stays',
    `dnf install -y ${url('epel-release-9-9.noarch.rpm')} && dnf install -y htop`,
    [{ epel: { release: rpm('epel-release-9-9.noarch.rpm'), packages: ['htop'], keep: true } }],
  ],
  [
    'epel-release alone',
    `dnf install -y ${url('epel-release-9-9.noarch.rpm')}`,
    [{ rpms: { rpms: [rpm('epel-release-9-9.noarch.rpm')] } }],
  ],
];

const VERSION = '5.14.0-295.el9.x86_64';
const PARTS = ['', '-core', '-modules', '-modules-core', '-modules-extra'];
const KERNEL = PARTS.map((part) => rpm(`kernel${part}-${VERSION}.rpm`));
const BRACES = url(`kernel{${PARTS.join()}}-${VERSION}.rpm`);
const REPLACE = 'rpm-ostree cliwrap install-to-root / && rpm-ostree override replace';
const B = 'tool-2.0-1.x86_64.rpm';

/** Downloads of a kernel, and what comes after them: all of it is the step. */
const KERNELS: readonly (readonly [what: string, code: string])[] = [
  ['by one -O', `curl -O ${BRACES} && ${REPLACE} ./kernel*.rpm && rm *.rpm && ostree container commit`],
  ['by all names', `curl -fsSL --remote-name-all ${BRACES} && ${REPLACE} ./*.rpm && rm -f ./*.rpm`],
  ['by braces that curl reads', `curl -sO '${BRACES}' && ${REPLACE} kernel*.rpm && rm kernel*.rpm`],
  [
    'by an -O for each',
    `curl ${KERNEL.map((one) => `-O ${one.url}`).join(' ')} && ${REPLACE} *.rpm && rm *.rpm`,
  ],
  [
    'by a curl for each',
    `cd /tmp && ${KERNEL.map((one) => `curl -LO ${one.url}`).join(' && ')} && ${REPLACE} ./kernel-*.rpm && rm -rf /tmp/*`,
  ],
  [
    'into a folder of their own',
    `mkdir /root/k && pushd /root/k > /dev/null && wget -q ${BRACES} && ${REPLACE} /root/k/*.rpm && rm *.rpm && popd && rmdir /root/k`,
  ],
  [
    'and there by wget',
    `wget -nv -P /var/k ${BRACES} && ${REPLACE} /var/k/kernel-{5,core}*.rpm /var/k/kernel-m* && rm -r /var/k`,
  ],
  [
    'with wrappers that are undone',
    `wget ${BRACES} && ${REPLACE} ./*.rpm && rm *.rpm && rm -rf /usr/libexec/rpm-ostree/wrapped`,
  ],
];

describe('a kernel that is downloaded', () => {
  it.each(KERNELS)('%s', (_, code) => {
    const { steps, codes, result } = instructions(`RUN useradd agent || true\nRUN ${code}`);
    expect(steps[1]).toEqual({ kernel: { rpms: KERNEL } });
    expect(steps).toHaveLength(2);
    // What one -O does not save was nevertheless meant.
    expect(codes).toEqual(
      code.startsWith('curl -O https') && !code.includes(' -O ', 9) ? ['download-not-saved'] : [],
    );
    expect(result.reports[0]!.leftToRun).toBe(1);
  });
});

describe('downloads that are installed', () => {
  it.each([
    [
      'by one curl, under other names',
      `curl ${url(A)} -o /tmp/a.rpm ${url(B)} -o /tmp/b.rpm && rpm -Uvh /tmp/*.rpm && rm /tmp/[ab].rpm`,
    ],
    [
      'by the shell',
      `curl -L ${url(A)} > /tmp/a.rpm && wget -qO- ${url(B)} > /tmp/b.rpm && rpm-ostree install /tmp/a.rpm /tmp/b.rpm && rm /tmp/?.rpm`,
    ],
    [
      'by a folder',
      `curl --create-dirs --output-dir /tmp/r -O ${url(A)} -O ${url(B)} && dnf -y install /tmp/r/* && rm -rf /tmp/r`,
    ],
    [
      'and left again',
      `cd /tmp; curl -O ${url(A)}; wget ${url(B)}; dnf install -y ./*.rpm; cd -; rm -f /tmp/*.rpm`,
    ],
    [
      'by patterns that overlap',
      `cd /tmp && wget ${url(A)} ${url(B)} && dnf install -y *.rpm agent*.rpm && rm *`,
    ],
  ])('%s', (_, code) => {
    expect(instructions(`SHELL ["/bin/bash", "-c"]\nRUN ${code}`).steps).toEqual([
      { rpms: { rpms: [rpm(A), rpm(B)] } },
    ]);
  });

  const install = `curl -Lo /tmp/r/a.rpm ${url(A)} && dnf install -y /tmp/r/*.rpm && rm -rf /tmp/r`;
  it.each([
    ['code', 'RUN ./setup'],
    ['code after a known command', 'RUN useradd agent; make'],
    ['a download of dnf', 'RUN cd /tmp/r && dnf download agent'],
    ['an archive', 'RUN curl https://example.com/rpms.tar | tar -xC /tmp'],
    ['a link', 'RUN ln -s /mnt /tmp/r'],
    ['another stage', `COPY --from=quay.io/example/rpms@sha256:${'5'.repeat(64)} /rpms /usr/share/r/`],
    ['a second file of its name', `RUN wget -P /tmp/r ${url(A)} https://example.com/other/${A}`],
    ['one -O', `RUN cd /tmp/r && curl -O ${url(A)} ${url(B)}`],
  ])('by a pattern that may match more are left to run, as after %s', (_, before) => {
    // What a stage's copy leaves in /tmp is refused.
    const code = before.startsWith('COPY') ? install.replaceAll('/tmp/r', '/usr/share/r') : install;
    const { steps } = instructions(`${before}\nRUN ${code}`);
    expect(steps.at(-1)).toMatchObject({ run: { commands: expect.arrayContaining(code.split(' && ')) } });
  });

  it('are left to be removed without a failure, where more is removed than they', () => {
    const { steps } = instructions(
      `RUN curl -o /tmp/a.rpm ${url(A)} && dnf install -y /tmp/a.rpm && rm /tmp/a.rpm /etc/motd`,
    );
    expect(steps).toMatchObject([{ rpms: {} }, { run: { commands: ['rm -f /tmp/a.rpm /etc/motd'] } }]);
  });
});

describe('becomes these steps', () => {
  it.each(BECOMES)('%s', (_, code, steps) => {
    expect(instructions(`RUN ${code}`).steps).toEqual(steps);
  });
});

/** Code that no step says, as it is written into `run`. */
const STAYS: readonly (readonly [what: string, code: string, commands: readonly unknown[]])[] = [
  [
    'options that change what is installed',
    'dnf install -y --nobest --setopt=install_weak_deps=False a',
    ['dnf install -y --nobest --setopt=install_weak_deps=False a'],
  ],
  ['an update of everything', 'dnf update -y', ['dnf update -y']],
  ['an update by name', 'dnf upgrade -y kernel', ['dnf upgrade -y kernel']],
  ['groups', 'dnf install -y @development', ['dnf install -y @development']],
  ['rpm with force', `rpm -Uvh --force ${url(A)}`, [`rpm -Uvh --force ${url(A)}`]],
  ['a pattern of files that nobody brought', 'dnf install -y /mnt/*.rpm', ['dnf install -y /mnt/*.rpm']],
  [
    'what only the build knows',
    'dnf install -y kernel-devel-$(uname -r)',
    ['dnf install -y kernel-devel-$(uname -r)'],
  ],
  ['a unit that is started', 'systemctl enable --now a', ['systemctl enable --now a']],
  ['more of a file of the base', 'echo a >> /etc/profile', ['echo a >> /etc/profile']],
  ['a mode of a file of the base', 'chmod 0700 /etc/cron.daily', ['chmod 0700 /etc/cron.daily']],
  [
    'a download without a sum',
    'curl -fsSL -o /usr/bin/yq https://example.com/yq && chmod +x /usr/bin/yq',
    ['curl -fsSL -o /usr/bin/yq https://example.com/yq', 'chmod +x /usr/bin/yq'],
  ],
  ['a download to another name than its own', `curl -kO ${url(A)}`, [`curl -kO ${url(A)}`]],
  ['a folder with nothing in it', 'mkdir -p /etc/agent', ['mkdir -p /etc/agent']],
  [
    'a folder that code needs',
    'mkdir -p /etc/agent && agent-setup /etc/agent && echo a > /etc/agent/a',
    ['mkdir -p /etc/agent', 'agent-setup /etc/agent'],
  ],
  ['alternatives', 'useradd a || true', ['useradd a || true']],
  ['a loop', 'for i in 1 2; do echo $i; done > /etc/list', ['for i in 1 2; do echo $i; done > /etc/list']],
  [
    'what is in the working directory',
    'cd /src && make && make install',
    ['cd /src && make && make install'],
  ],
  [
    'a variable that only the build knows',
    'K=$(rpm -q kernel) && dracut --kver $K && depmod $K',
    ['K=$(rpm -q kernel) && dracut --kver $K && depmod $K'],
  ],
  [
    'a here-document that a program reads',
    "python3 - <<'EOF'\nprint(\"it's\")\nEOF",
    ["printf %s 'print(\"it'\\''s\")\n' | python3 -"],
  ],
  ['what only looks like a here-document', "note '<<EOF'", [['/bin/sh', '-c', "note '<<EOF'"]]],
  ['failures that do not count', 'a; b', [['/bin/sh', '-c', 'a; b']]],
  ['failures that do, by set -e', 'set -e; a; b', ['a', 'b']],
  [
    'a pipe that fails as a whole',
    'set -o pipefail && curl https://example.com/x | tar x',
    ['set -o pipefail && curl https://example.com/x | tar x'],
  ],
  ['what no shell understands', "echo 'a", ["echo 'a"]],
];

describe('is left to run', () => {
  it.each(STAYS)('%s', (_, code, commands) => {
    const run = code.includes('\n') ? `RUN <<'SCRIPT'\n${code}\nSCRIPT` : `RUN ${code}`;
    const all = instructions(run).steps;
    expect((all[0] as { run?: { commands: unknown } }).run?.commands).toEqual(commands);
  });
});
