import * as z from 'zod';
import { codeCommand } from '../containerfile/code.ts';
import type { Command, CopyFrom, Instruction } from '../containerfile/instruction.ts';
import { shellTemplate } from '../containerfile/template.ts';
import { formatImageRef, PINNED, parsePinnedImage } from '../values/image-ref.ts';
import { dnsLabel, packageName } from '../values/names.ts';
import { parseAbsolutePath } from '../values/paths.ts';
import { show, ValueError, value } from '../values/value.ts';
import { fileProps } from './file-props.ts';
import { reportNotShipped } from './not-shipped.ts';
import { putFiles } from './put-files.ts';
import { type Claim, defineStep, type StepContext } from './step.ts';
import { expand, expandCommand, expandPath, IMAGE_VARIABLE, REFERENCES_TO_IMAGES } from './variables.ts';

const image = value(
  (text) => {
    if (IMAGE_VARIABLE.test(text)) return text;
    if (!text.includes('${')) return formatImageRef(parsePinnedImage(text));
    throw new ValueError(
      `${show(text)} is not an image`,
      `Write an image by digest, or one of ${REFERENCES_TO_IMAGES}.`,
    );
  },
  { pattern: new RegExp(`${IMAGE_VARIABLE.source}|${PINNED.source}`) },
);

const command = value(
  (text) => {
    if (text.trim() === '') throw new ValueError('this command is empty');
    return text;
  },
  { pattern: /\S/ },
);

/** A path that may have variables in it. */
const path = value(
  (text) => {
    parseAbsolutePath(text.replaceAll(/\$\{release\.[^}]*\}/g, 'x'));
    return text;
  },
  { pattern: /^\// },
);

/** modprobe finds only what depmod has listed. */
const listModules = shellTemplate(
  `
    {{#each versions}}
      depmod {{sh this}}
    {{/each}}`,
  { versions: [''] },
);

const install = shellTemplate('dnf install -y {{words packages}}', { packages: [''] });

/** The operator's own names, and the last stage's. */
const RESERVED = ['configs', 'extract', 'final'];

export const stage = defineStep({
  name: 'stage',
  summary:
    'Builds something in an image of its own, and copies the results: kernel modules, a program from source.',
  schema: z.strictObject({
    name: dnsLabel.describe('Its name, for the Containerfile.'),
    from: image.describe(
      'The image to build in, by digest, or `${release.driver-toolkit}` for kernel modules.',
    ),
    packages: z.array(packageName).min(1).optional().describe('Packages to install there first.'),
    files: z.array(fileProps('Where it is there.')).min(1).optional().describe('Files to put there next.'),
    run: z
      .array(command)
      .min(1)
      .optional()
      .describe('Commands to run there, in order. `${release.kernel}` and the like are replaced.'),
    copy: z
      .array(
        z.strictObject({
          from: path.describe('A file or folder there.'),
          to: path.describe("Where it is in the pool's image: below /usr or /etc."),
        }),
      )
      .min(1)
      .describe('What the image gets of it.'),
  }),
  examples: [
    {
      title: 'A kernel module',
      props: {
        name: 'module',
        from: '${release.driver-toolkit}',
        files: [{ path: '/src/Makefile', content: 'obj-m += example.o\n' }],
        run: ['make -C /usr/src/kernels/${release.kernel} M=/src modules'],
        copy: [{ from: '/src/example.ko', to: '/usr/lib/modules/${release.kernel}/extra/example.ko' }],
      },
    },
  ],
  render(props, context) {
    if (RESERVED.includes(props.name)) {
      context.report({
        code: 'stage-reserved',
        message: `a stage cannot be called ${props.name}`,
        hint: `${RESERVED.join(', ')} are stages of the build itself.`,
        path: ['name'],
      });
    }
    const files = putFiles(
      (props.files ?? []).map((file, index) => ({ ...file, at: ['files', index] })),
      context,
      'stage',
    );
    const commands = (props.run ?? []).map((code, index) =>
      codeCommand(expandCommand(code, context, ['run', index])),
    );
    const copies = props.copy.map(({ from, to }, index) => copyFrom(props.name, from, to, index, context));
    const claims = copies.map(
      ({ target }, index): Claim => ({
        verb: 'writes',
        name: target,
        mayBeFolder: true,
        at: ['copy', index, 'to'],
      }),
    );
    reportNotShipped(claims, context);
    return {
      stages: [
        {
          name: props.name,
          from: expand(props.from, context, ['from']),
          instructions: [
            ...runs(props.packages === undefined ? [] : install({ packages: props.packages })),
            ...files.instructions,
            ...commands.flatMap((one) => runs([one])),
          ],
        },
      ],
      instructions: [
        ...copies,
        ...runs(listModules({ versions: kernelsOf(copies.map(({ target }) => target)) })),
      ],
      files: files.files,
      claims,
    };
  },
});

function runs(commands: readonly Command[]): Instruction[] {
  return commands.length === 0 ? [] : [{ kind: 'run', commands, cleans: false }];
}

function copyFrom(stage: string, from: string, to: string, index: number, context: StepContext): CopyFrom {
  return {
    kind: 'copyFrom',
    stage,
    source: expandPath(from, context, ['copy', index, 'from']),
    target: expandPath(to, context, ['copy', index, 'to']),
  };
}

/** The kernels that get modules, each once. */
function kernelsOf(paths: readonly string[]): string[] {
  const versions = paths.flatMap((path) => /^\/(?:usr\/)?lib\/modules\/([^/]+)\//.exec(path)?.[1] ?? []);
  return [...new Set(versions)];
}
