import { below } from '../diagnostics.ts';
import { formatEvr } from '../values/evr.ts';
import { defineCheck } from './check.ts';
import { factsOf, hotfixYaml } from './online/example.ts';
import { hotfixesOf } from './online/hotfixes.ts';
import { fixedBy, isBuildOf } from './online/packages.ts';

export const hotfixExpired = defineCheck({
  code: 'hotfix-expired',
  severity: 'warning',
  summary: 'A hotfix is no longer needed: by its `expires`, the base or the pinned image has the fix.',
  why: 'From now on it keeps a package back. What the base brings next is not installed, its security fixes included.',
  online: {
    example: {
      bad: hotfixYaml('252-47.el9_6'),
      good: hotfixYaml('252-60.el9_6'),
      facts: factsOf({ systemd: '252-51.el9_6' }),
    },
    find({ pool, pin, facts: { packages } }, report) {
      for (const { expires, rpms, origin } of hotfixesOf(pool)) {
        if (expires === undefined) continue;
        const inBase = fixedBy(expires, packages.get(pool.base.digest));
        const has = inBase ?? fixedBy(expires, pin && packages.get(pin.digest));
        // What the hotfix itself put into the image is no sign that anything else would.
        if (has === undefined || (!inBase && rpms.some((rpm) => isBuildOf(rpm, has)))) continue;
        report({
          message: `${inBase ? 'the base' : 'the pinned image'} has ${has.name}-${formatEvr(has)}, and this hotfix was needed until ${expires.atLeast}`,
          hint: 'Remove the hotfix, and build anew.',
          origin: below(origin, ['expires']),
        });
      }
    },
  },
});
