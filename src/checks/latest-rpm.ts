import { defineCheck } from './check.ts';
import { commandLinesOf } from './containerfile/of.ts';
import { configYaml } from './examples.ts';
import { rpmsOf } from './steps-of.ts';

const layer = (rpm: string) => `kind: Layer
name: epel-release
steps:
  - rpms:
      rpms:
        - ${rpm}
`;

const content = (rpm: string) => `FROM configs AS final
RUN dnf install -y https://example.com/epel/${rpm} && ostree container commit`;

export const latestRpm = defineCheck({
  code: 'latest-rpm',
  severity: 'warning',
  summary: 'An RPM is fetched by a name that is another file tomorrow.',
  why: 'What is at `…-latest-9.noarch.rpm` moves on without any change in git: two builds of the same input differ, and nobody reviewed the difference.',
  pool: {
    bad: layer('{ url: https://example.com/epel/epel-release-latest-9.noarch.rpm }'),
    good: layer('{ url: https://example.com/epel/epel-release-9-9.el9.noarch.rpm }'),
    find(pool, report) {
      for (const { rpm, origin } of rpmsOf(pool)) {
        if (rpm.url === undefined || rpm.sha256 !== undefined || !isLatest(rpm.url)) continue;
        report({
          message: 'this URL is of whichever version is the latest',
          hint: 'Name the version, or add its sha256.',
          origin,
        });
      }
    },
  },
  manifests: {
    bad: configYaml({ content: content('epel-release-latest-9.noarch.rpm') }),
    good: configYaml({ content: content('epel-release-9-9.el9.noarch.rpm') }),
    find(manifests, report) {
      for (const { text, origin } of commandLinesOf(manifests)) {
        const [url] = /https?:\/\/\S+/.exec(text) ?? [];
        if (url === undefined || !isLatest(url)) continue;
        report({
          message: 'this URL is of whichever version is the latest',
          hint: 'Name the version: the same build tomorrow should have the same packages.',
          origin,
        });
      }
    },
  },
});

function isLatest(url: string): boolean {
  return /(?:^|[-_.])latest[-_.][^/]*\.rpm$/.test(url.slice(url.lastIndexOf('/') + 1));
}
