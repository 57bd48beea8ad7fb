import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { buildObjects } from '../../src/operator/build-objects/build-objects.ts';
import type { BuildObjectsInput, Environment } from '../../src/operator/build-objects/input.ts';
import { buildScript, digestScript } from '../../src/operator/build-objects/scripts.ts';
import { imagesOfConfig } from '../../src/operator/names.ts';
import { machineConfig, machineConfigPool, machineOSConfig } from '../../src/operator/objects.ts';
import { profileOf } from '../../src/operator/profiles.ts';
import { secret } from '../../src/operator/secrets.ts';
import type { ReleaseVersion } from '../../src/values/release-version.ts';

const RELEASES = ['4.18', '4.19', '4.20', '4.21', '4.22', '5.0', '5.1'];

interface Input {
  readonly Config: object;
  readonly Pool: object;
  readonly Rendered: { readonly spec: { readonly config?: { readonly ignition: { version: string } } } };
  readonly Base: object;
  readonly Push: object;
  readonly Image: string;
  readonly Ent: boolean;
  readonly Yum: boolean;
  readonly Gpg: boolean;
  readonly Proxy?: Environment['proxy'];
  readonly Trust?: string;
}

interface Vector {
  readonly input: Input;
  /** By release: the error, and sums of what was made. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Generated inputs, and what the operator's own code, of August 2026, made of them. */
const VECTORS = JSON.parse(
  readFileSync(join(import.meta.dirname, 'build-objects.vectors.json'), 'utf8'),
) as Vector[];

function inputOf({ Config, Pool, Rendered, ...given }: Input, release: string): BuildObjectsInput {
  const rendered = machineConfig.parse(structuredClone(Rendered));
  const ignition = rendered.spec.config?.ignition as { version: string } | undefined;
  if (release === '4.18' && ignition !== undefined) ignition.version = '3.4.0';
  return {
    release: `${release}.0` as ReleaseVersion,
    pool: machineConfigPool.parse(Pool),
    config: machineOSConfig.parse(Config),
    rendered,
    images: imagesOfConfig(rendered),
    baseSecret: secret.parse(given.Base),
    pushSecret: secret.parse(given.Push),
    uid: '11111111-2222-3333-4444-555555555555',
    environment: {
      operatorImage: given.Image,
      ...(given.Proxy && { proxy: given.Proxy }),
      ...(given.Trust && { trustBundle: Buffer.from(given.Trust, 'base64').toString() }),
      hasEntitlement: given.Ent,
      hasYumRepos: given.Yum,
      hasGpgKeys: given.Gpg,
      architecture: 'amd64',
    },
  };
}

/** Without what is ours, with keys in order, and with the text of what was packed. */
function comparable(value: unknown, key = ''): unknown {
  if (key === 'command') return (value as unknown[]).slice(0, 2);
  if (key === 'machineconfig.json.gz') {
    return comparable(JSON.parse(gunzipSync(Buffer.from(String(value), 'base64')).toString()));
  }
  if (Array.isArray(value)) return value.map((item) => comparable(item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(
    ([name, inner]) => name !== 'Containerfile' && inner !== undefined,
  );
  const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, inner]) => [name, comparable(inner, name)]));
}

function sumOf(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(comparable(value)))
    .digest('hex')
    .slice(0, 16);
}

function untyped({ apiVersion: _, kind: __, ...rest }: { apiVersion: string; kind: string }): object {
  return rest;
}

describe('the objects of a build', () => {
  it.each(RELEASES)('are as %s makes them', (release) => {
    for (const { input, answers } of VECTORS) {
      const made = buildObjects(inputOf(input, release));
      const { refused, machineOSBuild, job } = made;
      expect(
        {
          ...(refused && { error: `${refused.at}: ${refused.message}` }),
          ...(machineOSBuild && { machineosbuild: sumOf(machineOSBuild) }),
          ...(machineOSBuild &&
            refused?.at !== 'configmaps' && { configmaps: sumOf(made.configMaps.map(untyped)) }),
          ...(job && { secrets: sumOf(made.secrets.map(untyped)), job: sumOf(job) }),
        },
        JSON.stringify(input),
      ).toEqual(answers[release]);
    }
  });

  it.each(RELEASES)('have scripts that bash reads, of %s', (release) => {
    const profile = profileOf(`${release}.0` as ReleaseVersion);
    const inner = /<<'AS_BUILD'\n([\s\S]*)AS_BUILD\n$/.exec(buildScript(profile))![1]!;
    for (const script of [buildScript(profile), inner, digestScript(profile)]) {
      expect(execFileSync('bash', ['-n'], { input: script, encoding: 'utf8' })).toBe('');
    }
    expect(inner.includes('retry buildah bud')).toBe(!profile.buildsFirst);
  });
});
