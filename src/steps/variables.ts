import type { StepContext } from './step.ts';

/** What a step may ask of its pool's release, `${release.kernel}`. A closed list, and no template language. */
export const VARIABLES = ['rhel-coreos', 'rhel-coreos-extensions', 'driver-toolkit', 'kernel', 'el'] as const;

export type Variable = (typeof VARIABLES)[number];

/** What is right only for the kernel of the release, and what to write for another one. */
const OF_ITS_KERNEL = {
  'driver-toolkit': "Write the image of the driver toolkit for the base's kernel, by digest.",
  kernel: "Write the version of the base's kernel in full.",
};

const IMAGES: readonly Variable[] = ['rhel-coreos', 'rhel-coreos-extensions', 'driver-toolkit'];

const REFERENCE = /\$\{release\.([^}\s]*)\}/g;

/** What looks like a variable, misspelt or without its end: no variable of a shell has a dot in its name. */
const DOTTED = /\$\{[A-Za-z_]\w*\.[^}\s]*\}?/;

const ESCAPED_OR_QUOTED = /\\.|'[^']*'|"(?:[^"\\]|\\.)*"/gs;

type At = readonly (string | number)[];

/** A text with its variables' values in it. What cannot be known is reported, and stays as it is. */
export function expand(text: string, context: StepContext, path: At): string {
  reportUnknown(DOTTED.exec(withoutKnown(text))?.[0], context, path);
  return replace(text, context, path);
}

/** An argument: the same, and other text is data. */
export function expandArgument(text: string, context: StepContext, path: At): string {
  return replace(text, context, path);
}

/** A command: what is escaped or in single quotes is text for a program. */
export function expandCommand(code: string, context: StepContext, path: At): string {
  const seen = withoutKnown(code).replaceAll(ESCAPED_OR_QUOTED, (part) =>
    part.startsWith('"') ? part.replaceAll(/\\./gs, '') : '',
  );
  reportUnknown(
    DOTTED.exec(seen)?.[0],
    context,
    path,
    " Where a program is to get this text, put it in single quotes: '${…}'.",
  );
  return replace(code, context, path);
}

/** A path: nothing else would put a value there. */
export function expandPath<Path extends string>(text: Path, context: StepContext, path: At): Path {
  reportUnknown(/\$\{[^}/]*\}?/.exec(withoutKnown(text))?.[0], context, path);
  return replace(text, context, path) as Path;
}

/** A variable that is an image, and nothing else. */
export const IMAGE_VARIABLE = new RegExp(`^\\$\\{release\\.(?:${IMAGES.join('|')})\\}$`);

export const REFERENCES_TO_IMAGES = IMAGES.map((name) => reference(name)).join(', ');

/** Whether a text is taken as it is where people may expect otherwise. */
export function mentionsVariable(text: string): boolean {
  return text.includes('${release.');
}

function replace(text: string, context: StepContext, path: At): string {
  return text.replaceAll(REFERENCE, (whole, name: string) => lookUp(name, context, path) ?? whole);
}

/** What is looked up is told of there. */
function withoutKnown(text: string): string {
  return text.replaceAll(REFERENCE, 'x');
}

function reference(name: string): string {
  return `\${release.${name}}`;
}

function reportUnknown(found: string | undefined, context: StepContext, path: At, way = ''): void {
  if (found === undefined) return;
  context.report({
    code: 'unknown-variable',
    message: `${found} is not known${found.endsWith('}') ? '' : ', and has no end'}`,
    hint: `Known are ${VARIABLES.map((name) => reference(name)).join(', ')}.${way}`,
    path,
  });
}

function lookUp(name: string, context: StepContext, path: At): string | undefined {
  if (!VARIABLES.includes(name as Variable)) {
    reportUnknown(reference(name), context, path);
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
