import { isAtLeast } from '../values/release-version.ts';
import { defineCheck } from './check.ts';
import { containerfilesOf } from './containerfile/of.ts';
import { configYaml } from './examples.ts';

const content = (end: string) => `FROM configs AS final
RUN dnf install -y rsyslog && dnf clean all${end}`;

export const noCommit = defineCheck({
  code: 'no-commit',
  severity: 'warning',
  summary: 'A Containerfile does not end its layers as the release expects.',
  why: 'Up to 4.18 `ostree container commit` at the end of each RUN cleans up what an image must not have, such as content in /var, which never reaches the nodes. From 4.19 on `bootc container lint` at the end looks for it.',
  manifests: {
    release: '4.18.0',
    bad: configYaml({ content: content('') }),
    good: configYaml({ content: content(' && ostree container commit') }),
    find(manifests, report) {
      const isOld = !isAtLeast(manifests.release, '4.19');
      for (const { instructions, on } of containerfilesOf(manifests)) {
        const start = instructions.findLastIndex(({ keyword }) => keyword === 'FROM');
        const runs = instructions.slice(start + 1).filter(({ keyword }) => keyword === 'RUN');
        const ends = runs.filter(({ lines }) =>
          lines.some(({ text }) => /ostree container commit|bootc container lint/.test(text)),
        );
        const [first] = isOld ? runs.filter((run) => !ends.includes(run)) : ends.length === 0 ? runs : [];
        if (first === undefined) continue;
        report({
          severity: isOld ? 'warning' : 'info',
          message: isOld
            ? 'this RUN does not end in `ostree container commit`'
            : 'nothing looks at what these RUNs leave behind',
          hint: isOld
            ? 'Add ` && ostree container commit`.'
            : 'End with RUN bootc container lint, or each RUN with `ostree container commit`.',
          origin: on(first.line),
        });
      }
    },
  },
});
