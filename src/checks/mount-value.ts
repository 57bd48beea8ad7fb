import { defineCheck } from './check.ts';
import { commandLinesOf } from './containerfile/of.ts';
import { configYaml } from './examples.ts';

const content = (flag: string) => `FROM registry.example.com/tools/agent:7.1 AS agent
FROM configs AS final
RUN --mount=type=bind,from=agent,target=/mnt,${flag} cp /mnt/agent /usr/bin/ && ostree container commit`;

export const mountValue = defineCheck({
  code: 'mount-value',
  severity: 'warning',
  summary: 'A mount says `rw=true`, where it should say `rw`.',
  why: 'Up to 1.38 buildah passed over the value, and from 1.39 on it refuses it: the same Containerfile builds on one release, and fails on the next.',
  manifests: {
    bad: configYaml({ content: content('rw=true') }),
    good: configYaml({ content: content('rw') }),
    find(manifests, report) {
      for (const { text, origin } of commandLinesOf(manifests)) {
        const [, flag] = /--mount=\S*,(rw|ro|readwrite|readonly)=(?:true|false)/.exec(text) ?? [];
        if (flag === undefined) continue;
        report({ message: `${flag} takes no value`, hint: `Write ${flag}, or leave it out.`, origin });
      }
    },
  },
});
