import { defineCheck } from './check.ts';
import { containerfilesOf } from './containerfile/of.ts';
import { configYaml } from './examples.ts';

/** All that a build on the cluster has in its context. */
const CONTEXT = [
  'Containerfile',
  'machineconfig',
  'machineconfig/machineconfig.json.gz',
  'openshift-config-user-ca-bundle.crt',
];

const content = (copy: string) => `FROM registry.example.com/tools/agent:7.1 AS agent
FROM configs AS final
${copy}
RUN ostree container commit`;

export const localCopy = defineCheck({
  code: 'local-copy',
  severity: 'error',
  summary: 'A build on the cluster copies a local file, and has none.',
  why: 'A MachineOSConfig has no build context: there is no other file than the Containerfile, and COPY of one fails the build, after it was admitted and started.',
  manifests: {
    bad: configYaml({ content: content('COPY agent.conf /etc/agent/agent.conf') }),
    good: configYaml({ content: content('COPY --from=agent /usr/bin/agent /usr/bin/agent') }),
    find(manifests, report) {
      for (const { instructions, on } of containerfilesOf(manifests)) {
        for (const { keyword, text, line } of instructions) {
          if (keyword !== 'COPY' && keyword !== 'ADD') continue;
          const [file] = sourcesOf(text).filter(
            (source) => !(keyword === 'ADD' && /^(https?|git|ssh):|^git@/.test(source)),
          );
          if (file === undefined) continue;
          report({
            message: `${file} is not there: a build on the cluster has no files of yours`,
            hint: 'Copy it from an image (--from), install it by an RPM, or write it in a RUN.',
            origin: on(line),
          });
        }
      }
    },
  },
});

/** What is taken from the context: nothing where it comes from a stage, or stands in the instruction itself. */
function sourcesOf(text: string): string[] {
  const words = text
    .replace(
      /^(--\S+\s+)*\[(.*)\]\s*$/,
      (_, flags = '', list: string) => `${flags}${list.replaceAll(/[",]/g, ' ')}`,
    )
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.some((word) => word.startsWith('--from='))) return [];
  const paths = words.filter((word) => !word.startsWith('--'));
  return paths
    .slice(0, -1)
    .filter((path) => !path.startsWith('<<') && !CONTEXT.includes(path.replace(/^(\.?\/)+/, '')));
}
