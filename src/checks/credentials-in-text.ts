import { defineCheck } from './check.ts';
import { commandLinesOf } from './containerfile/of.ts';
import { configYaml } from './examples.ts';

const content = (url: string) => `FROM configs AS final
RUN curl -fsSLO ${url} && dnf install -y ./agent.rpm && ostree container commit`;

export const credentialsInText = defineCheck({
  code: 'credentials-in-text',
  severity: 'warning',
  summary: 'A command of a Containerfile has a password in it.',
  why: 'It is then in git, in the cluster for everybody who may read MachineOSConfigs, in the log of the build and in the history of the image.',
  manifests: {
    bad: configYaml({ content: content('https://ci:hunter2@example.com/files/agent.rpm') }),
    good: configYaml({ content: content('https://example.com/files/agent.rpm') }),
    find(manifests, report) {
      for (const { text, origin } of commandLinesOf(manifests)) {
        // Not of a variable: its value is not here.
        const isUrl = /\bhttps?:\/\/[^\s/:@$]+:[^\s/@$]+@/.test(text);
        const isOption = /\bcurl\b.*\s(?:-u\s*|--user[\s=])['"]?[^\s:$'"]+:[^\s$'"]+/.test(text);
        if (!isUrl && !isOption) continue;
        report({
          message: 'these credentials are in git, in the image and in its log',
          hint: 'Change them now, and fetch the file from where it needs none.',
          origin,
        });
      }
    },
  },
});
