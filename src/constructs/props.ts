// Made by `npm run generate` from the definitions in src/spec, src/steps and src/targets. Do not edit.

/** Clusters by labels that they have, all of them. */
export interface ClusterLabelsProps {
  /** Labels that a cluster has to have, all of them. */
  readonly labels: { readonly [key: string]: string };
}

/** Makes RHEL's packages installable, by a subscription's certificates that enter no layer. */
export interface EntitlementProps {
  /** For `build: job`: a Secret in the Job's namespace that holds the certificates. Default: `etc-pki-entitlement`, which is rendered as a copy of the cluster's own. */
  readonly secret?: string;
}

/** Installs packages from EPEL, and leaves no repository enabled behind. */
export interface EpelProps {
  /** Names of packages in EPEL. */
  readonly packages: readonly string[];
  /** RHEL's major version, such as "9". Default: the release's. */
  readonly el?: string;
  /** The epel-release RPM, best with its sha256. Default: the latest one, which is another file tomorrow. */
  readonly release?: RpmProps;
  /** Instead of epel-release, the URL of a mirror: the folder that has `<el>/Everything/x86_64`, or that of another architecture, and `RPM-GPG-KEY-EPEL-<el>`, as https://dl.fedoraproject.org/pub/epel has. */
  readonly mirror?: string;
  /** Keep the repository in the image. Default: false. */
  readonly keep?: boolean;
}

/** One of {@link FilesProps}. */
export interface FileProps {
  /** Where it is in the image: below /usr or /etc. What is in /var, /opt, /usr/local or a home would not reach the nodes. `${release.kernel}` and the like are replaced. */
  readonly path: string;
  /** Its text, byte for byte as UTF-8. */
  readonly content?: string;
  /** Instead of `content`: a file below `layers/`, `files/<name>`, or a folder with all its files. */
  readonly source?: string;
  /** Instead of `content`: where the build downloads it from. Needs its sha256. */
  readonly url?: string;
  /** The sum of what the URL gives, 64 hexadecimal digits. The build checks it first. */
  readonly sha256?: string;
  /** Permissions in octal, in quotes. Default: "0644"; within a folder "0755" for what is executable, as in git. */
  readonly mode?: string;
  /** `user` or `user:group`; the group is root where none is given. Default: root:root. */
  readonly owner?: string;
}

/** Puts files into the image: texts, files and folders of the repository, and downloads. */
export type FilesProps = readonly FileProps[];

/** When the hotfix is no longer needed: once the base has this package in this version. */
export interface HotfixExpiresProps {
  /** The package that brings the fix. */
  readonly package: string;
  /** Its first `version-release` with the fix. */
  readonly atLeast: string;
}

/** Replaces packages of the base by the given builds, and fails unless exactly these are installed afterwards. */
export interface HotfixProps {
  /** Why, and the ticket: what the next person needs to know to remove it. */
  readonly reason: string;
  /** When the hotfix is no longer needed: once the base has this package in this version. */
  readonly expires?: HotfixExpiresProps;
  /** What installs them: `dnf`, in one transaction, or `rpm-ostree`, which overrides what the base has and then installs what it lacks. Default: dnf. */
  readonly via?: 'dnf' | 'rpm-ostree';
  /** The RPMs: newer builds of what the base has, and what these need beside it. */
  readonly rpms: readonly RpmProps[];
}

/** A build by a Job on a cluster. */
export interface JobBuildProps {
  /** Where and how a Job builds the image. */
  readonly job: JobProps;
}

/** Where and how a Job builds the image. */
export interface JobProps {
  /** The namespace of the Job and of all that it needs. It has to exist. */
  readonly namespace: string;
  /** The image to build in: buildah, bash and curl are in it, and a user 1000 with subordinate ids, as in quay.io/buildah/stable. */
  readonly builder: string;
  /** A Secret in the namespace, of type kubernetes.io/dockerconfigjson, with the right to push. */
  readonly pushSecret: string;
  /** Likewise, with the right to pull the base. Default: pushSecret. */
  readonly pullSecret?: string;
  /** The proxy of the build and its instructions, as in the cluster's Proxy object. Default: none. */
  readonly proxy?: JobProxyProps | {
    /** A Secret in the namespace with HTTP_PROXY, HTTPS_PROXY and NO_PROXY, for proxies that ask for a password. */
    readonly secret: string;
  };
  /** Certificate authorities for registries and downloads: `cluster` for those that OpenShift trusts, or a ConfigMap with `ca-bundle.crt`, in place of the builder's and, while instructions run, of the image's. Default: none. */
  readonly trustBundle?: 'cluster' | {
    /** The name of a ConfigMap in the namespace. */
    readonly configMap: string;
  };
  /** A ConfigMap in the namespace with `registries.conf`: mirrors and blocked registries. Default: the builder's. */
  readonly registries?: string;
  /** A ConfigMap in the namespace with `policy.json`: whose signatures are asked for. Default: the builder's. */
  readonly policy?: string;
  /** A ConfigMap in the namespace with .repo files, which are in /etc/yum.repos.d while instructions run, in place of the image's. Default: none. */
  readonly yumRepositories?: string;
  /** A Secret in the namespace whose files are in /etc/pki/rpm-gpg while instructions run, in place of the image's. Default: none. */
  readonly gpgKeys?: string;
  /** What the build takes. Default: what the namespace's LimitRange says. */
  readonly resources?: JobResourcesProps;
  /** Labels of the nodes that build. Default: any node. */
  readonly nodeSelector?: { readonly [key: string]: string };
  /** Taints that the build does not mind. Default: none. */
  readonly tolerations?: readonly JobTolerationProps[];
}

/** The proxy of a Job's build. */
export interface JobProxyProps {
  /** For http. */
  readonly httpProxy?: string;
  /** For https. */
  readonly httpsProxy?: string;
  /** What is asked without it, separated by commas. */
  readonly noProxy?: string;
}

/** What the build may take. */
export interface JobResourcesLimitsProps {
  /** Cores: "2", or 500m. */
  readonly cpu?: string;
  /** Bytes: 4Gi. */
  readonly memory?: string;
  /** Bytes on the node, where the layers are: a build without an overlay keeps each of them whole. 40Gi. */
  readonly 'ephemeral-storage'?: string;
}

/** What the build takes. Default: what the namespace's LimitRange says. */
export interface JobResourcesProps {
  /** What the node must have left. */
  readonly requests?: JobResourcesRequestsProps;
  /** What the build may take. */
  readonly limits?: JobResourcesLimitsProps;
}

/** What the node must have left. */
export interface JobResourcesRequestsProps {
  /** Cores: "2", or 500m. */
  readonly cpu?: string;
  /** Bytes: 4Gi. */
  readonly memory?: string;
  /** Bytes on the node, where the layers are: a build without an overlay keeps each of them whole. 40Gi. */
  readonly 'ephemeral-storage'?: string;
}

/** A taint that a build does not mind. */
export interface JobTolerationProps {
  /** The taint's key. Default: every taint. */
  readonly key?: string;
  /** Default: Equal. */
  readonly operator?: 'Exists' | 'Equal';
  /** The taint's value, with Equal. */
  readonly value?: string;
  /** Default: every effect. */
  readonly effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
}

/** Replaces the base's kernel by a complete set of another one. */
export interface KernelProps {
  /** The RPMs of the kernel, every part of it. */
  readonly rpms?: readonly RpmProps[];
  /** Instead of `rpms`: its `version-release.arch`. */
  readonly version?: string;
  /** With `version`: the folder that has the RPMs. */
  readonly baseurl?: string;
}

/** Labels the image. */
export type LabelsProps = { readonly [key: string]: string };

/** Named steps that pools share. */
export interface LayerProps {
  /** What pools call it by: lower-case letters, digits and dashes. */
  readonly name: string;
  /** What it does to the image, in this order. */
  readonly steps: readonly StepProps[];
  /** What `layers check` finds in this document and is not to report, each with the reason. */
  readonly silence?: readonly SilenceProps[];
}

/** A MachineConfig with `osImageURL`: the image is built outside of the cluster, and pinned by digest in git. */
export interface MachineConfigTargetProps {
  /** The repository that the image is pushed to and that the nodes pull from, without tag or digest. Default: `<push>/<pool>` of the cluster's registry. */
  readonly image?: string;
}

/** A MachineOSConfig: the cluster builds the image on itself, pushes it and rolls it out. */
export interface MachineOSConfigTargetProps {
  /** Where the cluster pushes the image, `host/namespace/name:tag`; at most one namespace, and the tag is replaced by the operator. */
  readonly renderedImagePushSpec: string;
  /** The Secret to push with. */
  readonly renderedImagePushSecret: {
    /** A Secret in openshift-machine-config-operator with the right to push. */
    readonly name: string;
  };
  /** The Secret to pull the base with. Default: a copy of the cluster's global pull secret. */
  readonly baseImagePullSecret?: {
    /** A Secret in openshift-machine-config-operator with the right to pull. */
    readonly name: string;
  };
}

/** Installs packages from the enabled repositories. */
export interface PackagesProps {
  /** Names of packages, as `dnf install` takes them. */
  readonly install: readonly string[];
  /** Ids of the only repositories to use. Default: every enabled one. */
  readonly from?: readonly string[];
}

/** Renders the MachineConfigPool as well: for custom pools. */
export interface PoolMachineConfigPoolProps {
  /** The nodes that are in it. Default: those of the role of its name, `node-role.kubernetes.io/<name>`. */
  readonly nodeSelector?: {
    /** Labels that a node has to have, all of them. */
    readonly matchLabels: { readonly [key: string]: string };
  };
  /** Whether its nodes wait: images are built, and not rolled out. Default: false. */
  readonly paused?: boolean;
  /** How many nodes may be down at once: a number, or a percentage in quotes. Default: the operator's, 1. */
  readonly maxUnavailable?: number | string;
}

/** A MachineConfigPool whose nodes get one image, of layers. */
export interface PoolProps {
  /** The MachineConfigPool's name, at most 21 characters. */
  readonly name: string;
  /** A Pool or a named PoolDefaults: its layers come before the own ones, and its settings hold where there is none here. */
  readonly extends?: string;
  /** The clusters that have it, by name or by labels. Default: all of them. */
  readonly clusters?: readonly string[] | ClusterLabelsProps;
  /** The OpenShift release it is built for, in quotes: "4.19.3". A Release document has its images. */
  readonly release?: string;
  /** Its layers, in this order: names of Layer documents, or layers written in place. */
  readonly layers?: readonly (string | LayerProps)[];
  /** What its nodes are, in any order. Several get one image index, with an image for each. Default: amd64 alone. */
  readonly architectures?: readonly ('amd64' | 'arm64' | 'ppc64le' | 's390x')[];
  /** An OS image by digest, instead of the release's. Where architectures has several: an index that has them all. */
  readonly base?: string;
  /** Who builds: `local`, whoever runs `layers build`, or a Job on a cluster. Default: local. */
  readonly build?: 'local' | JobBuildProps;
  /** Any word, such as "2026-11". Another one builds anew, for newer packages in the repositories. */
  readonly refresh?: string;
  /** The pool whose pinned image it takes, by `layers pin promote` only: `<cluster>/<pool>`, or `<cluster>` for the pool of the same name there. Without Cluster documents: `<pool>`. `none` where a pool leads, whatever its defaults say. */
  readonly follows?: string;
  /** The kernel's kind, as in a MachineConfig. The operator swaps the kernel of the image. */
  readonly kernelType?: 'default' | 'realtime' | '64k-pages';
  /** OpenShift's extensions, as in a MachineConfig. The operator adds their packages to the image. */
  readonly extensions?: readonly ('ipsec' | 'kerberos' | 'kernel-devel' | 'sandboxed-containers' | 'sysstat' | 'two-node-ha' | 'usbguard' | 'wasm')[];
  /** Arguments for the kernel, as in a MachineConfig. */
  readonly kernelArguments?: readonly string[];
  /** Renders the MachineConfigPool as well: for custom pools. */
  readonly machineConfigPool?: PoolMachineConfigPoolProps;
  /** Argo CD's sync wave of its objects: lower ones are applied first. Default: 0, as without one. */
  readonly syncWave?: number;
  /** How the image reaches the nodes. */
  readonly target?: TargetProps;
  /** What `layers check` finds in this document and is not to report, each with the reason. */
  readonly silence?: readonly SilenceProps[];
}

/** Removes packages of the base, and what requires them. */
export interface RemoveProps {
  /** Names of packages. */
  readonly packages: readonly string[];
}

/** How dnf is authorised. On-cluster builds take such a repository from the ConfigMap etc-yum-repos-d. */
export interface RepositoryAuthProps {
  /** Name of the Secret: of the folder that `layers build --secret <name>=<folder>` gives, or of the Secret in the namespace of the Job. */
  readonly secret: string;
  /** What is in it, by Kubernetes' types: `basic-auth` has username and password, `tls` has the client's tls.crt and tls.key. Default: basic-auth. */
  readonly type?: 'basic-auth' | 'tls';
}

/** The key that signs its packages. Needed unless gpgcheck is false. */
export interface RepositoryGpgkeyProps {
  /** Where dnf fetches it from. */
  readonly url?: string;
  /** An armored key below `layers/`, `files/<name>`, which is put into /etc/pki/rpm-gpg. */
  readonly file?: string;
}

/** Adds a dnf repository for the steps after it, and removes it at the end. */
export interface RepositoryProps {
  /** Its id, which is also the name of its .repo file. */
  readonly id: string;
  /** The repository's URL, the folder that holds repodata/. */
  readonly baseurl?: string;
  /** Instead of `baseurl`: the URL of a metalink. */
  readonly metalink?: string;
  /** The key that signs its packages. Needed unless gpgcheck is false. */
  readonly gpgkey?: RepositoryGpgkeyProps;
  /** Whether packages must be signed by the key. Default: true. */
  readonly gpgcheck?: boolean;
  /** How dnf is authorised. On-cluster builds take such a repository from the ConfigMap etc-yum-repos-d. */
  readonly auth?: RepositoryAuthProps;
  /** Keep the repository in the image. Default: false. */
  readonly keep?: boolean;
}

/** With `url`: how the download is authorised. */
export interface RpmAuthProps {
  /** Name of the Secret: of the folder that `layers build --secret <name>=<folder>` gives, or of the Secret in the namespace of the Job. */
  readonly secret: string;
  /** What is in it, by Kubernetes' types: `basic-auth` has username and password, `tls` has the client's tls.crt and tls.key. Default: basic-auth. */
  readonly type?: 'basic-auth' | 'tls';
}

/** An RPM, by URL or as a file below `layers/`. */
export interface RpmProps {
  /** Where the build downloads it from: http or https, without credentials. */
  readonly url?: string;
  /** The RPM as a file below `layers/`: `files/<name>.rpm`. Not for `machineOSConfig`, whose builds have no context. */
  readonly file?: string;
  /** Its sum, 64 hexadecimal digits. The build checks it before it installs; a file is checked by the compiler, too. */
  readonly sha256?: string;
  /** With `url`: how the download is authorised. */
  readonly auth?: RpmAuthProps;
  /** The one architecture that it is for, where a pool has several. Default: what its name says, or all. */
  readonly architecture?: 'amd64' | 'arm64' | 'ppc64le' | 's390x';
}

/** Installs the given RPM files, with what they require from the enabled repositories. */
export interface RpmsProps {
  /** The RPMs, by URL or as files below `layers/files/`. */
  readonly rpms: readonly RpmProps[];
  /** `opt`: for vendors that install to /opt or /usr/local, which do not ship. Moves it below /usr/lib, with links to it made at boot. */
  readonly relocate?: 'opt';
}

/** Runs commands: the way out for what no other step can say. `layers check` reports its use. */
export interface RunProps {
  /** Why no other step would do. */
  readonly reason: string;
  /** Shell code, or a program and its arguments as a list, which are then passed exactly as written, but for `${release.kernel}` and the like, which are replaced in both. Each runs if the one before it succeeded, and as if in a shell of its own: write "cd /opt && make" as one. */
  readonly commands: readonly (string | readonly string[])[];
}

/** Something that `layers check` finds, and that is meant. */
export interface SilenceProps {
  /** The code of the finding, as `layers check` prints it in brackets. */
  readonly check: string;
  /** Why it is meant: what the next person needs to know. */
  readonly reason: string;
}

/** One of {@link StageCopysProps}. */
export interface StageCopyProps {
  /** A file or folder there. */
  readonly from: string;
  /** Where it is in the pool's image: below /usr or /etc. */
  readonly to: string;
}

/** One of {@link StageFilesProps}. */
export interface StageFileProps {
  /** Where it is there. `${release.kernel}` and the like are replaced. */
  readonly path: string;
  /** Its text, byte for byte as UTF-8. */
  readonly content?: string;
  /** Instead of `content`: a file below `layers/`, `files/<name>`, or a folder with all its files. */
  readonly source?: string;
  /** Instead of `content`: where the build downloads it from. Needs its sha256. */
  readonly url?: string;
  /** The sum of what the URL gives, 64 hexadecimal digits. The build checks it first. */
  readonly sha256?: string;
  /** Permissions in octal, in quotes. Default: "0644"; within a folder "0755" for what is executable, as in git. */
  readonly mode?: string;
  /** `user` or `user:group`; the group is root where none is given. Default: root:root. */
  readonly owner?: string;
}

/** Builds something in an image of its own, and copies the results: kernel modules, a program from source. */
export interface StageProps {
  /** Its name, for the Containerfile. */
  readonly name: string;
  /** The image to build in, by digest, or `${release.driver-toolkit}` for kernel modules. */
  readonly from: string;
  /** Packages to install there first. */
  readonly packages?: readonly string[];
  /** Files to put there next. */
  readonly files?: readonly StageFileProps[];
  /** Commands to run there, in order. `${release.kernel}` and the like are replaced. */
  readonly run?: readonly string[];
  /** What the image gets of it. */
  readonly copy: readonly StageCopyProps[];
}

/** A step: exactly one of these keys, which says its kind. */
export interface StepProps {
  /** Replaces packages of the base by the given builds, and fails unless exactly these are installed afterwards. */
  readonly hotfix?: HotfixProps;
  /** Installs packages from EPEL, and leaves no repository enabled behind. */
  readonly epel?: EpelProps;
  /** Installs packages from the enabled repositories. */
  readonly packages?: PackagesProps;
  /** Installs the given RPM files, with what they require from the enabled repositories. */
  readonly rpms?: RpmsProps;
  /** Removes packages of the base, and what requires them. */
  readonly remove?: RemoveProps;
  /** Adds a dnf repository for the steps after it, and removes it at the end. */
  readonly repository?: RepositoryProps;
  /** Replaces the base's kernel by a complete set of another one. */
  readonly kernel?: KernelProps;
  /** Makes RHEL's packages installable, by a subscription's certificates that enter no layer. */
  readonly entitlement?: EntitlementProps;
  /** Puts files into the image: texts, files and folders of the repository, and downloads. */
  readonly files?: FilesProps;
  /** Adds systemd units and drop-ins, and enables, disables or masks units. */
  readonly systemd?: SystemdProps;
  /** Builds something in an image of its own, and copies the results: kernel modules, a program from source. */
  readonly stage?: StageProps;
  /** Labels the image. */
  readonly labels?: { readonly [key: string]: string };
  /** Runs commands: the way out for what no other step can say. `layers check` reports its use. */
  readonly run?: RunProps;
}

/** Settings to add to a unit, whoever it is of. */
export interface SystemdDropinProps {
  /** The unit that it is for. */
  readonly unit: string;
  /** Its name, with .conf. */
  readonly name: string;
  /** Its text. */
  readonly content?: string;
  /** Instead of `content`: a file below `layers/`, `files/<name>`. */
  readonly source?: string;
}

/** Adds systemd units and drop-ins, and enables, disables or masks units. */
export interface SystemdProps {
  /** Units to start at boot. */
  readonly enable?: readonly string[];
  /** Units not to start at boot. */
  readonly disable?: readonly string[];
  /** Units that nothing may start. */
  readonly mask?: readonly string[];
  /** Units to add, in /usr/lib/systemd/system. */
  readonly units?: readonly SystemdUnitProps[];
  /** Settings to add to units. */
  readonly dropins?: readonly SystemdDropinProps[];
}

/** A unit of the image's own. */
export interface SystemdUnitProps {
  /** The unit's name, with its type. */
  readonly name: string;
  /** Its text. */
  readonly content?: string;
  /** Instead of `content`: a file below `layers/`, `files/<name>`. */
  readonly source?: string;
}

/** How the image reaches the nodes: exactly one of these keys. */
export interface TargetProps {
  /** A MachineConfig with `osImageURL`: the image is built outside of the cluster, and pinned by digest in git. */
  readonly machineConfig?: MachineConfigTargetProps;
  /** A MachineOSConfig: the cluster builds the image on itself, pushes it and rolls it out. */
  readonly machineOSConfig?: MachineOSConfigTargetProps;
}
