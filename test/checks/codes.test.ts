import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLUSTER, ERRORS, FAILURES, FINDINGS, IMPORT, STATES } from '../../src/checks/codes.ts';
import { CHECKS } from '../../src/checks/index.ts';

/** Texts in src/ that look like codes, and are none. */
const NO_CODES = new Set([
  ...['cdk8s-cli', 'cdk8s-os-layers', 'cdk8s-plus-28', 'js-yaml', 'os-layers', 'systemd-hotfix', 'utf-8'],
  // git's
  ...[
    'cat-file',
    'cherry-pick',
    'for-each-ref',
    'hash-object',
    'rev-list',
    'single-branch',
    'rebase-apply',
    'rebase-merge',
    'rev-parse',
  ],
  ...[
    'check-ref-format',
    'diff-index',
    'get-url',
    'ls-files',
    'ls-remote',
    'ls-tree',
    'merge-base',
    'read-tree',
  ],
  ...['symbolic-ref', 'update-index', 'update-ref'],
  // where pins go: options, and an event
  ...['git-at-work', 'pr-body', 'pr-title', 'push-commit', 'push-rejected'],
  // HTTP headers
  ...['content-type', 'docker-content-digest', 'retry-after', 'user-agent', 'www-authenticate'],
  ...['proxy-authorization'],
  // registries.conf
  ...['digest-only', 'mirror-by-digest-only', 'pull-from-mirror', 'smol-toml', 'tag-only'],
  // of Jobs and images
  ...['create-digest-configmap', 'image-build', 'image-id', 'oci-layout', 'pull-auth', 'push-auth'],
  ...['ephemeral-storage', 'gpg-keys', 'yum-repositories'],
  // of layers import: idioms, options, tools
  ...['build-arg', 'clean-up', 'dockerfile-ast', 'draft-07', 'dry-run', 'epel-release', 'fips-mode-setup'],
  ...['push-secret', 'push-spec', 'update-ca-trust', 'update-crypto-policies', 'write-text'],
  // an option, a file and an event of builds
  ...[
    'debug-shell',
    'fail-fast',
    'failed-step',
    'keep-going',
    'low-space',
    'nothing-to-resume',
    'push-waits',
  ],
  // options of prune
  ...['allow-shallow', 'keep-history', 'min-age'],
  // states of pins and builds
  ...['not-ours', 'up-to-date'],
  // images of a release
  ...['driver-toolkit', 'rhel-coreos', 'rhel-coreos-9', 'rhel-coreos-extensions'],
  // secrets and what oc says
  ...['basic-auth', 'control-plane', 'etc-pki-entitlement', 'openshift-config-managed'],
  ...['os-layers-entitlement', 'promote-to', 'rhel-entitlement', 'tar-stream'],
  // of preflights: an event, and what is left out
  ...['etc-pki-rpm-gpg', 'etc-yum-repos-d', 'inherited-base', 'preflight-passed', 'rendered-images'],
  ...['rendered-secrets', 'trust-bundle'],
  // of diffs: what changed, what it does to nodes, git's words, and a page's rules
  ...['build-and-reboot', 'image-gone', 'layer-added', 'layer-edited', 'layer-moved', 'layer-removed'],
  ...['cat-file', 'ls-tree', 'may-reboot', 'merge-base', 'not-read', 'object-gone', 'unsafe-inline'],
  // packages and extensions
  ...['crun-wasm', 'fence-agents-all', 'fixture-hello', 'kata-containers', 'kernel-core', 'kernel-headers'],
  ...['kernel-modules', 'kernel-modules-core', 'kernel-modules-extra', 'krb5-workstation', 'modules-core'],
  ...['kernel-64k-core', 'kernel-64k-modules', 'kernel-64k-modules-core', 'kernel-64k-modules-extra'],
  ...['kernel-rt-core', 'kernel-rt-kvm', 'kernel-rt-modules', 'kernel-rt-modules-extra'],
  ...['modules-extra', 'openshift-kubelet', 'rpm-ostree', 'sandboxed-containers', 'two-node-ha'],
  ...['modules-extra', 'rpm-ostree', 'sandboxed-containers', 'two-node-ha'],
  // what the operator makes for a build, and options that print it
  ...['additional-trust-bundle', 'base-image-pull-creds', 'buildah-cache', 'etc-policy', 'etc-registries'],
  ...['final-image-push-creds', 'global-pull-secret-copy', 'machine-config-operator-images'],
  ...['machine-config-osimageurl', 'mco-job', 'show-secrets'],
  // namespaces and containers of the operator
  ...['kube-rbac-proxy', 'machine-config-controller', 'machine-config-daemon', 'machine-config-operator'],
  ...['generated-by-controller-version', 'machine-config', 'release-image-version'],
  ...['machine-os-builder', 'openshift-config', 'openshift-machine-config-operator', 'wait-for-done'],
]);

/** Codes of one word, which only their place tells from other texts. */
const ONE_WORD = ['bug', 'interrupted', 'killed', 'superseded', 'unreachable', 'usage'];

function sources(): string[] {
  return readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/^checks\/(codes|examples|index)\.ts$|props\.ts$/.test(file))
    .map((file) => readFileSync(join('src', file), 'utf8'));
}

/** Every text in src/ that may be a code: words with dashes between. */
function candidates(): Set<string> {
  const found = new Set<string>();
  for (const text of sources()) {
    // A check's file has its own code, and texts of the objects that it looks at.
    const isCheck = text.includes('= defineCheck(');
    const pattern = isCheck ? /\bcode: '([a-z0-9-]+)'/g : /'([a-z][a-z0-9]*(?:-[a-z0-9]+)+)'/g;
    for (const [, code] of text.matchAll(pattern)) if (!NO_CODES.has(code!)) found.add(code!);
  }
  return found;
}

const documented = [CLUSTER, ERRORS, FAILURES, FINDINGS, IMPORT, STATES].flatMap((codes) =>
  Object.keys(codes),
);

describe('the list of codes', () => {
  const known = new Set([...documented, ...CHECKS.map(({ code }) => code)]);

  it('has every code that src/ reports: a new one gets its line in src/checks/codes.ts', () => {
    expect([...candidates()].filter((code) => !known.has(code)).sort()).toEqual([]);
  });

  it('has none that nothing reports any more', () => {
    const found = candidates();
    expect(documented.filter((code) => !found.has(code) && !ONE_WORD.includes(code)).sort()).toEqual([]);
    const all = sources().join('');
    for (const code of ONE_WORD) expect(all).toContain(`'${code}'`);
  });

  it('has each code once, in alphabetical order', () => {
    expect(new Set(documented).size).toBe(documented.length);
    for (const codes of [CLUSTER, ERRORS, FAILURES, FINDINGS, IMPORT, STATES]) {
      expect(Object.keys(codes)).toEqual(Object.keys(codes).sort());
    }
  });

  it('has no text here that is no longer in src/', () => {
    const all = sources().join('');
    expect([...NO_CODES].filter((text) => !all.includes(`'${text}'`))).toEqual([]);
  });
});
