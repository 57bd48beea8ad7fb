import type { Profile } from '../profiles.ts';

/** What the containers of a build run. The operator's own differ in their words, not in what they do. */
export function buildScript({ buildsFirst }: Profile): string {
  // Older releases try again themselves, and tell the other container where it was in vain.
  const [retry, retried] = buildsFirst ? ['', ''] : [RETRY, 'retry '];
  return `set -xeu
# The certificates that are trusted, with the cluster's additional ones among them.
export P11_KIT_NO_USER_CONFIG=1
p11-kit extract --overwrite --format=openssl-bundle --filter=certificates /etc/pki/ca-trust/extracted/openssl/ca-bundle.trust.crt
p11-kit extract --overwrite --format=pem-bundle --filter=ca-anchors --purpose=server-auth /etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem
su -m build -s /bin/bash <<'AS_BUILD'
set -xeu
context="$HOME/context"
mkdir -p "$context/machineconfig"
cp /tmp/containerfile/Containerfile "$context/"
cp /tmp/machineconfig/machineconfig.json.gz "$context/machineconfig/"
cp /etc/pki/ca-trust/source/anchors/openshift-config-user-ca-bundle.crt "$context/"
volumes=()
# A copy of its own: what is mounted cannot be written, nor labelled for the build.
mount_copy() {
  [ -d "$1" ] || return 0
  local copy
  copy=$(mktemp -d)
  cp -rL "$1/." "$copy/"
  chmod -R 0755 "$copy"
  volumes+=("--volume=$copy:$2:z,rw")
}
mount_copy /var/run/secrets/rhsm /run/secrets/rhsm
for path in "\${ETC_PKI_ENTITLEMENT_MOUNTPOINT:-}" "\${ETC_YUM_REPOS_D_MOUNTPOINT:-}" "\${ETC_PKI_RPM_GPG_MOUNTPOINT:-}"; do
  if [ -n "$path" ]; then mount_copy "$path" "$path"; fi
done
${retry}${retried}buildah bud --log-level=DEBUG --storage-driver vfs --authfile="$BASE_IMAGE_PULL_CREDS" \\
  --tag "$TAG" --file="$context/Containerfile" \\
  --build-arg HTTP_PROXY="$HTTP_PROXY" --build-arg HTTPS_PROXY="$HTTPS_PROXY" --build-arg NO_PROXY="$NO_PROXY" \\
  "\${volumes[@]}" "$context"
${retried}buildah push --storage-driver vfs --authfile="$FINAL_IMAGE_PUSH_CREDS" --digestfile=/tmp/done/digestfile \\
  --cert-dir /var/run/secrets/kubernetes.io/serviceaccount "$TAG"
AS_BUILD
`;
}

const RETRY = `retry() {
  local try
  for try in $(seq "$MAX_RETRIES"); do
    if "$@"; then return 0; fi
    echo "try $try failed" >&2
  done
  touch /tmp/done/errorfile
  return 1
}
`;

export function digestScript({ buildsFirst, digestInOperatorImage }: Profile): string {
  if (digestInOperatorImage) {
    return `set -xeu
machine-os-builder create-digest-configmap --configmap-name "$DIGEST_CONFIGMAP_NAME" \\
  --digestfile /tmp/done/digestfile --labels "$DIGEST_CONFIGMAP_LABELS"
`;
  }
  if (buildsFirst) {
    return `set -xeu
read -ra labels <<< "$DIGEST_CONFIGMAP_LABELS"
oc create configmap "$DIGEST_CONFIGMAP_NAME" --from-file=digest=/tmp/done/digestfile --dry-run=client -o yaml |
  oc label --local -f - -o yaml "\${labels[@]}" |
  oc apply -f -
`;
  }
  return `set -xeu
until [ -f /tmp/done/digestfile ]; do
  if [ -f /tmp/done/errorfile ]; then exit 1; fi
  sleep 1
done
oc create configmap "$DIGEST_CONFIGMAP_NAME" --from-file=digest=/tmp/done/digestfile
read -ra labels <<< "$DIGEST_CONFIGMAP_LABELS"
oc label configmap "$DIGEST_CONFIGMAP_NAME" "\${labels[@]}"
`;
}
