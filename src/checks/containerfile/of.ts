import type { Origin } from '../../diagnostics.ts';
import { at, type Manifest, type Manifests, ofKind, place, textAt } from '../manifests/manifests.ts';
import { instructionsIn, type WrittenInstruction } from './read.ts';

/** The Containerfile of a MachineOSConfig: of its entries the one that is built. */
export interface EmbeddedContainerfile {
  readonly config: Manifest;
  readonly instructions: readonly WrittenInstruction[];
  /** Where a line of it is. */
  on(line: number): Origin;
}

export function containerfilesOf(manifests: Manifests): EmbeddedContainerfile[] {
  return ofKind(manifests, 'MachineOSConfig').flatMap((config) => {
    const entries = at(config, 'spec', 'containerFile');
    if (!Array.isArray(entries)) return [];
    return entries.flatMap((_, index) => {
      const path = ['spec', 'containerFile', index, 'content'] as const;
      const text = textAt(config, ...path);
      if (text === undefined) return [];
      return {
        config,
        instructions: instructionsIn(text),
        on: (line: number) => ({ ...place(config, ...path), line }),
      };
    });
  });
}

/** Every line of every RUN, with what it says and where it is. */
export function commandLinesOf(manifests: Manifests): { readonly text: string; readonly origin: Origin }[] {
  return containerfilesOf(manifests).flatMap(({ instructions, on }) =>
    instructions
      .filter(({ keyword }) => keyword === 'RUN' || keyword === 'ADD')
      .flatMap(({ lines }) => lines.map(({ text, line }) => ({ text, origin: on(line) }))),
  );
}
