import { defineCheck } from './check.ts';
import { factsOf, poolYaml } from './online/example.ts';
import { osOf } from './online/os.ts';

export const baseOfAnotherRelease = defineCheck({
  code: 'base-of-another-release',
  severity: 'warning',
  summary: "A pool's `base` is not the OS image of its release.",
  why: 'A pool with an image of its own does not follow the upgrades of its cluster: its nodes stay on the operating system of the base, until their kubelet is too old for the API server. The longer it is forgotten, the larger the step.',
  online: {
    example: { bad: poolYaml(), good: poolYaml(''), facts: factsOf({}) },
    find({ pool, facts }, report) {
      const os = osOf(pool, facts);
      if (os === undefined || os.isAhead) return;
      const { difference, origin } = os;
      const { release } = pool;
      report({
        message:
          difference === undefined
            ? `the base is not the OS image of ${release}`
            : `the base is ${difference.order} than the OS image of ${release}: its ${difference.package} is ${difference.own}, and not ${difference.other}`,
        hint: `Leave base out, and it is that of ${release}. Or silence this, and write until when the base is needed.`,
        origin,
      });
    },
  },
});
