import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configYaml } from '../../src/checks/examples.ts';
import { readManifests } from '../../src/checks/manifests/read.ts';
import { rulesOf } from '../../src/checks/manifests/releases.ts';
import { checkManifests } from '../../src/checks/manifests/run.ts';
import type { Diagnostic } from '../../src/diagnostics.ts';
import { render } from '../../src/synth/synth.ts';
import { scenarios } from '../scenarios/scenarios.ts';
import { asText } from '../synth/temporary-repository.ts';
import { HAS_CRDS, loadCrds, WITHOUT_CRDS } from './crds.ts';
import { type Generated, machineOSBuilds, machineOSConfigs } from './generated-objects.ts';

const RUNS = process.env.LAYERS_SOAK === '1' ? 20_000 : 2_000;

/** What the API server itself would say; the others are of the operator, or lints. */
const OF_THE_API = new Set([
  ...['unknown-key', 'missing-key', 'wrong-type', 'invalid-value', 'containerfile-too-long', 'name-not-pool'],
]);

function errorsOf(object: Generated): Diagnostic[] {
  const { apiVersion, kind, metadata } = object;
  const objects = [{ apiVersion, kind, name: metadata.name, data: object, origin: { file: 'a.yaml' } }];
  return checkManifests({ release: rulesOf(), objects }).diagnostics.filter(
    ({ severity }) => severity === 'error',
  );
}

if (HAS_CRDS) {
  const crds = loadCrds().filter(({ version }) => version === 'v1');
  describe("the API server's verdict, by OpenShift's own schemas and rules", () => {
    it.each([
      ['MachineOSConfig', machineOSConfigs],
      ['MachineOSBuild', machineOSBuilds],
    ] as const)('is ours, too, on generated objects: %s', (kind, arbitrary) => {
      const own = crds.filter((crd) => crd.kind === kind);
      expect(own).toHaveLength(2);
      const seen = { accepted: 0, refused: 0 };
      fc.assert(
        fc.property(arbitrary, (object) => {
          const ours = errorsOf(object).filter(({ code }) => OF_THE_API.has(code));
          for (const { release, validate } of own) {
            const theirs = validate(object);
            const verdicts = { release, theirs, ours: ours.map(({ message }) => message) };
            if (theirs.length === 0) expect(verdicts).toMatchObject({ ours: [] });
            else expect(verdicts.ours, JSON.stringify(verdicts)).not.toEqual([]);
          }
          seen[ours.length === 0 ? 'accepted' : 'refused']++;
        }),
        { seed: 20261122, numRuns: RUNS },
      );
      // A generator that makes only one kind would prove nothing.
      expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(RUNS / 10);
    });
  });
} else {
  process.stderr.write(
    `test/conformance: manifests are not compared with OpenShift's own definitions, because ${WITHOUT_CRDS}\n`,
  );
}

interface Vector {
  readonly renderedImagePushSpec: string;
  readonly crdAccepts: boolean;
  readonly endToEndUsable: boolean;
}

const VECTORS = '../shared/reference/mco-golden/push-spec-vectors.json';
const vectors: Vector[] = existsSync(VECTORS) ? JSON.parse(readFileSync(VECTORS, 'utf8')) : [];

describe("the operator's verdicts on push specs, of manifests", () => {
  if (vectors.length === 0) it.skip(`${VECTORS} is not in this checkout`);

  it.each(vectors)('$renderedImagePushSpec: $endToEndUsable', (vector) => {
    const text = configYaml({ pushSpec: JSON.stringify(vector.renderedImagePushSpec) });
    const [object] = readManifests(text, 'a.yaml').objects;
    const errors = errorsOf(object!.data as Generated).map(({ code }) => code);
    if (vector.endToEndUsable) expect(errors).toEqual([]);
    else expect(errors).toEqual([vector.crdAccepts ? 'push-spec-unusable' : 'invalid-value']);
  });
});

describe('what this package renders', () => {
  const sources = ['.', ...scenarios().map(({ input }) => input)];

  it.each(sources)('has nothing that the checks of manifests find: %s', (folder) => {
    const manifests = Object.entries(asText(render(folder).files)).filter(
      ([path]) => path.endsWith('.k8s.yaml') && !path.startsWith('builds/'),
    );
    expect(manifests.length).toBeGreaterThan(0);
    for (const [path, text] of manifests) {
      const { objects, diagnostics } = readManifests(text, path);
      expect(diagnostics).toEqual([]);
      const release = rulesOf(/4\.18/.test(text) ? '4.18' : '4.19');
      expect(checkManifests({ release, objects }).diagnostics).toEqual([]);
    }
  });
});
