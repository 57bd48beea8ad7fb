/**
 * Copies a Secret between namespaces by the API, with what a builder image has. The token and the certificates go to curl
 * in files and by a pipe, never on its command line; server-side apply creates the copy, and changes it where it is there.
 */
export function entitlementScript(): string {
  return [
    'set -euo pipefail',
    'account=/var/run/secrets/kubernetes.io/serviceaccount',
    'header=$(mktemp)',
    'printf \'Authorization: Bearer %s\\n\' "$(cat "$account/token")" > "$header"',
    'api=https://kubernetes.default.svc/api/v1/namespaces',
    'ask() { curl -fsS --cacert "$account/ca.crt" -H @"$header" "$@"; }',
    'secret=$(ask "$api/$SOURCE_NAMESPACE/secrets/$SECRET")',
    `data=$(grep -oE '"[A-Za-z0-9._-]+\\.pem": *"[A-Za-z0-9+/=]+"' <<< "$secret" | paste -sd ,) || data=`,
    'if [ -z "$data" ]; then',
    '  echo "$SOURCE_NAMESPACE/$SECRET has no certificates" >&2',
    '  exit 1',
    'fi',
    'printf \'{"apiVersion":"v1","kind":"Secret","metadata":{"name":"%s"},"data":{%s}}\' "$SECRET" "$data" |',
    "  ask -X PATCH -H 'Content-Type: application/apply-patch+yaml' --data-binary @- -o /dev/null \\",
    '    "$api/$NAMESPACE/secrets/$SECRET?fieldManager=cdk8s-os-layers&force=true"',
    'echo "copied $SOURCE_NAMESPACE/$SECRET to $NAMESPACE"',
    '',
  ].join('\n');
}
