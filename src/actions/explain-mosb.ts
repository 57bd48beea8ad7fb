import { failure } from '../diagnostics.ts';
import { ofKind } from '../gathered/gathered.ts';
import { type SavedObject, textAt } from '../gathered/object.ts';
import { type BuildDocuments, type BuildInput, buildDocuments, buildName } from '../operator/names.ts';
import { asAdmitted, configSpecJson, type MachineOSConfig } from '../operator/objects.ts';
import { Refusal } from '../operator/refusal.ts';
import { type OperatorOptions, openPool, osConfigOf, rulesFor } from './operator-pool.ts';

/** A build that the cluster has, next to the one of what is in git. */
export interface SavedBuild {
  readonly name: string;
  readonly isSame: boolean;
  /** What of its name's parts must differ; more than one where it cannot be told which. */
  readonly differs: readonly (keyof BuildDocuments)[];
  /** Whether all of these differ, or one of them at least. */
  readonly isCertain: boolean;
}

export interface NamedBuild {
  readonly pool: string;
  readonly release: string;
  readonly name: string;
  readonly from: 'dist' | 'saved';
  readonly documents: BuildDocuments;
  readonly builds: readonly SavedBuild[];
  /** The fields in which the MachineOSConfig of the cluster is another than that of `dist/`. */
  readonly configDiffers: readonly string[];
}

/** The name that the operator gives the build of what is in git, and whether the cluster has it. */
export function explainBuildName(options: OperatorOptions): NamedBuild {
  const opened = openPool(options);
  const { id, saved } = opened;
  const { config, isFromDist } = osConfigOf(options.root, opened);
  const pool = saved.neededPool(id.pool);
  const rendered = saved.rendered(pool);
  const release = rulesFor(options.release, saved.release(rendered));
  const images = saved.images(release, pool);
  const input: BuildInput = { release, pool, config, images, ...(rendered && { rendered }) };
  const live = saved.osConfig(id.pool);
  const name = orRefuse(() => buildName(input));
  const builds = ofKind(saved.gathered, 'MachineOSBuild').filter((build) =>
    isOf(build, config.metadata.name),
  );
  return {
    pool: options.pool,
    release,
    name,
    from: isFromDist ? 'dist' : 'saved',
    documents: buildDocuments(input),
    builds: builds.map((build) => compare(build, name, input, live)),
    configDiffers: live === undefined ? [] : differences(config, live),
  };
}

/** Which parts of a saved build's name are not those of what is in git. */
function compare(build: SavedObject, name: string, input: BuildInput, live?: MachineOSConfig): SavedBuild {
  const of = (differs: SavedBuild['differs'], isCertain: boolean): SavedBuild => ({
    name: build.name,
    isSame: build.name === name,
    differs,
    isCertain,
  });
  if (build.name === name) return of([], true);
  const rendered = textAt(build.data, 'spec', 'machineConfig', 'name');
  if (rendered !== input.pool.spec.configuration.name) return of(['configuration'], true);
  if (live !== undefined) {
    const config = { ...live, spec: asAdmitted(live.spec) };
    if (buildName({ ...input, config }) === build.name) return of(['config'], true);
  }
  return of(['configuration', 'config', 'images'], false);
}

function isOf({ data }: SavedObject, config: string): boolean {
  return textAt(data, 'spec', 'machineOSConfig', 'name') === config;
}

function differences(own: MachineOSConfig, live: MachineOSConfig): string[] {
  const [a, b] = [own, live].map(({ spec }) => configSpecJson(asAdmitted(spec)) as Record<string, unknown>);
  return [...new Set([...Object.keys(a!), ...Object.keys(b!)])]
    .filter((key) => JSON.stringify(a![key]) !== JSON.stringify(b![key]))
    .sort();
}

/** The operator's refusal is what people see of it; here it is an error. */
export function orRefuse<Result>(attempt: () => Result): Result {
  try {
    return attempt();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw failure('finding', 'operator-refuses', error.message, {
      hint: 'These are the words of the operator, in whose log they would be.',
    });
  }
}
