import { isTakenByApi, pushSpec } from '../values/push-spec.ts';
import { defineCheck } from './check.ts';
import { configYaml } from './examples.ts';
import { ofKind, place, textAt } from './manifests/manifests.ts';

export const pushSpecUnusable = defineCheck({
  code: 'push-spec-unusable',
  severity: 'error',
  summary: 'A push spec that the API server takes, and that does not work.',
  why: 'Three rules disagree: the API server takes more than the controller, which refuses capitals and short names, and the status has room for one namespace only, so that the image of a deeper path is built and pushed, and never used.',
  manifests: {
    bad: configYaml({ pushSpec: 'registry.example.com/team/os/infra:latest' }),
    good: configYaml({ pushSpec: 'registry.example.com/os/infra:latest' }),
    find(manifests, report) {
      for (const object of ofKind(manifests, 'MachineOSConfig', 'MachineOSBuild')) {
        const spec = textAt(object, 'spec', 'renderedImagePushSpec');
        if (spec === undefined || !isTakenByApi(spec)) continue;
        const [issue] = pushSpec.safeParse(spec).error?.issues ?? [];
        if (issue === undefined) continue;
        const { hint } = (issue.code === 'custom' ? (issue.params ?? {}) : {}) as { hint?: string };
        report({
          message: issue.message,
          ...(hint !== undefined && { hint }),
          origin: place(object, 'spec', 'renderedImagePushSpec'),
        });
      }
    },
  },
});
