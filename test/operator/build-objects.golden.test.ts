import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { buildObjects } from '../../src/operator/build-objects/build-objects.ts';
import type { BuildObjectsInput, Environment } from '../../src/operator/build-objects/input.ts';
import { imagesOfConfig } from '../../src/operator/names.ts';
import { machineConfig, machineConfigPool, machineOSConfig } from '../../src/operator/objects.ts';
import { secret } from '../../src/operator/secrets.ts';
import type { ReleaseVersion } from '../../src/values/release-version.ts';
import { filesIn, GOLDEN, hasGolden, readYaml } from './golden.ts';

interface SavedEnvironment {
  readonly mcoImage: string;
  readonly etcPkiEntitlement?: boolean;
  readonly etcYumReposD?: boolean;
  readonly etcPkiRpmGpg?: boolean;
  readonly proxy?: Environment['proxy'];
  readonly additionalTrustBundle?: string;
}

const FOLDER = 'build-objects';

function inputOf(name: string, release: string): BuildObjectsInput {
  const read = (file: string) => readYaml(FOLDER, name, 'input', file);
  const saved = read('environment.yaml') as SavedEnvironment;
  const rendered = machineConfig.parse(read('machineconfig-rendered.yaml'));
  // One was saved for all releases, and the oldest knew no Ignition of this version.
  const ignition = rendered.spec.config?.ignition as { version: string } | undefined;
  if (release === '4.18' && ignition !== undefined) ignition.version = '3.4.0';
  return {
    release: `${release}.0` as ReleaseVersion,
    pool: machineConfigPool.parse(read('machineconfigpool.yaml')),
    config: machineOSConfig.parse(read('machineosconfig.yaml')),
    rendered,
    images: imagesOfConfig(rendered),
    baseSecret: secret.parse(read('secret-base.yaml')),
    pushSecret: secret.parse(read('secret-push.yaml')),
    environment: {
      operatorImage: saved.mcoImage,
      ...(saved.proxy && { proxy: saved.proxy }),
      ...(saved.additionalTrustBundle && { trustBundle: saved.additionalTrustBundle }),
      hasEntitlement: saved.etcPkiEntitlement === true,
      hasYumRepos: saved.etcYumReposD === true,
      hasGpgKeys: saved.etcPkiRpmGpg === true,
      architecture: 'amd64',
    },
    uid: '11111111-2222-3333-4444-555555555555',
  };
}

/** As Go's structs without a type print it, and without what is ours: scripts, and stages. */
function comparable(object: object | undefined): unknown {
  if (object === undefined) return undefined;
  return JSON.parse(JSON.stringify(object), (key, value) => {
    if (key === 'command') return value.slice(0, 2);
    if (key === 'Containerfile') return undefined;
    return key === 'machineconfig.json.gz' ? contentOf(value) : value;
  });
}

/** Go's gzip may write other bytes for the same text. */
function contentOf(encoded: string): unknown {
  return JSON.parse(gunzipSync(Buffer.from(encoded, 'base64')).toString());
}

function untyped(object: object | undefined): unknown {
  const { apiVersion: _, kind: __, ...rest } = (object ?? {}) as Record<string, unknown>;
  return object && comparable(rest);
}

if (hasGolden('objects of builds are')) {
  describe("the operator's own objects of a build", () => {
    const cases = filesIn(FOLDER).flatMap((name) =>
      filesIn(FOLDER, name)
        .filter((entry) => entry !== 'input')
        .map((release) => ({ name, release })),
    );
    it.each(cases)('$name, $release', ({ name, release }) => {
      const golden = (file: string) =>
        filesIn(FOLDER, name, release).includes(file)
          ? (comparable(readYaml(FOLDER, name, release, file) as object) as object)
          : undefined;
      const made = buildObjects(inputOf(name, release));
      const find = (prefix: string) =>
        untyped(
          [...made.configMaps, ...made.secrets].find(({ metadata }) =>
            metadata.name.startsWith(`${prefix}-`),
          ),
        );
      expect(comparable(made.machineOSBuild)).toEqual(golden('machineosbuild.yaml'));
      expect(comparable(made.job)).toEqual(golden('job.yaml'));
      expect(find('containerfile')).toEqual(golden('configmap-containerfile.yaml'));
      expect(find('mc')).toEqual(golden('configmap-mc.yaml'));
      expect(find('additionaltrustbundle')).toEqual(golden('configmap-additionaltrustbundle.yaml'));
      expect(find('etc-policy')).toEqual(golden('configmap-etc-policy.yaml'));
      expect(find('etc-registries')).toEqual(golden('configmap-etc-registries.yaml'));
      expect(find('base')).toEqual(golden('secret-base.yaml'));
      expect(find('final')).toEqual(golden('secret-final.yaml'));
      const error = join(GOLDEN, FOLDER, name, release, 'ERROR.txt');
      const refused = made.refused && `${made.refused.at}: ${made.refused.message}`;
      expect(refused).toBe(existsSync(error) ? readFileSync(error, 'utf8').trimEnd() : undefined);
    });
  });
}
