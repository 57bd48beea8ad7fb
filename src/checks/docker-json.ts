import { isAtLeast, type ReleaseVersion } from '../values/release-version.ts';
import { defineCheck } from './check.ts';
import { configYaml } from './examples.ts';
import { at, isObject, type Manifest, ofKind, place, textAt } from './manifests/manifests.ts';

const TYPES: Readonly<Record<string, string>> = {
  'kubernetes.io/dockerconfigjson': '.dockerconfigjson',
  'kubernetes.io/dockercfg': '.dockercfg',
};
const HELPERS = ['credHelpers', 'credsStore'];
const TOP = ['auths', ...HELPERS];
const ENTRY = ['username', 'password', 'email', 'auth'];

const secret = (entry: string) => `---
apiVersion: v1
kind: Secret
metadata:
  name: os-push
  namespace: openshift-machine-config-operator
type: kubernetes.io/dockerconfigjson
stringData:
  .dockerconfigjson: |
    { "auths": { "registry.example.com": { ${entry} } } }
`;

export const dockerJson = defineCheck({
  code: 'docker-json',
  severity: 'error',
  summary: 'A Secret of a MachineOSConfig is not of the form that the operator reads.',
  why: 'The operator then starts no build at all, and says so in its own log only. From 4.20 on it takes no key that it does not know, such as the identitytoken that some logins write.',
  manifests: {
    bad: configYaml() + secret('"identitytoken": "…"'),
    good: configYaml() + secret('"auth": "…"'),
    find(manifests, report) {
      const names = new Set(
        ofKind(manifests, 'MachineOSConfig').flatMap((config) =>
          ['baseImagePullSecret', 'renderedImagePushSecret'].map((key) =>
            textAt(config, 'spec', key, 'name'),
          ),
        ),
      );
      for (const object of manifests.objects) {
        if (object.kind !== 'Secret' || object.apiVersion !== 'v1' || !names.has(object.name)) continue;
        const namespace = textAt(object, 'metadata', 'namespace');
        if (namespace !== undefined && namespace !== 'openshift-machine-config-operator') continue;
        // Encrypted: the value that is here is not the one that gets there.
        if (at(object, 'sops') !== undefined) continue;
        const wrong = whatIsWrong(object, manifests.release);
        if (wrong !== undefined) report(wrong);
      }
    },
  },
});

/** Never what is in it: these are credentials. */
function whatIsWrong(secret: Manifest, release: ReleaseVersion) {
  const type = textAt(secret, 'type') ?? 'Opaque';
  const key = TYPES[type];
  if (key === undefined) {
    return {
      message: `a Secret of type ${type} cannot be used by a build`,
      hint: `Its type is ${Object.keys(TYPES).join(' or ')}.`,
      origin: place(secret, 'type'),
    };
  }
  const plain = textAt(secret, 'stringData', key);
  const text = plain ?? decoded(textAt(secret, 'data', key));
  const origin = place(secret, plain === undefined ? 'data' : 'stringData', key);
  if (text === undefined) return { message: `the key ${key} is missing`, hint: `${type} has it.`, origin };
  const unknown = unknownKeys(text, knownAtTop(release));
  if (unknown === undefined) {
    return { message: `${key} is not JSON of docker's form`, hint: 'It is { "auths": { … } }.', origin };
  }
  if (!isAtLeast(release, '4.20') || unknown.length === 0) return undefined;
  return {
    message: `the operator does not take the keys ${unknown.join(', ')} in ${key}`,
    hint: `An entry has ${ENTRY.join(', ')}: log in with a user name and a password, or a token as the password.`,
    origin,
  };
}

/** Programs that keep credentials are passed over, but for 4.22, which refuses to hear of them. */
function knownAtTop(release: ReleaseVersion): readonly string[] {
  return isAtLeast(release, '4.22') && !isAtLeast(release, '5.0') ? ['auths'] : TOP;
}

function decoded(base64: string | undefined): string | undefined {
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString('utf8');
}

/** Keys that the strict decoder refuses. Undefined where it is not JSON of this form at all. */
function unknownKeys(text: string, known: readonly string[]): string[] | undefined {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(data)) return undefined;
  // The older form has the registries at its top.
  const isNew = TOP.some((key) => key in data);
  const entries = isNew ? (data.auths ?? {}) : data;
  if (!isObject(entries) || !Object.values(entries).every(isObject)) return undefined;
  return [
    ...(isNew ? Object.keys(data).filter((key) => !known.includes(key)) : []),
    ...new Set(
      Object.values(entries)
        .flatMap((entry) => Object.keys(entry as object))
        .filter((key) => !ENTRY.includes(key)),
    ),
  ];
}
