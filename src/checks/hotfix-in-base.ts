import { below } from '../diagnostics.ts';
import { formatEvr } from '../values/evr.ts';
import { rpmFileName } from '../values/rpm.ts';
import { defineCheck } from './check.ts';
import { factsOf, hotfixYaml } from './online/example.ts';
import { hotfixesOf } from './online/hotfixes.ts';
import { asNewAs, fixedBy } from './online/packages.ts';

export const hotfixInBase = defineCheck({
  code: 'hotfix-in-base',
  severity: 'warning',
  summary: 'The base has a package of a hotfix already, in the same build or a newer one.',
  why: 'The hotfix does nothing, or the next build fails because it would put an older build in the place of a newer one.',
  online: {
    example: {
      bad: hotfixYaml(),
      good: hotfixYaml(undefined, '252-60.el9_6'),
      facts: factsOf({ systemd: '252-51.el9_6' }),
    },
    find({ pool, facts }, report) {
      const base = facts.packages.get(pool.base.digest);
      for (const { expires, rpms, origin } of hotfixesOf(pool)) {
        // Then it is told that all of it can go.
        if (expires !== undefined && fixedBy(expires, base) !== undefined) continue;
        for (const [index, rpm] of rpms.entries()) {
          const has = asNewAs(rpm, base);
          if (has === undefined) continue;
          report({
            message: `the base has ${has.name}-${formatEvr(has)} already, and this is ${rpmFileName(rpm)}`,
            hint: 'Remove it; and the hotfix, where nothing else is in it. Its reason says what it was for.',
            origin: below(origin, ['rpms', index]),
          });
        }
      }
    },
  },
});
