import { STEPS } from '../steps/index.ts';
import type { LayerProps, StepProps } from './props.ts';

type StepFactories = {
  /** A layer of one step of this kind. */
  readonly [Kind in keyof StepProps]-?: (name: string, props: NonNullable<StepProps[Kind]>) => LayerProps;
};

/** A layer of several steps. */
function of(name: string, ...steps: StepProps[]): LayerProps {
  return { name, steps };
}

/** Makes layers: `OsLayer.hotfix('systemd-hotfix', { … })`, and `OsLayer.of(name, …steps)` for several steps. They are data. */
export const OsLayer = {
  of,
  ...Object.fromEntries(
    Object.keys(STEPS).map((kind) => [
      kind,
      (name: string, props: unknown) => ({ name, steps: [{ [kind]: props }] }),
    ]),
  ),
} as { readonly of: typeof of } & StepFactories;
