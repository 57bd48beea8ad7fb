import type { StepContext } from './step.ts';

/** What a step may ask of its pool's release, `${release.kernel}`. A closed list, and no template language. */
export const VARIABLES = ['rhel-coreos', 'rhel-coreos-extensions', 'driver-toolkit', 'kernel', 'el'] as const;

export type Variable = (typeof VARIABLES)[number];

/** What is right only for the kernel of the release, and what to write for another one. */
const OF_ITS_KERNEL = {
  'driver-toolkit': "Write the image of the driver toolkit for the base's kernel, by digest.",
  kernel: "Write the version of the base's kernel in full.",
};

const REFERENCE = /\$\{release\.([^}]*)\}/g;

/** A text with its variables' values in it. What cannot be known is reported, and stays as it is. */
export function expand(text: string, context: StepContext, path: readonly (string | number)[]): string {
  return text.replaceAll(REFERENCE, (reference, name: string) => lookUp(name, context, path) ?? reference);
}

export const VARIABLE = new RegExp(`^${REFERENCE.source}$`);

/** Whether a text is one variable and nothing else. */
export function isVariable(text: string): boolean {
  return VARIABLE.test(text);
}

function lookUp(name: string, context: StepContext, path: readonly (string | number)[]): string | undefined {
  if (!VARIABLES.includes(name as Variable)) {
    context.report({
      code: 'unknown-variable',
      message: `\${release.${name}} is not known`,
      hint: `Known are ${VARIABLES.map((known) => `\${release.${known}}`).join(', ')}.`,
      path,
    });
    return undefined;
  }
  if (name === 'kernel' && context.replacesKernel) {
    context.report({
      code: 'kernel-replaced',
      message: "a step before this one replaces the kernel: the release's is not the image's any more",
      hint: 'Write the version of the new kernel in full.',
      path,
    });
    return undefined;
  }
  if (context.hasOwnKernel && !context.replacesKernel && Object.hasOwn(OF_ITS_KERNEL, name)) {
    context.report({
      code: 'base-kernel-unknown',
      message: `the pool has a base of its own, and \${release.${name}} need not be of its kernel`,
      hint: OF_ITS_KERNEL[name as keyof typeof OF_ITS_KERNEL],
      path,
    });
    return undefined;
  }
  const value = context.variables[name as Variable];
  if (value === undefined) {
    context.report({
      code: 'release-lacks',
      message: `the Release document of ${context.release} has no ${name}`,
      hint: 'Add it to the document: `layers release add` writes most of them.',
      path,
    });
  }
  return value;
}
