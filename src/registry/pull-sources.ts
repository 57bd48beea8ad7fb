import { formatImageRef, type ImageRef, parseImageRef } from '../values/image-ref.ts';
import { ValueError } from '../values/value.ts';
import { apiRepository } from './hosts.ts';
import { type Mirror, type RegistryEntry, wrong } from './registries-file.ts';

/** Where an image may be had. */
export interface PullSource {
  /** The image as it is called there. */
  readonly ref: ImageRef;
  /** Whether a certificate that nobody trusts will do there, and even plain http. */
  readonly insecure: boolean;
  /** The entry that sends there; none for an image that is looked for under its own name. */
  readonly entry: RegistryEntry | undefined;
}

/** Where to look for an image, in this order: its mirrors, then its own place. */
export function pullSources(entries: readonly RegistryEntry[], ref: ImageRef): PullSource[] {
  const entry = entryFor(entries, ref);
  if (entry === undefined) return [{ ref, insecure: false, entry }];
  const mirrors = entry.mirrors.filter((mirror) => isFor(mirror, ref));
  return [...mirrors, entry].map(({ location, insecure }) => ({
    ref: rewrite(ref, entry, location),
    ...{ insecure, entry },
  }));
}

/** The entry with the longest prefix of an image's name. */
export function entryFor(entries: readonly RegistryEntry[], ref: ImageRef): RegistryEntry | undefined {
  const name = nameOf(ref);
  return entries
    .filter(({ prefix }) => lengthIn(name, prefix) !== undefined)
    .reduce<RegistryEntry | undefined>(
      (longest, entry) => ((longest?.prefix.length ?? 0) >= entry.prefix.length ? longest : entry),
      undefined,
    );
}

function isFor({ use }: Mirror, { digest }: ImageRef): boolean {
  return use === 'all' || (use === 'digest-only') === (digest !== undefined);
}

function rewrite(ref: ImageRef, { prefix, place }: RegistryEntry, location: string): ImageRef {
  if (location === '' || location === prefix) return ref;
  const name = nameOf(ref);
  const rest = name.slice(lengthIn(name, prefix));
  const { tag, digest } = ref;
  try {
    return { ...parseImageRef(`${location}${rest}`), ...(tag && { tag }), ...(digest && { digest }) };
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw wrong(place, `makes ${location}${rest} of ${formatImageRef(ref)}: ${error.message}`);
  }
}

/** With docker.io's implied namespace, as the file's prefixes have it. */
function nameOf({ registry, repository }: ImageRef): string {
  return `${registry}/${apiRepository(registry, repository)}`;
}

/** How much of a name a prefix stands for; undefined where it is not for this name. */
function lengthIn(name: string, prefix: string): number | undefined {
  if (!prefix.startsWith('*.')) return endsPart(name, name.startsWith(prefix) ? prefix.length : undefined);
  const domain = prefix.slice(1);
  const at = name.indexOf(domain);
  return endsPart(name, at < 0 || name.slice(0, at).includes('/') ? undefined : at + domain.length);
}

function endsPart(name: string, length: number | undefined): number | undefined {
  return length !== undefined && (length === name.length || ':/'.includes(name[length]!))
    ? length
    : undefined;
}
