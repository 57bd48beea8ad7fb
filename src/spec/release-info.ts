import * as z from 'zod';
import { formatPath } from '../diagnostics.ts';
import type { Architecture } from '../values/architecture.ts';
import type { ReleaseImagesProps } from './release.ts';

/** What a payload says of itself. */
export interface ReleaseInfo {
  readonly version: string;
  /** Pull specs by component. */
  readonly images: ReadonlyMap<string, string>;
  /** The version of the OS, as the payload has it: `9.6.20250701-0`, or `418.94.202507011-0` up to 4.18. */
  readonly machineOs?: string;
  /** `linux/amd64`, where it is said. */
  readonly platform?: string;
}

/** Reads what `oc adm release info <release>` prints, or a payload's `image-references`. A string is what is wrong with it. */
export function parseReleaseInfo(text: string): ReleaseInfo | string {
  const info = text.trimStart().startsWith('{') ? fromImageReferences(text) : fromText(text);
  if (typeof info === 'string') return info;
  if (info.images.size === 0) return 'it names no images: `oc adm release info --pullspecs` prints them';
  return info;
}

/** A Release document for one architecture. */
export interface OneRelease {
  readonly name: string;
  readonly architecture: Architecture;
  readonly images: ReleaseImagesProps;
}

/** The Release document of a payload; a string is what it lacks. */
export function toRelease(
  { version, images, machineOs }: ReleaseInfo,
  architecture: Architecture,
): OneRelease | string {
  const os = images.get('rhel-coreos') ?? images.get('rhel-coreos-9');
  if (os === undefined) return 'it has no image rhel-coreos';
  const extensions = images.get('rhel-coreos-extensions');
  const toolkit = images.get('driver-toolkit');
  const el = machineOs === undefined ? undefined : elOf(machineOs);
  return {
    name: version,
    architecture,
    images: {
      'rhel-coreos': os,
      ...(extensions !== undefined && { 'rhel-coreos-extensions': extensions }),
      ...(toolkit !== undefined && { 'driver-toolkit': toolkit }),
      ...(el !== undefined && { el }),
    },
  };
}

/** 9.6.20250701-0 is on RHEL 9.6, and 418.94.202507011-0 on 9.4. */
export function elOf(machineOs: string): string | undefined {
  const [, old] = /^4\d\d\.(\d{2})\./.exec(machineOs) ?? [];
  if (old !== undefined) return `${old[0]}.${old[1]}`;
  return /^(\d{1,2}\.\d{1,2})\./.exec(machineOs)?.[1];
}

/** 5.14.0-570.16.1.el9_6.x86_64 is of RHEL 9.6. */
export function elOfKernel(kernel: string): string | undefined {
  const [, major, minor] = /\.el(\d+)_(\d+)\./.exec(kernel) ?? [];
  return major === undefined ? undefined : `${major}.${minor}`;
}

function fromText(text: string): ReleaseInfo | string {
  const version = /^Name:\s+(\S+)\s*$/m.exec(text)?.[1];
  if (version === undefined) return 'it does not begin with the Name of a release';
  const images = new Map<string, string>();
  const section = /^Images:\s*$([\s\S]*?)(?:^\S|$(?![\s\S]))/m.exec(text)?.[1] ?? '';
  for (const [, name, spec] of section.matchAll(/^ {2}(\S+)\s+(\S+@sha256:[0-9a-f]{64})\s*$/gm))
    images.set(name!, spec!);
  const machineOs = /^\s+machine-os\s+(\S+)/m.exec(text)?.[1];
  const platform = /^OS\/Arch:\s+(\S+)\s*$/m.exec(text)?.[1];
  return { version, images, ...(machineOs !== undefined && { machineOs }), ...(platform && { platform }) };
}

/** Of an ImageStream, what is read here. */
const imageReferences = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    tags: z.array(
      z.object({
        name: z.string(),
        annotations: z.record(z.string(), z.string()).optional(),
        from: z.object({ name: z.string() }).optional(),
      }),
    ),
  }),
});

function fromImageReferences(text: string): ReleaseInfo | string {
  let content: { readonly kind?: unknown };
  try {
    content = JSON.parse(text);
  } catch {
    return 'it is not JSON, though it begins with a brace';
  }
  if (content.kind !== 'ImageStream') return "it is not a payload's image-references, an ImageStream";
  const { data, error } = imageReferences.safeParse(content);
  if (data === undefined)
    return `its image-references are damaged at ${formatPath(error.issues[0]!.path as (string | number)[])}`;
  const { tags } = data.spec;
  const images = new Map(tags.flatMap(({ name, from }) => (from ? [[name, from.name] as const] : [])));
  const versions = tags
    .map(({ annotations }) => annotations?.['io.openshift.build.versions'] ?? '')
    .join(',');
  const machineOs = /(?:^|,)machine-os=([^,]+)/.exec(versions)?.[1];
  return { version: data.metadata.name, images, ...(machineOs !== undefined && { machineOs }) };
}
