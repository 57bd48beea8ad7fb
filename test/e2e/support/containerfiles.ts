import { createHash } from 'node:crypto';
import { NEW_KERNEL, SCAN, unit } from './step-rpms.ts';

/** A Containerfile as people write them, with what its context has. */
export interface Sample {
  readonly what: string;
  /** By path: a text, or the path of a file to copy. One that starts with `#!` is executable. */
  readonly files?: (
    url: string,
    agent: string,
  ) => Readonly<Record<string, string | { readonly copy: string }>>;
  /** RPMs that the base has beside its own. */
  readonly base?: 'with-kernel';
  readonly release?: '4.18.3' | '4.19.3';
  readonly buildArgs?: readonly string[];
  readonly importArgs?: readonly string[];
  readonly containerfile: (from: string, url: string) => string;
  /** How many commands no step says. */
  readonly leftToRun: number;
}

/** What dnf leaves beside its cache, and commits refuse. */
const STATE = '/var/lib/dnf /var/log/dnf* /var/log/hawkey.log';

const repo = (url: string) => `[vendor]\nname=vendor\nbaseurl=${url}/unsigned\nenabled=1\ngpgcheck=0\n`;

export const SAMPLES: Readonly<Record<string, Sample>> = {
  hotfix: {
    what: 'builds from support, by dnf, in one RUN',
    leftToRun: 0,
    containerfile: (from, url) => `FROM ${from}
#Install hotfix package
RUN dnf update -y ${url}/fixture-hello-1.1-1.noarch.rpm \\
                  ${url}/fixture-epoch-1.1-1.noarch.rpm  \\
    && dnf clean all && rm -rf ${STATE} && \\
    ostree container commit
`,
  },
  override: {
    what: 'a download, an override by rpm-ostree, and the download removed',
    leftToRun: 0,
    release: '4.18.3',
    containerfile: (from, url) => `# syntax=docker/dockerfile:1
FROM ${from}
LABEL com.example.team="platform" com.example.ticket='OPS-42 (nodes)'
# RHEL-23456: the node loses its greetings
RUN set -ex && cd /tmp && \\ 
    curl -fsSLO ${url}/fixture-hello-1.1-1.noarch.rpm && \\
    rpm-ostree override replace ./fixture-hello-1.1-1.noarch.rpm && \\
    rm -f fixture-hello-1.1-1.noarch.rpm && \\
    rpm-ostree cleanup -m && rm -rf ${STATE} && \\
    ostree container commit
`,
  },
  vendor: {
    what: "a vendor's repository, configuration as a folder, a unit that is enabled",
    leftToRun: 0,
    files: (url) => ({
      'vendor.repo': repo(url),
      'etc/agent/agent.conf': 'level = info\n',
      'etc/agent/conf.d/10 site.conf': 'site = "east"\n',
      'units/agent.service': unit('[Service]\nExecStart=/usr/bin/true\n'),
      'bin/agent-check': '#!/bin/sh\nexec true\n',
      'notes/ignored.txt': 'not for the image\n',
      '.containerignore': 'notes\n*.md\n',
    }),
    containerfile: (from) => `FROM ${from} AS final
COPY vendor.repo /etc/yum.repos.d/
COPY etc/ /etc/
COPY units/agent.service /usr/lib/systemd/system/agent.service
COPY --chmod=0750 bin/agent-check /usr/libexec/
RUN dnf -y install fixture-htop \\
 && systemctl enable agent \\
 && dnf clean all \\
 && rm -rf /var/cache/dnf ${STATE}
RUN bootc container lint
`,
  },
  local: {
    what: 'RPMs of the context, copied into /tmp and installed from there',
    leftToRun: 0,
    files: (_, agent) => ({ 'rpms/fixture-agent-7.1-1.noarch.rpm': { copy: agent } }),
    containerfile: (from) => `FROM ${from}
COPY rpms/*.rpm /tmp/rpms/
RUN dnf install -y /tmp/rpms/*.rpm && rm -rf /tmp/rpms && dnf clean all && rm -rf ${STATE} && ostree container commit
`,
  },
  texts: {
    what: 'files written by the shell: echo, printf, tee, with folders, modes and owners',
    // The folder, of which the first file has another group.
    leftToRun: 1,
    containerfile: (from) => `FROM ${from}
RUN mkdir -p /etc/agent/keys.d && \\
    echo 'd /var/lib/agent 0755 root root -' >> /usr/lib/tmpfiles.d/agent.conf && \\
    echo "L+ /opt/agent - - - - /usr/lib/agent" >> /usr/lib/tmpfiles.d/agent.conf && \\
    printf '%s\\n' 'a = 1' 'b = "2"' > /etc/agent/agent.conf && \\
    echo -n secretless > /etc/agent/keys.d/none && \\
    chmod 0640 /etc/agent/agent.conf && chown root:sys /etc/agent/agent.conf && \\
    echo 'vm.swappiness = 1' | tee /etc/sysctl.d/90-agent.conf > /dev/null && \\
    ostree container commit
RUN echo '#!/bin/sh' > /usr/bin/agent && echo 'exec true' >> /usr/bin/agent && chmod +x /usr/bin/agent
`,
  },
  arguments: {
    what: 'ARG before and after FROM, ENV, WORKDIR, and a script that no step can say',
    leftToRun: 2,
    buildArgs: ['MODE=strict'],
    files: () => ({
      'setup.sh': '#!/bin/sh\nset -eu\nprintf \'%s\\n\' "$1 $LEVEL $SITE $(pwd)" > /etc/setup.done\n',
    }),
    containerfile: (from) => `ARG REGISTRY=registry.example.com
ARG BASE=${from}
FROM \${BASE}
ARG MODE=lax
ARG SITE="east \${MODE}"
ENV LEVEL=info FLAVOR="two words"
COPY setup.sh /usr/libexec/setup
WORKDIR /usr/libexec
RUN ./setup "$MODE"
RUN echo "flavor=\${FLAVOR} site=$SITE" > /etc/flavor.conf && ln -s \${LEVEL} /etc/level
LABEL com.example.mode=$MODE
`,
  },
  download: {
    what: 'a program from the web, with a sum and without one',
    leftToRun: 0,
    importArgs: ['--fetch'],
    containerfile: (from, url) => `FROM ${from}
RUN curl --fail -L ${url}/scan -o /usr/bin/scan && chmod +x /usr/bin/scan
ADD --chmod=0755 ${url}/scan /usr/libexec/scan
RUN mkdir -p /usr/share/scan && curl -fsSLo /usr/share/scan/scan.sh ${url}/scan && \\
    echo '${createHash('sha256').update(SCAN).digest('hex')}  /usr/share/scan/scan.sh' | sha256sum --check --quiet
`,
  },
  stages: {
    what: 'a program that is built in a stage of its own',
    leftToRun: 0,
    files: () => ({
      'src/build.sh':
        '#!/bin/sh\nset -eu\nmkdir -p out/share\nprintf \'#!/bin/sh\\necho %s\\n\' "$VERSION" > out/tool\nchmod 0755 out/tool\necho doc > out/share/README\necho a > out/share/a.txt\n',
    }),
    containerfile: (from) => `FROM ${from} AS builder
ARG VERSION=1.2.3
WORKDIR /src
COPY src/build.sh .
RUN ./build.sh

FROM ${from} AS base
LABEL com.example.stage=base

FROM base
COPY --from=builder /src/out/tool /usr/bin/tool
COPY --from=builder /src/out/share /usr/share/tool/
COPY --from=builder /src/out/share/*.txt /usr/share/texts/
`,
  },
  epel: {
    what: 'a package of EPEL, by the epel-release of a mirror, which stays',
    leftToRun: 0,
    containerfile: (from, url) => `FROM ${from}
# htop for those on call
RUN rpm-ostree install ${url}/epel-release-9-9.noarch.rpm && \\
    rpm-ostree install fixture-htop && \\
    dnf clean all && rm -rf /var/cache/* ${STATE} && \\
    ostree container commit
`,
  },
  relocated: {
    what: 'a vendor that installs to /opt and /usr/local, moved by hand',
    leftToRun: 6,
    containerfile: (from, url) => `FROM ${from}
RUN mkdir -p /var/opt /var/usrlocal/bin && \\
    rpm -Uvh ${url}/fixture-scanner-3.0-1.noarch.rpm && \\
    mv /opt/scanner /usr/lib/scanner && rm -rf "/opt/Some Vendor" && \\
    mv /usr/local/bin/scan /usr/bin/scan && \\
    rm -rf /var/opt /var/usrlocal && \\
    echo 'L+ /opt/scanner - - - - /usr/lib/scanner' > /usr/lib/tmpfiles.d/scanner.conf && \\
    ostree container commit
`,
  },
  mixed: {
    what: 'removals, loops, subshells, other shells, lists in JSON, labels set twice',
    leftToRun: 5,
    files: () => ({ "conf/it's [odd] $name.conf": 'odd = 1\n', scan: SCAN }),
    containerfile: (from, url) => `FROM ${from}
MAINTAINER somebody
LABEL com.example.a=1
LABEL com.example.a=2 com.example.b="it's \\"b\\" \\$x"
RUN rpm-ostree override remove fixture-epoch
RUN set -eu; \\
    # each of them
    for name in one two; do \\
      echo "$name" > "/etc/$name.list"; \\

    done; \\
    (cd /etc && cat one.list two.list > all.list)
RUN ["ln", "-s", "/etc/all.list", "/etc/a link"]
ADD conf /usr/share/odd
ADD --chown=1:2 scan /usr/bin/scan
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
RUN printf 'b\\na\\n' | sort > /etc/sorted.list && useradd --system --no-create-home agent
RUN VERSION=1.1 && dnf install -y ${url}/fixture-hello-\${VERSION}-1.noarch.rpm && echo "hello $VERSION" > /etc/hello.version
RUN dnf clean all; rm -rf /var/cache/dnf ${STATE}
CMD ["/sbin/init"]
`,
  },
  kernel: {
    what: 'a kernel, with the wrappers of rpm-ostree before it',
    leftToRun: 0,
    base: 'with-kernel',
    release: '4.18.3',
    containerfile: (from, url) => `FROM ${from}
SHELL ["/bin/bash", "-c"]
# Enable cliwrap
RUN rpm-ostree cliwrap install-to-root /
RUN rpm-ostree override replace ${url}/kernel-{,core-,modules-,modules-core-,modules-extra-}${NEW_KERNEL}.x86_64.rpm && \\
    ostree container commit
`,
  },
  downloads: {
    what: 'a kernel and other RPMs, downloaded, installed by patterns, and removed',
    leftToRun: 1,
    base: 'with-kernel',
    release: '4.18.3',
    containerfile: (from, url) => `FROM ${from}
RUN groupadd --system agent
RUN curl --remote-name-all ${url}/kernel{,-core,-modules,-modules-core,-modules-extra}-${NEW_KERNEL}.x86_64.rpm && rpm-ostree cliwrap install-to-root / && rpm-ostree override replace ./kernel*.rpm && rm *.rpm && ostree container commit
RUN mkdir /tmp/rpms && cd /tmp/rpms && \\
    curl -fsSLO ${url}/fixture-new-1.0-1.noarch.rpm && curl -fsSL ${url}/fixture-hello-1.1-1.noarch.rpm > hello.rpm && \\
    rpm -Uvh *.rpm && cd - > /dev/null && rm -rf /tmp/rpms && ostree container commit
`,
  },
};
