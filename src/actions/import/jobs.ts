import { failure } from '../../diagnostics.ts';
import type { FromManifest } from '../../import/manifest.ts';
import type { PoolProps } from '../../spec/pool.ts';
import type { InputFile } from './inputs.ts';

/** A Containerfile, and what a manifest says of its pool. */
export interface Job {
  readonly input: InputFile;
  readonly text: string;
  readonly manifest: FromManifest | undefined;
  readonly settings: Partial<PoolProps>;
}

/** A MachineConfig has no Containerfile: it is of the one beside it. */
export function jobsOf(inputs: readonly InputFile[]): Job[] {
  const manifests = inputs.flatMap((input) =>
    (input.manifests ?? []).map((manifest) => ({ input, manifest })),
  );
  const settings = manifests.filter(({ manifest }) => manifest.containerfile === undefined);
  const jobs = [
    ...inputs.flatMap((input): Job[] =>
      input.manifests === undefined ? [{ input, text: input.text, manifest: undefined, settings: {} }] : [],
    ),
    ...manifests.flatMap(({ input, manifest }): Job[] =>
      manifest.containerfile === undefined
        ? []
        : [{ input, text: manifest.containerfile, manifest, settings: manifest.settings }],
    ),
  ];
  if (settings.length === 0) return jobs;
  const [job, ...others] = jobs;
  const { input, manifest } = settings[0]!;
  if (job === undefined || others.length > 0) {
    throw failure('input', 'no-containerfile', `${input.name} does not say how its image is built`, {
      hint: 'Import it together with its Containerfile, and with no other.',
      origin: input.placeOf(manifest.lines),
    });
  }
  const all: Partial<PoolProps> = Object.assign(
    {},
    ...settings.map((one) => one.manifest.settings),
    job.settings,
  );
  return [{ ...job, manifest: job.manifest ?? manifest, settings: all }];
}
