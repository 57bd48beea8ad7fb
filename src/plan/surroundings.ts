import { KERNELS, type KernelType } from './kernels.ts';

/** What a cluster puts around the content of a MachineOSConfig. All of it was parsed: it is printed as it is. */
export interface Surroundings {
  readonly pool: string;
  readonly base: string;
  /** The rendered MachineConfig's name. */
  readonly rendered: string;
  /** What it installs from the extensions' image; none where there is nothing to install. */
  readonly extensions?: {
    readonly image: string;
    readonly packages: readonly string[];
    readonly kernel: KernelType;
  };
}

export interface SurroundingStage {
  readonly from: string;
  readonly instructions: readonly string[];
}

/** The files that the operator's builds have for a context, and no others: what else a COPY names is not there. */
export const CONTEXT = {
  containerfile: 'Containerfile',
  config: 'machineconfig/machineconfig.json.gz',
  trustBundle: 'openshift-config-user-ca-bundle.crt',
} as const;

const CURRENT_CONFIG = '/etc/machine-config-daemon/currentconfig';
const IGNITION = '/usr/lib/dracut/modules.d/30ignition/ignition';
const COMMIT = 'ostree container commit';
const EXTENSIONS = '/tmp/mco-extensions/os-extensions-content';
const REPOSITORY = '/etc/yum.repos.d/coreos-extensions.repo';
const TMPFILES = '/usr/lib/tmpfiles.d';

/** Begins the lines by which a build says what it could not do. */
export const LEFT_OUT = 'layers-left-out: ';

/**
 * The stages before the content, `configs` being the one that it builds on: what the operator does, without
 * here-documents. `nonce` differs from run to run: the line that has it says again what a cached build left out.
 * Without one they are a cluster's, whose base has all that they run.
 */
export function surroundingStages(surroundings: Surroundings, nonce?: string): SurroundingStage[] {
  const { base } = surroundings;
  const guard: Guard = (condition, command) =>
    nonce === undefined ? command : `if ${condition}; then ${command}; fi`;
  return [
    {
      from: `FROM ${base} AS extract`,
      instructions: [
        `COPY ${CONTEXT.config} /tmp/machineconfig.json.gz`,
        run(
          `mkdir -p ${CURRENT_CONFIG.slice(0, CURRENT_CONFIG.lastIndexOf('/'))}`,
          `base64 -d /tmp/machineconfig.json.gz | gunzip > ${CURRENT_CONFIG}`,
        ),
        ...(nonce === undefined ? [] : [whatIsLeftOut(nonce)]),
      ],
    },
    { from: `FROM ${base} AS configs`, instructions: configs(surroundings, guard) },
  ];
}

/** A command that a base may lack the program for. */
type Guard = (condition: string, command: string) => string;

const hasIgnition = `[ -x ${IGNITION} ] && command -v jq > /dev/null`;
const hasTrust = 'command -v update-ca-trust > /dev/null';

function whatIsLeftOut(nonce: string): string {
  return run(
    `: ${nonce}`,
    `{ { ${hasIgnition} ; } || echo '${LEFT_OUT}ignition'; }`,
    `{ ${hasTrust} || echo '${LEFT_OUT}update-ca-trust'; }`,
  );
}

function configs({ pool, base, rendered, extensions }: Surroundings, guard: Guard): string[] {
  return [
    `COPY --from=extract ${CURRENT_CONFIG} ${CURRENT_CONFIG}`,
    run(
      // bash, for `exec -a` and <(…): Ignition goes by the name that it is called by.
      guard(
        hasIgnition,
        `container=oci bash -c 'exec -a ignition-apply ${IGNITION} --ignore-unsupported <(jq .spec.config ${CURRENT_CONFIG})'`,
      ),
      COMMIT,
    ),
    ...(extensions === undefined ? [] : [install(extensions), run(COMMIT)]),
    run(`rm -f ${TMPFILES}/usbguard.conf`),
    run(
      `printf '%s\\n' 'd /var/log/usbguard 0755 root root -' 'd /var/lib/ipsec 0700 root root -' 'd /var/lib/ipsec/nss 0700 root root -' > ${TMPFILES}/usbguard_ipsec.conf`,
    ),
    `COPY ${CONTEXT.trustBundle} /etc/pki/ca-trust/source/anchors/`,
    run(guard(hasTrust, 'update-ca-trust')),
    `LABEL machineconfig=${rendered} machineconfigpool=${pool} baseOSContainerImage=${base}`,
  ];
}

function install({ image, packages, kernel }: NonNullable<Surroundings['extensions']>): string {
  const lines = [
    ...['[coreos-extensions]', 'enabled=1', 'metadata_expire=1m'],
    `baseurl=file://${EXTENSIONS}/usr/share/rpm-ostree/extensions/`,
    ...['gpgcheck=0', 'skip_if_unavailable=False'],
  ];
  const mount = `--mount=type=bind,from=${image},source=/,target=${EXTENSIONS},bind-propagation=rshared,z`;
  const commands = run(
    `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')} > ${REPOSITORY}`,
    `chmod 644 ${REPOSITORY}`,
    ...(packages.length > 0 ? [`rpm-ostree install ${packages.join(' ')}`] : []),
    ...(kernel === 'default' ? [] : swap(kernel)),
    `rm ${REPOSITORY}`,
  );
  return commands.replace('RUN ', `RUN ${mount} \\\n    `);
}

/** Puts one kernel in the place of whichever is there. */
function swap(wanted: KernelType): string[] {
  const found = Object.entries(KERNELS).map(
    ([type, packages], index) =>
      `${index === 0 ? 'if' : 'elif'} rpm -q ${packages[0]} > /dev/null; then there='${packages.join(' ')}' type=${type};`,
  );
  return [
    `${found.join(' ')} else echo 'there is no kernel that the cluster knows' >&2; exit 1; fi`,
    `if [ "$type" != ${wanted} ]; then printf '%s\\n' "remove $there" 'install ${KERNELS[wanted].join(' ')}' run | dnf -y shell; fi`,
  ];
}

function run(...commands: string[]): string {
  return `RUN ${commands.join(' && \\\n    ')}`;
}
