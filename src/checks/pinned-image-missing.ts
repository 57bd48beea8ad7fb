import { below } from '../diagnostics.ts';
import { formatPoolId } from '../values/pool-id.ts';
import { defineCheck } from './check.ts';

export const pinnedImageMissing = defineCheck({
  code: 'pinned-image-missing',
  severity: 'warning',
  summary: 'A registry does not have the image that a pool is pinned to.',
  why: 'Nodes that run it go on, until one is added, replaced or updated: that one cannot pull its operating system, and the pool degrades. Registries that clean up by age or by tag, and mirrors that were never told of the image, are why.',
  online: {
    find({ pool, pin, facts }, report) {
      if (pin === undefined) return;
      const { digest, pushed, pulled } = pin;
      const name = formatPoolId(pool.id);
      const origin = below(pool.origin, ['name']);
      const lacks = (image: string) => facts.missing.has(`${image}@${digest}`);
      if (lacks(pushed)) {
        report({
          message: `${pushed} does not have ${digest}, to which ${name} is pinned`,
          hint:
            pulled === pushed || lacks(pulled)
              ? `Push it there again from where it still is, or build anew: another text in \`refresh:\`, \`layers synth\`, and \`layers build ${name} --pin\`.`
              : `Its nodes pull it from ${pulled}, which has it: skopeo copy --preserve-digests docker://${pulled}@${digest} docker://${pushed}:<tag>`,
          origin,
        });
      } else if (lacks(pulled)) {
        report({
          message: `${pulled} does not have ${digest}, which the nodes of ${name} pull from there`,
          hint: `${pushed} has it. Mirror it: skopeo copy --preserve-digests docker://${pushed}@${digest} docker://${pulled}:<tag>`,
          origin,
        });
      }
    },
  },
});
