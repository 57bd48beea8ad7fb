import type { FailureKind } from '../engines/failures/failure.ts';

/** A file that a build here has beside its Containerfile, and one in a cluster has not. */
const noContext: FailureKind = {
  code: 'no-context',
  phases: ['step'],
  isTransient: false,
  patterns: [
    /checking on sources under "[^"]*context[^"]*": .*stat: "(?<file>[^"]+)": no such file/,
    /(?:COPY|ADD) .*: no items matching glob "(?<file>[^"]+)" copied/,
  ],
  explain: ({ groups: { file } = {} }) => ({
    what: `the build has no file ${file}: a MachineOSConfig brings none`,
    hint: 'There is no build context in a cluster: write the file by a here-document or `printf` in a RUN, fetch it, or build the image outside and name it by osImageURL.',
    subject: file!,
  }),
};

/** What buildah says of a Containerfile that it cannot read, or only as far as an instruction. */
const containerfileInvalid: FailureKind = {
  code: 'containerfile-invalid',
  phases: ['step', 'pull'],
  isTransient: false,
  patterns: [
    /(?<why>[Uu]nknown instruction: "?\w+"?)/,
    /parsing main Dockerfile: (?:[^ ]*Containerfile: )?(?<why>.*)/,
    /^Error: (?<why>no FROM statement found|no contents in .*|FROM requires .*|\S+ --from=\S+: no stage or image found.*)/,
    /building at STEP ".*": (?<why>[A-Z]+ requires .*|resolving mountpoints .*invalid mount .*)/,
  ],
  explain: ({ groups: { why } = {} }) => ({
    what: `the Containerfile is not one (${why})`,
    hint: 'buildah reads it as Docker does: an instruction begins a line, a command that goes on over several has a \\ at the end of each. `layers check --manifests` finds such mistakes before a cluster does.',
  }),
};

const certificateUnknown: FailureKind = {
  code: 'certificate-unknown',
  phases: ['pull', 'push'],
  isTransient: false,
  patterns: [
    /x509: (?<why>certificate signed by unknown authority|certificate has expired[^"]*|certificate is valid for [^"]*|cannot validate certificate for [^"]*|certificate relies on legacy Common Name[^"]*)/,
  ],
  explain: ({ groups: { why } = {} }, { image = 'the image', phase }) => ({
    what: `the build does not trust the certificate of ${image.split('/')[0]} (x509: ${why})`,
    hint:
      phase === 'push'
        ? "It trusts the node image's own certificates, the cluster's additional trust bundle (`oc get proxy cluster`, trustedCA) and, to push, the service account's: put the registry's CA into the bundle."
        : "It trusts the node image's own certificates and the cluster's additional trust bundle: put the registry's CA into the ConfigMap that `oc get proxy cluster` names as trustedCA.",
  }),
};

/** Kinds of failure that builds in a cluster have, and others have not. */
export const CLUSTER_FAILURES: readonly FailureKind[] = [noContext, containerfileInvalid, certificateUnknown];
