import { defineCheck } from './check.ts';
import { containerfilesOf } from './containerfile/of.ts';
import type { WrittenInstruction } from './containerfile/read.ts';
import { configYaml } from './examples.ts';

const content = (from: string) => `FROM ${from} AS final
RUN dnf install -y rsyslog && ostree container commit`;

export const finalStage = defineCheck({
  code: 'final-stage',
  severity: 'warning',
  summary: 'The last stage of a MachineOSConfig does not begin with `configs`.',
  why: "`configs` is the cluster's OS image with the pool's configuration, extensions and certificates in it. An image of another base has none of these, and is of another release than the cluster from the first upgrade on.",
  manifests: {
    bad: configYaml({ content: content('quay.io/example/rhel-coreos:latest') }),
    good: configYaml({ content: content('configs') }),
    find(manifests, report) {
      for (const { instructions, on } of containerfilesOf(manifests)) {
        const last = instructions.filter(({ keyword }) => keyword === 'FROM').at(-1);
        // Without any it goes on where `configs` ended.
        if (last === undefined || originOf(last, instructions) === 'configs') continue;
        report({
          message: "the image does not come from configs, which has the pool's configuration",
          hint: 'Write FROM configs AS final. Other images belong to earlier stages.',
          origin: on(last.line),
        });
      }
    },
  },
});

/** The image that a stage comes from, by way of the stages before it. */
function originOf(last: WrittenInstruction, instructions: readonly WrittenInstruction[]): string {
  const stages = new Map<string, string>();
  for (const { keyword, text, line } of instructions) {
    if (keyword !== 'FROM') continue;
    const [from = '', name] = text
      .split(/\s+/)
      .filter((word) => !word.startsWith('--') && !/^as$/i.test(word));
    const origin = stages.get(from) ?? from;
    if (line === last.line) return origin;
    if (name !== undefined) stages.set(name, origin);
  }
  return '';
}
