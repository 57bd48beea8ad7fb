import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digest, sha256 } from '../../src/values/digest.ts';
import {
  formatImageRef,
  imageRef,
  imageRepository,
  osImage,
  parseImageRef,
  pinnedImage,
} from '../../src/values/image-ref.ts';
import { parse } from './parse.ts';

const SUM = 'a1'.repeat(32);
const DIGEST = `sha256:${SUM}`;

describe('an image reference', () => {
  it.each([
    ['quay.io/os', { registry: 'quay.io', repository: 'os' }],
    ['localhost/os', { registry: 'localhost', repository: 'os' }],
    ['localhost:5000/a/b:1', { registry: 'localhost:5000', repository: 'a/b', tag: '1' }],
    ['[::1]:5000/os', { registry: '[::1]:5000', repository: 'os' }],
    ['Quay.IO/a_b/c__d/e-f.g:V1', { registry: 'Quay.IO', repository: 'a_b/c__d/e-f.g', tag: 'V1' }],
    [`quay.io/os:1@${DIGEST}`, { registry: 'quay.io', repository: 'os', tag: '1', digest: DIGEST }],
  ])('%s is read, and written as it was', (text, ref) => {
    expect(parseImageRef(text)).toEqual(ref);
    expect(formatImageRef(parseImageRef(text))).toBe(text);
  });

  it.each([
    ['os', 'does not say which registry'],
    ['team/os', 'does not say which registry'],
    ['docker://quay.io/os', 'does not say which registry'],
    ['https://quay.io/os', 'does not say which registry'],
    ['my_registry.example.com/os', 'does not say which registry'],
    ['user:secret@quay.io/os', 'does not say which registry'],
    ['/os', 'does not say which registry'],
    ['', 'does not say which registry'],
    ['quay.io/', 'is not a repository path'],
    ['quay.io/Team/os', 'is not a repository path'],
    ['quay.io/team//os', 'is not a repository path'],
    ['quay.io/../os', 'is not a repository path'],
    ['quay.io/os$(id)', 'is not a repository path'],
    ['quay.io/os;id', 'is not a repository path'],
    ['quay.io/оs', 'is not a repository path'],
    [`quay.io/${'o'.repeat(256)}`, 'is not a repository path'],
    ['quay.io/os:', 'is not a tag'],
    ['quay.io/os:-x', 'is not a tag'],
    ['quay.io/os:a b', 'is not a tag'],
    ['quay.io/os:a\n', 'is not a tag'],
    [`quay.io/os:${'t'.repeat(129)}`, 'is not a tag'],
    ['quay.io/os@', 'is not a digest'],
    ['quay.io/os@sha256:abc', 'is not a digest'],
    [`quay.io/os@${DIGEST}@${DIGEST}`, 'is not an image reference'],
  ])('%j is refused', (text, message) => {
    expect(parse(imageRef, text).message).toContain(message);
  });

  it('needs a digest where an image is pinned, and drops the tag beside it', () => {
    expect(parse(pinnedImage, 'quay.io/os:4.19')).toEqual({
      message: '"quay.io/os:4.19" has no digest',
      hint: "Pin it: quay.io/os@sha256:… (`skopeo inspect --format '{{.Digest}}' docker://quay.io/os:4.19` prints it).",
    });
    expect(parse(pinnedImage, `quay.io/os:1@${DIGEST}`).value).toEqual({
      registry: 'quay.io',
      repository: 'os',
      digest: DIGEST,
    });
  });

  it.each(['quay.io/os:1', `quay.io/os@${DIGEST}`])('%s is not a repository to push to', (text) => {
    expect(parse(imageRepository, text).hint).toMatch(/^Write quay.io\/os:/);
  });

  it('shows a very long one in part only', () => {
    expect(parse(imageRef, 'x'.repeat(10_000)).message!.length).toBeLessThan(200);
  });

  it('is never of characters that a shell reads', () => {
    const attack = fc
      .tuple(
        fc.constantFrom('"', "'", '$', '`', ';', '&', '|', ' ', '\n', '\t', '\\', '*', '<', '('),
        fc.nat(12),
      )
      .map(([char, at]) => `${'quay.io/a/os'.slice(0, at)}${char}${'quay.io/a/os'.slice(at)}`);
    fc.assert(
      fc.property(attack, (text) => parse(imageRef, text).value === undefined),
      { seed: 1, numRuns: 300 },
    );
  });
});

describe('a digest', () => {
  it.each([
    DIGEST.toUpperCase(),
    SUM,
    `sha512:${SUM}${SUM}`,
    `${DIGEST}0`,
    `${DIGEST}\n`,
    ` ${DIGEST}`,
    '',
  ])('%j is none', (text) => {
    expect(parse(digest, text).hint).toBe('A digest is sha256: and 64 lower-case hexadecimal digits.');
  });

  it('and a sum differ by the prefix', () => {
    expect(parse(digest, DIGEST).value).toBe(DIGEST);
    expect(parse(sha256, SUM).value).toBe(SUM);
    expect(parse(sha256, DIGEST).message).toContain('is not a sha256 sum');
    expect(parse(sha256, SUM.toUpperCase()).message).toContain('is not a sha256 sum');
  });
});

describe('an OS image', () => {
  it.each([
    'openshift-release-dev/ocp-v4.0-art-dev',
    'openshift/release',
    'os/release-images-of-ours',
  ])('may be in %s', (repository) => {
    expect(parse(osImage, `quay.io/${repository}@${DIGEST}`)).toMatchObject({ value: { repository } });
  });

  it.each([
    'openshift-release-dev/ocp-release',
    'ocp-release-nightly',
    'openshift/release-images',
  ])('is not the payload of a release, as in %s', (repository) => {
    const text = `quay.io/${repository}@${DIGEST}`;
    const { message, hint } = parse(osImage, text);
    expect(message).toContain('is the payload of a release, and not an OS image');
    expect(hint).toContain(`--image-for rhel-coreos ${text}`);
  });
});
