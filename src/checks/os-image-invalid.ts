import { osImage, parseImageRef } from '../values/image-ref.ts';
import { ValueError } from '../values/value.ts';
import { defineCheck, type Finding } from './check.ts';
import { DIGEST, machineConfigYaml } from './examples.ts';
import { ofKind, place, textAt } from './manifests/manifests.ts';

export const osImageInvalid = defineCheck({
  code: 'os-image-invalid',
  severity: 'error',
  summary: 'An osImageURL that no node can boot from.',
  why: 'Nothing looks at it before the nodes do: they fail to pull it, one after the other, and the pool degrades. A release payload can be pulled, and has no OS in it.',
  manifests: {
    bad: machineConfigYaml(`osImageURL: quay.io/openshift-release-dev/ocp-release@${DIGEST}`),
    good: machineConfigYaml(`osImageURL: quay.io/openshift-release-dev/ocp-v4.0-art-dev@${DIGEST}`),
    find(manifests, report) {
      for (const config of ofKind(manifests, 'MachineConfig')) {
        const image = textAt(config, 'spec', 'osImageURL');
        const wrong = image ? whatIsWrong(image) : undefined;
        if (wrong !== undefined) report({ ...wrong, origin: place(config, 'spec', 'osImageURL') });
      }
    },
  },
});

function whatIsWrong(text: string): Finding | undefined {
  try {
    // A tag is told of elsewhere, and is no error.
    if (parseImageRef(text).digest === undefined) return undefined;
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    return {
      message: error.message,
      hint: error.hint ?? 'Write host/namespace/name@sha256:<64 hexadecimal digits>.',
    };
  }
  const [issue] = osImage.safeParse(text).error?.issues ?? [];
  if (issue === undefined) return undefined;
  const { hint } = (issue.code === 'custom' ? (issue.params ?? {}) : {}) as { hint?: string };
  return { message: issue.message, ...(hint !== undefined && { hint }) };
}
