import { below } from '../diagnostics.ts';
import { defineCheck } from './check.ts';
import { commandLinesOf } from './containerfile/of.ts';
import { configYaml } from './examples.ts';
import { rpmsOf, stepsOf } from './steps-of.ts';

const layer = (url: string) => `kind: Layer
name: agent
steps:
  - rpms:
      rpms:
        - { url: ${url} }
`;

const content = (url: string) => `FROM configs AS final
RUN dnf install -y ${url} && ostree container commit`;

export const plainHttp = defineCheck({
  code: 'plain-http',
  severity: 'warning',
  summary: 'Something is fetched without encryption, and nothing else says what it has to be.',
  why: 'Whoever sits between the build and the server decides what is installed as root on every node of the pool. A sum, or packages signed by a key that came over https, would tell.',
  pool: {
    bad: layer('http://example.com/files/agent-7.1-1.x86_64.rpm'),
    good: layer('https://example.com/files/agent-7.1-1.x86_64.rpm'),
    find(pool, report) {
      const tell = (url: string | undefined, origin: Parameters<typeof below>[0]) => {
        if (url?.startsWith('http:'))
          report({
            message: 'this is fetched without encryption',
            hint: 'Use https, or give the sum where there is a key for it.',
            origin,
          });
      };
      for (const { rpm, origin } of rpmsOf(pool)) if (rpm.sha256 === undefined) tell(rpm.url, origin);
      for (const { name, props, origin } of stepsOf(pool)) {
        if (name === 'repository') {
          const { gpgkey, gpgcheck, baseurl, metalink } = props as Repository;
          tell(gpgkey?.url, below(origin, ['gpgkey', 'url']));
          // Signed packages may come over any wire.
          if (gpgcheck === false)
            tell(baseurl ?? metalink, below(origin, [baseurl ? 'baseurl' : 'metalink']));
        }
        // Its key comes from there, too.
        if (name === 'epel') tell((props as { mirror?: string }).mirror, below(origin, ['mirror']));
        if (name === 'kernel') tell((props as { baseurl?: string }).baseurl, below(origin, ['baseurl']));
      }
    },
  },
  manifests: {
    bad: configYaml({ content: content('http://example.com/files/agent-7.1-1.x86_64.rpm') }),
    good: configYaml({ content: content('https://example.com/files/agent-7.1-1.x86_64.rpm') }),
    find(manifests, report) {
      for (const { text, origin } of commandLinesOf(manifests)) {
        if (!/(?:^|[\s'"=])http:\/\/\S+\.rpm\b/.test(text)) continue;
        report({ message: 'this RPM is fetched without encryption', hint: 'Use https.', origin });
      }
    },
  },
});

interface Repository {
  readonly gpgkey?: { readonly url?: string };
  readonly gpgcheck?: boolean;
  readonly baseurl?: string;
  readonly metalink?: string;
}
