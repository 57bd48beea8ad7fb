import { describe, expect, it } from 'vitest';
import { BASE, DIGEST, diagnosticsOf, imported, instructions, kindsOf, refusals } from './support.ts';

const PINNED = `registry.example.com/team/builder@${DIGEST}`;

describe('a Containerfile becomes a layer and a pool', () => {
  it('with steps in the order of its instructions, and comments where they were', () => {
    const { text } = imported(
      [
        '# syntax=docker/dockerfile:1',
        `FROM ${BASE}`,
        '# hadolint ignore=DL3041',
        '# For those on call',
        'RUN dnf install -y htop && \\ ',
        '    # the agent',
        '    systemctl enable agent && \\',
        '',
        '    dnf clean all && ostree container commit',
        'COPY agent.conf /etc/agent/',
        'LABEL com.example.team="the platform"',
      ].join('\n'),
      { files: { 'agent.conf': 'a = 1\n' } },
    );
    expect(text).toBe(`# Imported from Containerfile.
kind: Layer
name: sample
steps:
  # For those on call
  - packages:
      install:
        - htop
  # the agent
  - systemd:
      enable:
        - agent.service
  - files:
      - path: /etc/agent/agent.conf
        source: files/sample/agent.conf
  - labels:
      com.example.team: the platform
---
kind: Pool
name: sample
release: "4.19.3"
layers:
  - sample
target:
  machineConfig:
    image: registry.example.com/os/sample
`);
  });

  it('with its own base, where no release has that', () => {
    const other = BASE.replaceAll('4', '5');
    expect(imported(`FROM ${other}\nRUN dnf install -y htop`).pool).toMatchObject({
      release: '4.19.3',
      base: other,
    });
    expect(imported(`FROM ${BASE}\nRUN dnf install -y htop`).pool).not.toHaveProperty('base');
  });

  it('with the values of ARG, of the command line before its defaults', () => {
    const text = `ARG BASE=${BASE}
ARG VERSION=1.0
FROM \${BASE}
ARG VERSION
ARG NAME=agent-$VERSION
RUN dnf install -y \${NAME} "tool-\${SUFFIX:-x}"
LABEL com.example.version=\${VERSION} com.example.other="\${OTHER:-none}"`;
    expect(imported(text).steps).toEqual([
      { run: { reason: 'imported from Containerfile:6', commands: expect.anything() } },
      { labels: { 'com.example.version': '1.0', 'com.example.other': 'none' } },
    ]);
    const given = imported(`${text.replace(' "tool-${SUFFIX:-x}"', '')}`, { buildArgs: { VERSION: '2.0' } });
    expect(given.steps).toEqual([
      { packages: { install: ['agent-2.0'] } },
      { labels: { 'com.example.version': '2.0', 'com.example.other': 'none' } },
    ]);
  });

  it('for a build on the cluster, where it begins with configs', () => {
    const { pool } = imported('FROM configs AS final\nRUN dnf install -y htop', {
      pushSpec: 'registry.example.com/os/worker:latest',
      pushSecret: 'push',
    });
    expect(pool).toMatchObject({
      target: {
        machineOSConfig: {
          renderedImagePushSpec: 'registry.example.com/os/worker:latest',
          renderedImagePushSecret: { name: 'push' },
        },
      },
    });
  });

  it('or a layer alone', () => {
    expect(instructions('RUN dnf install -y htop', { withPool: false }).pool).toBeUndefined();
  });
});

describe('here-documents', () => {
  it.each([
    "note A=' <<'",
    'echo " <<EOF"',
    `echo 'it is' "a ' <<b"`,
    "echo it\\'s ' <<b'",
    "echo 'a \\\n  <<EOF b'",
  ])('are none where they are quoted: %j', (code) => {
    const { steps } = instructions(`RUN ${code}\nCOPY --chmod=644 <<E /etc/a\nit's\nE\nLABEL a=b`);
    expect(steps).toMatchObject([
      { run: {} },
      { files: [{ path: '/etc/a', content: "it's\n" }] },
      { labels: { a: 'b' } },
    ]);
  });

  it('of a RUN are its script', () => {
    const { steps } = instructions(
      'RUN <<EOF\nset -euo pipefail\ndnf install -y htop\nsystemctl enable agent\nEOF',
    );
    expect(steps).toEqual([{ packages: { install: ['htop'] } }, { systemd: { enable: ['agent.service'] } }]);
  });

  it('that a command writes into a file are the file', () => {
    const { steps } = instructions(
      'ARG LEVEL=info\nRUN cat > /etc/a.conf <<EOF && chmod 600 /etc/a.conf\nlevel = $LEVEL\n  "quoted"\nEOF\nRUN cat <<-\'E2\' | tee /etc/b.conf\n\ta $LEVEL\n\tE2\n',
    );
    expect(steps).toEqual([
      {
        files: [
          { path: '/etc/a.conf', content: 'level = info\n  "quoted"\n', mode: '0600' },
          { path: '/etc/b.conf', content: 'a $LEVEL\n' },
        ],
      },
    ]);
  });

  it('of a COPY are files', () => {
    const { steps } = instructions(
      'ARG A=1\nCOPY --chmod=755 <<EOF /usr/bin/a\n#!/bin/sh\necho "$A" "it\'s"\nEOF\n',
    );
    expect(steps).toEqual([
      { files: [{ path: '/usr/bin/a', content: '#!/bin/sh\necho "1" "it\'s"\n', mode: '0755' }] },
    ]);
  });
});

describe('COPY and ADD', () => {
  const files = {
    'etc/a.conf': 'a',
    'etc/d/b.conf': 'b',
    'x y.conf': 'c',
    'README.md': 'd',
    '.dockerignore': '*.md\n',
  };
  const paths = (text: string) =>
    instructions(text, { files }).steps.flatMap(
      (step: { files?: { path: string }[] }) => step.files?.map(({ path }) => path) ?? [],
    );

  it.each([
    ['COPY etc /etc/agent', ['/etc/agent/a.conf', '/etc/agent/d/b.conf']],
    ['COPY etc/ /etc', ['/etc/a.conf', '/etc/d/b.conf']],
    ['COPY etc/a.conf /etc/b.conf', ['/etc/b.conf']],
    ['COPY etc/a.conf /etc', ['/etc/a.conf']],
    ['COPY etc/*.conf /etc/new/', ['/etc/new/a.conf']],
    ['COPY ["x y.conf", "/etc/"]', ['/etc/x y.conf']],
    ['COPY x\\ y.conf /etc/', ['/etc/x y.conf']],
    ['WORKDIR /etc/agent\nCOPY etc/a.conf .', ['/etc/agent/a.conf']],
    ['COPY etc/a.conf /lib/tmpfiles.d/', ['/usr/lib/tmpfiles.d/a.conf']],
  ])('%s', (text, expected) => {
    expect(paths(text)).toEqual(expected);
  });

  it('take modes and owners', () => {
    const { steps } = instructions('COPY --chown=7:8 --chmod=640 etc/a.conf /etc/', { files });
    expect(steps).toEqual([
      { files: [{ path: '/etc/a.conf', mode: '0640', owner: '7:8', source: 'files/sample/etc/a.conf' }] },
    ]);
  });

  it('of a file in /tmp are code that makes it, where code needs it', () => {
    const { steps } = instructions('COPY etc/a.conf /tmp/\nRUN setup /tmp/a.conf', { files });
    expect(steps).toEqual([
      {
        run: {
          reason: 'imported from Containerfile:2-3',
          commands: [
            'mkdir -p /tmp',
            "printf %s 'a' > /tmp/a.conf",
            'chmod 0644 /tmp/a.conf',
            'setup /tmp/a.conf',
          ],
        },
      },
    ]);
  });

  it('of a URL is a download with its mode', () => {
    const { steps } = instructions('ADD --chown=1:2 https://example.com/tool /usr/bin/', { files });
    expect(steps).toEqual([
      {
        run: {
          reason: 'imported from Containerfile:2',
          commands: [
            'curl -fsSL --create-dirs -o /usr/bin/tool https://example.com/tool',
            'chown 1:2 /usr/bin/tool',
            'chmod 0600 /usr/bin/tool',
          ],
        },
      },
    ]);
  });

  it('of a file over another one leave the first one out', () => {
    expect(paths('COPY etc/a.conf /etc/c\nCOPY etc/d/b.conf /etc/c')).toEqual(['/etc/c']);
  });

  it('do not find what is ignored', () => {
    expect(refusals(`FROM ${BASE}\nCOPY README.md /etc/`, { files })).toEqual(['2:1 not-in-context']);
  });

  it('take over only what a step uses', () => {
    const { result } = instructions('COPY etc /etc', { files });
    expect(result.files.map(({ path }) => path)).toEqual([
      'layers/sample.yaml',
      'layers/files/sample/etc/a.conf',
      'layers/files/sample/etc/d/b.conf',
    ]);
  });
});

describe('mounts', () => {
  const files = { 'rpms/a-1-1.noarch.rpm': 'a', 'build/setup.sh': 'echo a\n' };

  it('of RPMs are RPMs', () => {
    const { steps, result } = instructions(
      'RUN --mount=type=bind,source=rpms,target=/rpms --mount=type=cache,dst=/var/cache dnf install -y /rpms/*.rpm',
      { files },
    );
    expect(steps).toEqual([{ rpms: { rpms: [{ file: 'files/sample/rpms/a-1-1.noarch.rpm' }] } }]);
    expect(result.reports[0]!.leftToRun).toBe(0);
  });

  it('that code needs are there for it, and go', () => {
    const { steps } = instructions('RUN --mount=src=build,dst=/ctx sh /ctx/setup.sh', { files });
    expect(steps).toEqual([
      { files: [{ path: '/ctx/setup.sh', source: 'files/sample/build/setup.sh' }] },
      {
        run: {
          reason: 'imported from Containerfile:2',
          commands: ['sh /ctx/setup.sh', 'rm -rf /ctx'],
        },
      },
    ]);
  });
});

describe('stages', () => {
  const BUILDER = `FROM ${PINNED} AS Builder
ARG V=1
WORKDIR /src
COPY a.c .
RUN make V=$V && make install
FROM ${BASE}
`;
  const files = { 'a.c': 'int a;\n' };

  it('are stage steps', () => {
    const { steps } = imported(
      `${BUILDER}COPY --from=builder /src/a.out /usr/bin/a\nRUN systemctl enable a\nCOPY --from=0 --chmod=755 /x.sh /usr/bin/`,
      { files },
    );
    const stage = {
      from: PINNED,
      files: [{ path: '/src/a.c', source: 'files/sample/a.c' }],
      run: ['mkdir -p /src', 'export V=1 && cd /src && make V=$V && make install'],
    };
    expect(steps).toEqual([
      { stage: { ...stage, name: 'builder', copy: [{ from: '/src/a.out', to: '/usr/bin/a' }] } },
      { systemd: { enable: ['a.service'] } },
      {
        stage: {
          ...stage,
          name: 'builder-2',
          run: [...stage.run, 'chmod -R 755 /x.sh'],
          copy: [{ from: '/x.sh', to: '/usr/bin/x.sh' }],
        },
      },
    ]);
  });

  it('that the last one goes on from are part of it', () => {
    const { steps } = imported(`FROM ${BASE} AS one\nRUN dnf install -y a\nFROM one\nRUN dnf install -y b`);
    expect(steps).toEqual([{ packages: { install: ['a'] } }, { packages: { install: ['b'] } }]);
  });

  it('that nothing is copied from are left out', () => {
    expect(kindsOf(imported(`FROM golang AS unused\nRUN make\nFROM ${BASE}\nRUN dnf install -y a`))).toEqual([
      'packages',
    ]);
  });

  it('need an image by digest', () => {
    expect(refusals(`FROM golang:1.19 AS b\nFROM ${BASE}\nCOPY --from=b /a.x /usr/bin/a`)).toEqual([
      '1:1 image-not-pinned',
    ]);
  });
});

describe('steps that would contradict each other are left to run', () => {
  it('a package for the build, which goes again', () => {
    expect(instructions('RUN dnf install -y gcc && make && dnf remove -y gcc').steps).toEqual([
      {
        run: {
          reason: 'imported from Containerfile:2',
          commands: ['dnf install -y gcc', 'make', 'dnf remove -y gcc'],
        },
      },
    ]);
  });

  it('a unit that is enabled, and then disabled', () => {
    const lines = ['RUN systemctl enable a.service', 'RUN systemctl disable a.service'];
    expect(instructions(lines.join('\n')).steps).toEqual([
      {
        run: {
          reason: 'imported from Containerfile:2-3',
          commands: ['systemctl enable a.service', 'systemctl disable a.service'],
        },
      },
    ]);
  });

  it('a file that would not reach the nodes', () => {
    expect(instructions('RUN mkdir -p /opt/a && echo a > /opt/a/b').steps).toEqual([
      {
        run: { reason: 'imported from Containerfile:2', commands: ['mkdir -p /opt/a', 'echo a > /opt/a/b'] },
      },
    ]);
  });
});

const REFUSED: readonly (readonly [what: string, text: string, at: string])[] = [
  ['a tag', 'FROM quay.io/example/os:4.19\nRUN a', '1:1 image-not-pinned'],
  ['a digest that is none', 'FROM quay.io/example/os@sha256...\nRUN a', '1:1 image-not-pinned'],
  ['an ARG without a value', 'ARG B\nFROM $B\nRUN a', '2:1 variable-without-value'],
  ["another's commands", `FROM ${BASE}\nUSER nobody\nRUN a`, '3:1 user-not-root'],
  ['a mount', `FROM ${BASE}\nRUN --mount=type=secret,id=a cat /run/secrets/a`, '2:1 run-option'],
  ['a file that is not there', `FROM ${BASE}\n\n  COPY a /etc/`, '3:3 not-in-context'],
  ['a file out of the context', `FROM ${BASE}\nCOPY ../a /etc/`, '2:1 not-in-context'],
  ['an instruction that is none', `FROM ${BASE}\nINSTALL a`, '2:1 unknown-instruction'],
  [
    'a URL with a password',
    `FROM ${BASE}\nRUN dnf install -y https://u:p@example.com/a-1-1.noarch.rpm`,
    '2:1 credentials-in-code',
  ],
  ['a label that no step takes', `FROM ${BASE}\nLABEL Team=a`, '2:1 invalid-value'],
  [
    'a here-document within a loop',
    `FROM ${BASE}\nRUN <<X\nfor i in a; do cat <<E\n$i\nE\ndone\nX\n`,
    '2:1 here-document-in-code',
  ],
  ['nothing to do', `FROM ${BASE}\nRUN dnf clean all`, '1:1 nothing-to-import'],
  ['an empty file', '', '1:1 no-instructions'],
];

describe('is refused, with its place, and nothing is written', () => {
  it.each(REFUSED)('%s', (_, text, at) => {
    expect(refusals(text)).toEqual([at]);
    for (const { hint, code } of diagnosticsOf(text)) expect(hint, code).toMatch(/\w+/);
  });
});
