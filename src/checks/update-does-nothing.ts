import { defineCheck } from './check.ts';
import { containerfilesOf } from './containerfile/of.ts';
import { configYaml } from './examples.ts';

const content = (verb: string) => `FROM configs AS final
RUN dnf ${verb} -y https://example.com/files/systemd-252-46.el9_4.x86_64.rpm && \\
    dnf clean all && \\
    ostree container commit`;

export const updateDoesNothing = defineCheck({
  code: 'update-does-nothing',
  severity: 'warning',
  summary: '`dnf update` of an RPM file succeeds where it does nothing.',
  why: 'Where the base has a newer build of the package, or does not have the package, dnf prints "Nothing to do. Complete!" and exits with 0: the image is built, rolled out, and lacks the fix.',
  manifests: {
    bad: configYaml({ content: content('update') }),
    good: configYaml({ content: content('install') }),
    find(manifests, report) {
      for (const { instructions, on } of containerfilesOf(manifests)) {
        for (const { keyword, text, line } of instructions) {
          if (keyword !== 'RUN') continue;
          if (!/\b(?:dnf|yum)\s+(?:-\S+\s+)*(?:update|upgrade)\s[^&|;]*\.rpm\b/.test(text)) continue;
          report({
            message: 'dnf exits with 0 here where it updates nothing',
            hint: 'Use `dnf install`, and ask `rpm -q` for the exact build afterwards.',
            origin: on(line),
          });
        }
      }
    },
  },
});
