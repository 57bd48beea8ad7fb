import { defineCheck } from './check.ts';
import { commandLinesOf } from './containerfile/of.ts';
import { configYaml } from './examples.ts';

const content = (flag: string) => `FROM configs AS final
RUN dnf install -y ${flag}agent && ostree container commit`;

export const gpgcheckOff = defineCheck({
  code: 'gpgcheck-off',
  severity: 'warning',
  summary: 'Packages are installed without a look at their signatures.',
  why: 'Whoever can write to the server, or stands before it, runs code as root on every node of the pool.',
  manifests: {
    bad: configYaml({ content: content('--nogpgcheck ') }),
    good: configYaml({ content: content('') }),
    find(manifests, report) {
      for (const { text, origin } of commandLinesOf(manifests)) {
        if (!/--nogpgcheck\b|--no-gpg-checks\b|\bgpgcheck\s*=\s*(?:0|no|false)\b/i.test(text)) continue;
        report({
          message: 'packages are not checked against any key',
          hint: 'Give the key: gpgkey= in the repository, or `rpm --import`.',
          origin,
        });
      }
    },
  },
});
