import { formatPoolId } from '../values/pool-id.ts';
import { compareReleases, type ReleaseVersion } from '../values/release-version.ts';
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
    find({ pool, pin, facts }, report) {
      if (pin?.held !== undefined && pin.release !== undefined && isOlder(pin.release, pool.release)) {
        const name = formatPoolId(pool.id);
        report({
          severity: 'info',
          message: `${name} is held on an image that was built for ${pin.release}, and its release is ${pool.release}`,
          hint: `It is held: ${pin.held}. \`layers pin release ${name}\` ends that.`,
          origin: pool.origins.release ?? pool.origin,
        });
      }
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

function isOlder(one: string, other: string): boolean {
  return compareReleases(one as ReleaseVersion, other as ReleaseVersion) < 0;
}
