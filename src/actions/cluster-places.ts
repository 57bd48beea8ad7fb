import type { PlacedBuild } from '../compile/places.ts';
import { parseContainerfile } from '../containerfile/parse.ts';
import type { FailedInstruction } from '../diagnose/fault.ts';
import { LayersError, type Origin } from '../diagnostics.ts';
import { placedBuilds } from '../synth/synth.ts';
import { parsePoolId } from '../values/pool-id.ts';
import { originIn } from './failed-step.ts';

/** Where git has what a build in a cluster failed at. */
export interface GitPlace {
  readonly origin: Origin;
  /** Whether git has another Containerfile by now than the cluster. */
  readonly isBehind: boolean;
}

/** The pools of a repository that a cluster builds; none where there is no repository, or one that does not compile. */
export function clusterBuilds(root: string): readonly PlacedBuild[] {
  try {
    return placedBuilds(root).filter(({ content }) => content !== undefined);
  } catch (error) {
    // What was saved can be read without it.
    if (error instanceof LayersError) return [];
    throw error;
  }
}

/** Where an instruction of a pool's MachineOSConfig was written. Of several clusters' pools of a name, the one that has it. */
export function placeOf(
  builds: readonly PlacedBuild[],
  pool: string,
  content: string | undefined,
  { text, index, isOperators }: FailedInstruction,
  subject: string | undefined,
): GitPlace | undefined {
  if (isOperators) return undefined;
  const ours = builds.filter((build) => parsePoolId(build.pool).pool === pool);
  const same = ours.find((build) => build.content?.trim() === content?.trim());
  if (same !== undefined && index !== undefined && same.places[index] !== undefined) {
    return { origin: originIn(same.places[index], subject), isBehind: false };
  }
  for (const build of ours) {
    const at = parseContainerfile(build.content!).instructions.findIndex(
      (each) => flat(`${each.keyword} ${each.text}`) === flat(text.replaceAll(/ --\S+/g, '')),
    );
    const place = build.places[at];
    if (place !== undefined) return { origin: originIn(place, subject), isBehind: build !== same };
  }
  return undefined;
}

function flat(text: string): string {
  return text
    .replaceAll(/ --\S+/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
