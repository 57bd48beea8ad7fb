import * as z from 'zod';
import { shellTemplate } from '../containerfile/template.ts';
import type { AbsolutePath } from '../values/paths.ts';
import { sourcePath } from '../values/paths.ts';
import { oneOfKeys, pattern } from '../values/value.ts';
import { type PutFile, putFiles } from './put-files.ts';
import { type Claim, defineStep } from './step.ts';

const TYPES = 'service|socket|device|mount|automount|swap|target|path|timer|slice|scope';

// systemd.unit(5): at most 255 characters of these, and the type.
const unitName = pattern(
  new RegExp(`^[A-Za-z0-9:_.\\\\@-]{1,240}\\.(?:${TYPES})$`),
  'the name of a unit',
  'Write its type, too: chronyd.service.',
);

const dropinName = pattern(
  /^[A-Za-z0-9:_.@-]{1,240}\.conf$/,
  'the name of a drop-in',
  'Drop-ins end in .conf: 10-limits.conf.',
);

const text = {
  content: z.string().optional().describe('Its text.'),
  source: sourcePath.optional().describe('Instead of `content`: a file below `layers/`, `files/<name>`.'),
};

function hasOneText(
  props: { content?: string | undefined; source?: string | undefined },
  context: z.RefinementCtx,
): void {
  if ((props.content === undefined) !== (props.source === undefined)) return;
  context.addIssue({
    code: 'custom',
    message: 'this has either a content or a source',
    params: { hint: 'Write its text as content, or the path of a file below layers/files/ as source.' },
  });
}

const systemctl = shellTemplate(
  `
    {{#if disable}}systemctl disable {{words disable}}{{/if}}
    {{#if mask}}systemctl mask {{words mask}}{{/if}}
    {{#if enable}}systemctl enable {{words enable}}{{/if}}`,
  { disable: [''], mask: [''], enable: [''] },
);

// Units of the image's own are vendor units: what a MachineConfig writes into /etc wins over them, as it does over the base's.
const UNITS = '/usr/lib/systemd/system';

export const systemd = defineStep({
  name: 'systemd',
  summary: 'Adds systemd units and drop-ins, and enables, disables or masks units.',
  schema: z
    .strictObject({
      enable: z.array(unitName).min(1).optional().describe('Units to start at boot.'),
      disable: z.array(unitName).min(1).optional().describe('Units not to start at boot.'),
      mask: z.array(unitName).min(1).optional().describe('Units that nothing may start.'),
      units: z
        .array(
          z
            .strictObject({ name: unitName.describe("The unit's name, with its type."), ...text })
            .superRefine(hasOneText)
            .meta(oneOfKeys('content', 'source'))
            .describe("A unit of the image's own."),
        )
        .min(1)
        .optional()
        .describe(`Units to add, in ${UNITS}.`),
      dropins: z
        .array(
          z
            .strictObject({
              unit: unitName.describe('The unit that it is for.'),
              name: dropinName.describe('Its name, with .conf.'),
              ...text,
            })
            .superRefine(hasOneText)
            .meta(oneOfKeys('content', 'source'))
            .describe('Settings to add to a unit, whoever it is of.'),
        )
        .min(1)
        .optional()
        .describe('Settings to add to units.'),
    })
    .superRefine((props, context) => {
      if (Object.values(props).some((value) => value !== undefined)) return;
      context.addIssue({
        code: 'custom',
        message: 'this step does nothing',
        params: { hint: 'Give it enable, disable, mask, units or dropins.' },
      });
    })
    .meta({ minProperties: 1 }),
  examples: [
    {
      title: 'A unit of our own, and a limit for another',
      props: {
        enable: ['agent.service'],
        mask: ['debug-shell.service'],
        units: [
          {
            name: 'agent.service',
            content:
              '[Unit]\nDescription=Agent\n\n[Service]\nExecStart=/usr/bin/agent\n\n[Install]\nWantedBy=multi-user.target\n',
          },
        ],
        dropins: [
          { unit: 'crio.service', name: '10-limits.conf', content: '[Service]\nLimitNOFILE=1048576\n' },
        ],
      },
    },
  ],
  render({ units = [], dropins = [], enable = [], disable = [], mask = [] }, context) {
    const files = putFiles(
      [
        ...units.map(
          (unit, index): PutFile => ({ ...unit, path: at(unit.name), at: ['units', index], named: 'name' }),
        ),
        ...dropins.map(
          (dropin, index): PutFile => ({
            ...dropin,
            path: at(`${dropin.unit}.d/${dropin.name}`),
            at: ['dropins', index],
            named: 'name',
          }),
        ),
      ],
      context,
    );
    const commands = systemctl({ enable, disable, mask });
    return {
      instructions: [
        ...files.instructions,
        ...(commands.length > 0 ? [{ kind: 'run' as const, commands, cleans: false }] : []),
      ],
      files: files.files,
      claims: [
        ...files.claims,
        ...ofUnits('disables', disable, 'disable'),
        ...ofUnits('masks', mask, 'mask'),
        ...ofUnits('enables', enable, 'enable'),
      ],
    };
  },
});

function at(name: string): AbsolutePath {
  return `${UNITS}/${name}` as AbsolutePath;
}

/** In the order of the commands. */
function ofUnits(verb: Claim['verb'], names: readonly string[], key: string): Claim[] {
  return names.map((name, index) => ({ verb, name, at: [key, index] }));
}
