import { Ajv, type AnySchema } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { digest, sha256 } from '../../src/values/digest.ts';
import { imageRef, imageRepository, osImage, pinnedImage } from '../../src/values/image-ref.ts';
import { dnsLabel, packageName, poolName, repositoryId, secretName } from '../../src/values/names.ts';
import { absolutePath, fileMode, fileOwner, sourcePath } from '../../src/values/paths.ts';
import { pushSpec } from '../../src/values/push-spec.ts';
import { releaseVersion } from '../../src/values/release-version.ts';
import { rpm } from '../../src/values/rpm.ts';
import { httpUrl } from '../../src/values/url.ts';

const SUM = 'a1'.repeat(32);
const PINNED = `quay.io:5000/a/b__c@sha256:${SUM}`;

/** Texts that are right or nearly so. Mutations of them are where a schema and a parser could differ. */
const EXACT = {
  dnsLabel: [dnsLabel, ['tools', 'a-1', '-a', 'a'.repeat(63), 'a'.repeat(64), 'a\n']],
  poolName: [poolName, ['worker', 'a'.repeat(21), 'a'.repeat(22)]],
  secretName: [secretName, ['a.b-c', 'a..b', `${'a.'.repeat(31)}a`, `${'a.'.repeat(32)}a`]],
  packageName: [packageName, ['htop', 'gcc-c++', '-y', 'a;b']],
  repositoryId: [repositoryId, ['a:b', '../a']],
  digest: [digest, [`sha256:${SUM}`, `sha256:${SUM}0`, `sha512:${SUM}`]],
  sha256: [sha256, [SUM, SUM.toUpperCase()]],
  releaseVersion: [releaseVersion, ['4.19.3', '5.0.0-rc.1', '4.019.3', '4.20']],
  absolutePath: [absolutePath, ['/etc/a', '/', '/a/', '/a//b', '/a/./b', '/..', '/...', '/.a', '/a\u202eb']],
  sourcePath: [sourcePath, ['files/a', 'files/', 'files', 'files/a/../b', 'files/a\\b', 'files/..a']],
  fileMode: [fileMode, ['644', '0644', '00644', '888']],
  fileOwner: [fileOwner, ['root:root', 'Nobody', 'a:', '-a']],
} as const;

/** Here the parser asks for more. */
const PARTLY = {
  imageRef: [
    imageRef,
    [PINNED, 'localhost/a:b', 'a/b', 'a.b/c:d@e', '[::1]:5000/a', `a.b/${'c'.repeat(256)}`],
  ],
  pinnedImage: [pinnedImage, [PINNED, `a.b/c:d@sha256:${SUM}`, 'a.b/c:d']],
  osImage: [osImage, [PINNED, 'a.b/c', `quay.io/openshift-release-dev/ocp-release@sha256:${SUM}`]],
  imageRepository: [imageRepository, ['a.b/c', 'a.b/c:d', PINNED]],
  pushSpec: [pushSpec, ['a.b/c/d:e', 'a.b/c/d/e:f', `a.b/c/${'d'.repeat(440)}:e`, 'docker.io/a:b']],
  httpUrl: [
    httpUrl,
    ['https://a.b/c', 'http://a:b@c/', 'http://[::1]/a', 'http://a/[b]', 'https://', 'ftp://a'],
  ],
  rpmUrl: [
    rpm.shape.url.unwrap(),
    ['https://a.b/c.rpm', 'https://a.b/c.rpm?d', 'https://a.b/c', 'ftp://a.b/c.rpm'],
  ],
  rpmFile: [
    rpm.shape.file.unwrap(),
    ['files/a.rpm', 'files/a/b.rpm', 'files/a', 'files/.rpm', 'files/../a.rpm'],
  ],
} as const;

const inserted = fc.constantFrom(...'aA0./-_:@~ \n\\[]%=é\u202e', '..', '//');
const mutated = (texts: readonly string[]) =>
  fc
    .tuple(fc.constantFrom(...texts), fc.array(fc.tuple(fc.nat(), fc.nat(2), inserted), { maxLength: 3 }))
    .map(([text, changes]) =>
      changes.reduce((before, [place, removed, insertion]) => {
        const at = place % (before.length + 1);
        return before.slice(0, at) + insertion + before.slice(at + removed);
      }, text),
    );

const compile = (schema: z.ZodType) =>
  new Ajv().compile(z.toJSONSchema(schema, { io: 'input', target: 'draft-07' }) as AnySchema);

const RUNS = { numRuns: process.env.LAYERS_SOAK === '1' ? 50_000 : 2_000 };

describe('what the JSON Schema says of a text', () => {
  it.each(Object.entries(EXACT))('is all that is asked of a %s', (_, [schema, texts]) => {
    const validate = compile(schema);
    const agree = (text: string) => {
      expect(validate(text), JSON.stringify(text)).toBe(schema.safeParse(text).success);
    };
    for (const text of texts) agree(text);
    fc.assert(fc.property(mutated(texts), agree), RUNS);
  });

  it.each(Object.entries(PARTLY))('refuses no %s that is right, and some that are not', (_, [
    schema,
    texts,
  ]) => {
    const validate = compile(schema);
    const agree = (text: string) => {
      if (schema.safeParse(text).success) expect(validate(text), JSON.stringify(text)).toBe(true);
    };
    for (const text of texts) agree(text);
    expect(texts.some((text) => !validate(text))).toBe(true);
    fc.assert(fc.property(mutated(texts), agree), RUNS);
  });
});
