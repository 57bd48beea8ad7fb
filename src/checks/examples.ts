/** Objects for the examples of checks, each with what is shown and as little else as it can have. */

interface ConfigExample {
  readonly name?: string;
  readonly pool?: string;
  readonly apiVersion?: string;
  readonly arch?: string | null;
  readonly content?: string;
  readonly pushSpec?: string;
  readonly pushSecret?: string;
  readonly metadata?: string;
  readonly more?: string;
}

const GOOD = `FROM configs AS final
RUN dnf install -y rsyslog && dnf clean all && ostree container commit`;

export function configYaml({
  name = 'infra',
  pool = name,
  apiVersion = 'v1',
  arch = 'NoArch',
  content = GOOD,
  pushSpec = 'registry.example.com/os/infra:latest',
  pushSecret = 'os-push',
  metadata = '',
  more = '',
}: ConfigExample = {}): string {
  return `apiVersion: machineconfiguration.openshift.io/${apiVersion}
kind: MachineOSConfig
metadata:
  name: ${name}
${indented(metadata, 2)}spec:
  machineConfigPool:
    name: ${pool}
  containerFile:
${arch === null ? '    - content: |\n' : `    - containerfileArch: ${arch}\n      content: |\n`}${indented(content, 8)}  imageBuilder:
    imageBuilderType: Job
  renderedImagePushSecret:
    name: ${pushSecret}
  renderedImagePushSpec: ${pushSpec}
${more}`;
}

export function machineConfigYaml(spec: string, name = '99-infra-os', role: string | null = 'infra'): string {
  return `apiVersion: machineconfiguration.openshift.io/v1
kind: MachineConfig
metadata:
  name: ${name}
${role === null ? '' : `  labels:\n    machineconfiguration.openshift.io/role: ${role}\n`}spec:
${indented(spec, 2)}`;
}

export function poolYaml(spec = '', selector = '[worker, infra]'): string {
  return `apiVersion: machineconfiguration.openshift.io/v1
kind: MachineConfigPool
metadata:
  name: infra
spec:
  machineConfigSelector:
    matchExpressions:
      - { key: machineconfiguration.openshift.io/role, operator: In, values: ${selector} }
  nodeSelector:
    matchLabels:
      node-role.kubernetes.io/infra: ""
${indented(spec, 2)}`;
}

/** A digest that is no image's. */
export const DIGEST = `sha256:${'3c8fc667'.repeat(8)}`;

function indented(text: string, by: number): string {
  if (text === '') return '';
  return text
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '\n' : `${' '.repeat(by)}${line}\n`))
    .join('');
}
