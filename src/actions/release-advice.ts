import { LayersError } from '../diagnostics.ts';
import { type Architecture, rpmArchitecture } from '../values/architecture.ts';
import type { ImageRef } from '../values/image-ref.ts';

export const PULL_SECRET =
  'The images of OpenShift need the pull secret of your subscription: --authfile pull-secret.json (from https://console.redhat.com/openshift/install/pull-secret)';

/** A registry's error, with what to do about it where a payload was asked for. */
export function withAdvice(
  error: unknown,
  { registry, repository }: ImageRef,
  {
    version,
    architecture,
    payload,
  }: { readonly version: string; readonly architecture: Architecture; readonly payload?: string | undefined },
): unknown {
  if (!(error instanceof LayersError)) return error;
  const minor = /^\d+\.\d+/.exec(version)?.[0];
  const mirror = 'Where a mirror has it, name that: --payload <registry>/<repository>';
  const inPlace: Readonly<Record<string, string>> = {
    'registry-not-found': payload
      ? `See what is there: skopeo list-tags docker://${registry}/${repository}\n--payload takes a tag or a digest, too`
      : `Check that ${version} is out, in a channel such as candidate-${minor}\n${mirror}`,
    'another-architecture': `The payload for ${architecture} has the tag ${version}-${rpmArchitecture(architecture)}, where its tags were kept`,
  };
  const beside: Readonly<Record<string, string | undefined>> = {
    'registry-denied': PULL_SECRET,
    'registry-unreachable': payload ? undefined : mirror,
  };
  return new LayersError(
    error.diagnostics.map((diagnostic) => {
      const { code, hint } = diagnostic;
      const advice = inPlace[code] ?? [hint, beside[code]].filter(Boolean).join('\n');
      return advice ? { ...diagnostic, hint: advice } : diagnostic;
    }),
  );
}
