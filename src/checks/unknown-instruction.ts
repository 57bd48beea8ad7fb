import { defineCheck } from './check.ts';
import { containerfilesOf } from './containerfile/of.ts';
import { configYaml } from './examples.ts';

const KNOWN = [
  'ADD',
  'ARG',
  'CMD',
  'COPY',
  'ENTRYPOINT',
  'ENV',
  'EXPOSE',
  'FROM',
  'HEALTHCHECK',
  'LABEL',
  'MAINTAINER',
  'ONBUILD',
  'RUN',
  'SHELL',
  'STOPSIGNAL',
  'USER',
  'VOLUME',
  'WORKDIR',
];

const content = (end: string) => `FROM configs AS final
RUN dnf install -y rsyslog &&${end}
    ostree container commit`;

export const unknownInstruction = defineCheck({
  code: 'unknown-instruction',
  severity: 'error',
  summary: 'A line of a Containerfile is no instruction, or lacks what belongs to it.',
  why: 'Usually a backslash is missing at the end of the line before. From 5.0 on the operator says so at once; before, the build fails, three times.',
  manifests: {
    bad: configYaml({ content: content('') }),
    good: configYaml({ content: content(' \\') }),
    find(manifests, report) {
      for (const { instructions, on } of containerfilesOf(manifests)) {
        for (const { keyword, text, line } of instructions) {
          const origin = on(line);
          if (!KNOWN.includes(keyword)) {
            report({
              message: `${keyword} is not an instruction`,
              hint: 'Does the line before this one lack its backslash?',
              origin,
            });
          } else if (text === '') {
            report({
              message: `${keyword} has nothing after it`,
              hint: 'Leave it out, or complete it.',
              origin,
            });
          } else if ((keyword === 'ENV' || keyword === 'LABEL') && !/[=\s]/.test(text)) {
            report({
              message: `${keyword} ${text} has no value`,
              hint: `Write ${keyword} ${text}=….`,
              origin,
            });
          }
        }
      }
    },
  },
});
