import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pushSpec } from '../../src/values/push-spec.ts';
import { parse } from './parse.ts';

const TAG = 'must end in a tag';
const API = 'the API server refuses';
const STATUS = 'its digest could not be recorded';
const CANONICAL = 'is not in its canonical form';
const REGISTRY = 'does not say which registry';
const REPOSITORY = 'is not a repository path';

const USABLE = [
  'quay.io/example/os:latest',
  'quay.io/os:latest',
  'quay.io/example/os:Latest',
  'quay.io/example/os.v1:1',
  'docker.io/example/os:1',
  'registry.example.com:5000/example/os:latest',
  'image-registry.openshift-image-registry.svc/openshift-machine-config-operator/os-image:latest',
  'image-registry.openshift-image-registry.svc:5000/openshift-machine-config-operator/os-image:latest',
  `quay.io/${'n'.repeat(61)}/os:latest`,
  `quay.io/example/os:${'t'.repeat(128)}`,
];

const REFUSED: [text: string, message: string, hint: RegExp | undefined][] = [
  ['quay.io/example/os', TAG, /^Write quay\.io\/example\/os:latest\./],
  [`quay.io/example/os@sha256:${'a1'.repeat(32)}`, TAG, /^Write quay\.io\/example\/os:latest\./],
  ['quay.io/a/b/c/d/os:1', STATUS, /one namespace/],
  ['quay.io/a/b/os:1', STATUS, /one namespace/],
  ['quay.io/Example/os:latest', REPOSITORY, /lower-case/],
  ['quay.io/exam.ple/os:latest', API, /last part/],
  ['quay.io/example/os..x:latest', REPOSITORY, /single dots/],
  ['quay.io/example/os___x:1', REPOSITORY, /underscores/],
  ['quay.io/-x/os:1', REPOSITORY, /dashes/],
  ['quay.io/example/:latest', REPOSITORY, /slashes/],
  ['localhost:5000/example/os:latest', API, /host needs a dot/],
  ['[::1]:5000/example/os:latest', API, /host needs a dot/],
  ['registry.example.com:500000/example/os:latest', REGISTRY, /Write it out/],
  ['example/os:latest', REGISTRY, /Write it out/],
  ['docker://quay.io/example/os:latest', REGISTRY, /Write it out/],
  ['my_registry.example.com/example/os:latest', REGISTRY, /Write it out/],
  ['docker.io/os:latest', CANONICAL, /docker\.io\/<namespace>/],
  ['index.docker.io/example/os:latest', CANONICAL, /docker\.io\/<namespace>/],
  ['quay.io/example/os: latest', 'is not a tag', undefined],
  ['quay.io/example/os:latest\n', 'is not a tag', undefined],
  ['quay.io/example/os:-x', 'is not a tag', undefined],
];

describe('a push spec', () => {
  it.each(USABLE)('%s works from the API server to the status', (text) => {
    expect(parse(pushSpec, text)).toEqual({ value: text });
  });

  it.each(REFUSED)('%j is refused, with the way out', (text, message, hint) => {
    const refused = parse(pushSpec, text);
    expect(refused.message).toContain(message);
    if (hint === undefined) expect(refused.hint).toBeUndefined();
    else expect(refused.hint).toMatch(hint);
  });
});

interface Vector {
  readonly renderedImagePushSpec: string;
  readonly crdAccepts: boolean;
  readonly controllerParseNamedAccepts: boolean;
  readonly statusCRDAcceptsDigest: boolean;
  readonly endToEndUsable: boolean;
}

const VECTORS = '../shared/reference/mco-golden/push-spec-vectors.json';
const vectors: Vector[] = existsSync(VECTORS) ? JSON.parse(readFileSync(VECTORS, 'utf8')) : [];

describe("the operator's own verdicts", () => {
  if (vectors.length === 0) it.skip(`${VECTORS} is not in this checkout`);

  it.each(vectors)('$renderedImagePushSpec: $endToEndUsable', (vector) => {
    const { value, message } = parse(pushSpec, vector.renderedImagePushSpec);
    expect(value !== undefined).toBe(vector.endToEndUsable);
    if (vector.endToEndUsable) return;
    // The message blames who really refuses it.
    if (message!.includes(API)) expect(vector.crdAccepts).toBe(false);
    if (message!.includes(STATUS)) {
      expect(vector).toMatchObject({
        crdAccepts: true,
        controllerParseNamedAccepts: true,
        statusCRDAcceptsDigest: false,
      });
    }
    if (message!.includes(REPOSITORY) || message!.includes(CANONICAL)) {
      expect(vector.controllerParseNamedAccepts).toBe(false);
    }
  });
});
