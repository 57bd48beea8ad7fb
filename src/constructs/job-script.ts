import { sh } from '../containerfile/quote.ts';
import { buildArguments, contentTag, pushArguments } from '../plan/arguments.ts';
import { BUILD_LABEL, type BuildPlan } from '../plan/plan.ts';
import { type BuildSecret, SECRET_KEYS } from '../values/build-secret.ts';
import type { Surrounding } from './job-surroundings.ts';

/** A word that has a variable of the script in it, `"$WORK/context"`. */
interface Variable {
  /** The name, and what follows it up to the next character that no name has. */
  readonly variable: string;
  readonly prefix?: string;
}

const variable = (name: string, prefix?: string): Variable => ({ variable: name, ...(prefix && { prefix }) });

function print(words: readonly (string | Variable)[]): string {
  return words
    .map((word) => (typeof word === 'string' ? sh(word) : `"${word.prefix ?? ''}$${word.variable}"`))
    .join(' ');
}

/** Go's way to read our label from what `buildah inspect` knows of an image. */
const LABEL_FORMAT = `{{index .OCIv1.Config.Labels "${BUILD_LABEL}"}}`;

export interface Surrounded {
  readonly surroundings: readonly Surrounding[];
  readonly hasProxy: boolean;
}

/** Builds and pushes. The arguments are those of `layers build`, from the same plan. */
export function buildScript(plan: BuildPlan, { surroundings, hasProxy }: Surrounded): string {
  const seen = surroundings.filter(({ target }) => target !== undefined);
  const build = buildArguments<string | Variable>(plan, {
    containerfile: variable('WORK/Containerfile'),
    context: variable('WORK/context'),
    idFile: variable('WORK/image-id'),
    authFile: variable('PULL_AUTH_FILE'),
    volume: (secret, target) => variable(`SECRETS/${secret}:${target}:ro,z`, '--volume='),
    // Copies, that instructions may write to: the files of a repository are put there by them, too.
    volumes: seen.map(({ name, file, target }) =>
      variable(`WORK/${name}${file === undefined ? '' : `/${file}`}:${target}:z`, '--volume='),
    ),
  });
  const push = pushArguments<string | Variable>({
    image: variable('image'),
    destination: variable('TAG', 'docker://'),
    digestFile: variable('DIGEST_FILE'),
    authFile: variable('PUSH_AUTH_FILE'),
  });
  const { secrets = [] } = plan;
  const pull = ['pull', '--quiet', '--authfile', variable('PUSH_AUTH_FILE'), variable('TAG', 'docker://')];
  return [
    'set -euo pipefail',
    ...(hasProxy ? PROXIES : []),
    "# A build's tag is never written twice: an earlier try of this Job, or another one, may have pushed it.",
    `if buildah ${print(pull)}; then`,
    `  label=$(buildah inspect --type image --format ${sh(LABEL_FORMAT)} "$TAG")`,
    `  if [ "$label" != ${sh(plan.hash)} ]; then`,
    '    echo "$TAG is there already, and is not this build: its label is $label" >&2',
    '    exit 1',
    '  fi',
    '  buildah inspect --type image --format "{{.FromImageDigest}}" "$TAG" > "$DIGEST_FILE"',
    '  exit 0',
    'fi',
    'echo "$TAG is not there yet"',
    '# ConfigMaps are mounted as links, which a build does not follow.',
    'mkdir -p "$WORK/context"',
    'cp -L "$BUILD"/* "$WORK/context/"',
    'mv "$WORK/context/Containerfile" "$WORK/"',
    ...copySecrets(secrets),
    ...seen.flatMap(copySurrounding),
    `buildah ${print(build)}`,
    'image=$(cat "$WORK/image-id")',
    ...examineLayers(secrets),
    `buildah ${print(push)}`,
    '',
  ].join('\n');
}

/** Programs ask for either spelling: curl, and dnf by it, reads http_proxy in small letters only. */
const PROXIES = ['export http_proxy="${HTTP_PROXY-}" https_proxy="${HTTPS_PROXY-}" no_proxy="${NO_PROXY-}"'];

function copySurrounding({ name, file = '*' }: Surrounding): string[] {
  const from = `"$SURROUNDINGS/${name}"/${file}`;
  return [`mkdir -p "$WORK/${name}"`, `cp -L ${from} "$WORK/${name}/"`];
}

/** As files of their own: what is mounted are links, on a file system that cannot be labelled for the build. */
function copySecrets(secrets: readonly BuildSecret[]): string[] {
  return secrets.flatMap(({ name, type }) => {
    const volume = `"$SECRET_VOLUMES/${name}"`;
    const keys =
      type === 'entitlement' ? [`${volume}/*.pem`] : SECRET_KEYS[type].map((key) => `${volume}/${key}`);
    return [`mkdir -p "$SECRETS/${name}"`, `cp -L ${keys.join(' ')} "$SECRETS/${name}/"`];
  });
}

/** Prints what `layers build` looks for in layers as well: of each key and certificate the last full line, or the only one. */
const TELLING_LINES = [
  'telling_lines() {',
  "  local on='' last='' line head='^-----BEGIN (.*PRIVATE KEY|CERTIFICATE)-----$' body='^[A-Za-z0-9+/]+=*$'",
  '  while IFS= read -r line || [ -n "$line" ]; do',
  "    line=${line%$'\\r'}",
  '    if [[ $line =~ $head ]]; then',
  "      on=1 last=''",
  '    elif [[ $line == -----* ]]; then',
  '      [ -z "$last" ] || printf \'%s\\n\' "$last"',
  "      on='' last=''",
  '    elif [ -n "$on" ] && [[ $line =~ $body ]]; then',
  '      if [ -z "$last" ] || [ ${#line} = 64 ]; then last=$line; fi',
  '    fi',
  '  done',
  '}',
];

/** What is in any layer is in the registry, whatever a later layer removes: nothing is pushed that has a secret of its build. */
function examineLayers(secrets: readonly BuildSecret[]): string[] {
  if (secrets.length === 0) return [];
  const traces = secrets.map(({ name, type }) => {
    const folder = `"$SECRETS/${name}"`;
    if (type === 'basic-auth') return `head -n 1 ${folder}/password | grep -E '.{8}' || true`;
    return `cat ${type === 'tls' ? `${folder}/tls.key` : `${folder}/*.pem`} | telling_lines`;
  });
  return [
    ...TELLING_LINES,
    '{',
    ...traces.map((trace) => `  ${trace}`),
    '} > "$SECRETS/traces"',
    'if [ -s "$SECRETS/traces" ]; then',
    '  buildah push "$image" docker-archive:/dev/stdout | { LC_ALL=C grep -acFf "$SECRETS/traces" || true; } > "$WORK/leaks"',
    '  if [ "$(cat "$WORK/leaks")" != 0 ]; then',
    '    echo "a layer of the image has a secret of its build: nothing was pushed" >&2',
    '    exit 1',
    '  fi',
    'fi',
  ];
}

/** Tells the cluster the digest, in a ConfigMap. The token goes to curl in a file, never on its command line. */
export function digestScript(): string {
  return [
    'set -euo pipefail',
    'account=/var/run/secrets/kubernetes.io/serviceaccount',
    'header=$(mktemp)',
    'printf \'Authorization: Bearer %s\\n\' "$(cat "$account/token")" > "$header"',
    'body=$(printf \'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"%s"},"data":{"image":"%s","digest":"%s"}}\' \\',
    '  "$DIGEST_CONFIGMAP" "$TAG" "$(cat "$DIGEST_FILE")")',
    'url="https://kubernetes.default.svc/api/v1/namespaces/$NAMESPACE/configmaps"',
    'send() { curl -fsS --cacert "$account/ca.crt" -H @"$header" -H "Content-Type: $1" -X "$2" --data "$body" "$3"; }',
    'send application/json POST "$url" || send application/merge-patch+json PATCH "$url/$DIGEST_CONFIGMAP"',
    '',
  ].join('\n');
}

/** Where a Job pushes: the same tag as `layers build`. */
export function jobTag(image: string, hash: string): string {
  return `${image}:${contentTag(hash)}`;
}
