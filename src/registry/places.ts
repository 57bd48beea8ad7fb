import { type Diagnostic, failure, LayersError } from '../diagnostics.ts';
import { formatImageRef, type ImageRef } from '../values/image-ref.ts';
import { openRegistry, type Registry, type RegistryOptions } from './client.ts';
import { isLoopback } from './hosts.ts';
import { entryFor, type PullSource, pullSources } from './pull-sources.ts';
import { loadRegistries } from './registries-conf.ts';
import type { RegistryEntry } from './registries-file.ts';
import type { Security } from './session.ts';

/** An image where it really is: a mirror has it under another name. */
export interface Place {
  readonly registry: Registry;
  readonly ref: ImageRef;
}

/** The registries of one run, each opened once, where registries.conf says that they are. */
export interface Places {
  /** Where an image is pushed to. No mirror is asked about it: a mirror may be behind. */
  pushed(ref: ImageRef): Promise<Registry>;
  /** Does something with an image that is pulled, at the first of its places where that works. */
  pulled<T>(ref: ImageRef, work: (place: Place) => Promise<T>): Promise<T>;
  /** Whether an engine has to be told that a registry has no TLS: one on this machine that registries.conf does not name. */
  isPlain(ref: ImageRef): Promise<boolean>;
  /** Refuses an image that may be pulled from nowhere. */
  assertPullable(ref: ImageRef): Promise<void>;
  close(): void;
}

export function openPlaces(options: Omit<RegistryOptions, 'security'> = {}): Places {
  const opened = new Map<string, Registry>();
  let loaded: Promise<readonly RegistryEntry[]> | undefined;
  const entries = () => {
    loaded ??= loadRegistries(options.env ?? process.env);
    return loaded;
  };
  const open = (host: string, security: Security): Registry => {
    const key = `${security} ${host}`;
    const registry = opened.get(key) ?? openRegistry(host, { ...options, security });
    opened.set(key, registry);
    return registry;
  };
  const pushed = async (ref: ImageRef): Promise<Registry> => {
    const entry = entryFor(await entries(), ref);
    if (entry?.blocked) throw blocked(ref, entry);
    return open(ref.registry, entry?.insecure ? 'insecure' : 'loopback');
  };
  return {
    pushed,
    async pulled(ref, work) {
      const all = await entries();
      const failures: LayersError[] = [];
      for (const source of pullSources(all, ref)) {
        try {
          assertOpen(all, source);
          return await work({
            registry: open(source.ref.registry, securityOf(source, ref)),
            ref: source.ref,
          });
        } catch (error) {
          if (!(error instanceof LayersError)) throw error;
          failures.push(error);
          if (!error.diagnostics.every(({ code }) => ELSEWHERE.has(code))) break;
        }
      }
      throw withMirrors(failures);
    },
    async isPlain(ref) {
      const entry = entryFor(await entries(), ref);
      if (!isLoopback(ref.registry) || entry?.insecure || entry?.blocked) return false;
      return (await open(ref.registry, 'loopback').scheme()) === 'http';
    },
    async assertPullable(ref) {
      const all = await entries();
      const sources = pullSources(all, ref);
      if (sources.every((source) => blockerOf(all, source) !== undefined)) assertOpen(all, sources.at(-1)!);
    },
    close: () => {
      for (const registry of opened.values()) registry.close();
    },
  };
}

/** What another place may do better. Not a wrong digest: whoever has one has to be told. */
export const ELSEWHERE: ReadonlySet<string> = new Set([
  'registry-not-found',
  'registry-denied',
  'registry-unreachable',
  'registry-tls',
  'registry-error',
  'registry-blocked',
  'registry-plain-login',
  'proxy-refused',
]);

/** Engines speak plain http with a registry on loopback where we tell them to, which is for the names that people wrote only. */
function securityOf({ ref, insecure }: PullSource, wanted: ImageRef): Security {
  if (insecure) return 'insecure';
  return ref.registry === wanted.registry ? 'loopback' : 'tls';
}

/** As the engines have it, the name at the place itself decides: a blocked registry may have mirrors that are not. */
function blockerOf(entries: readonly RegistryEntry[], { ref }: PullSource): RegistryEntry | undefined {
  const entry = entryFor(entries, ref);
  return entry?.blocked ? entry : undefined;
}

function assertOpen(entries: readonly RegistryEntry[], source: PullSource): void {
  const blocker = blockerOf(entries, source);
  if (blocker !== undefined) throw blocked(source.ref, blocker);
}

function blocked(ref: ImageRef, { prefix, place, mirrors }: RegistryEntry): LayersError {
  const only = mirrors.length > 0 ? ', and none of its mirrors has the image' : '';
  return failure(
    'remote',
    'registry-blocked',
    `${formatImageRef(ref)} may not be had: ${prefix} is blocked in ${place}${only}`,
    { hint: 'Engines refuse it as well. Use an image from elsewhere, or ask whoever looks after this file.' },
  );
}

/** The last failure, which is of the image's own place, with what the mirrors said. */
function withMirrors(failures: readonly LayersError[]): LayersError {
  const last = failures.at(-1)!;
  const others = failures.slice(0, -1).flatMap(({ diagnostics }) => diagnostics);
  if (others.length === 0) return last;
  const detail = others.map(({ message }) => `mirror: ${message}`).join('\n');
  return new LayersError(
    last.diagnostics.map(
      (diagnostic): Diagnostic => ({
        ...diagnostic,
        detail: [diagnostic.detail, detail].filter(Boolean).join('\n'),
      }),
    ),
  );
}
