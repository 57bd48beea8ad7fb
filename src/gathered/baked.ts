import { at, type Data, listAt, textAt, textsAt } from './object.ts';

/** What a build in a cluster bakes into an image beside the pool's own Containerfile: names only. */
export interface Baked {
  /** Of the rendered MachineConfig. */
  readonly name: string;
  /** Files that are none of the following. */
  readonly files: readonly string[];
  readonly units: readonly string[];
  /** Certificates of authorities, which the image then trusts. */
  readonly certificates: readonly string[];
  /** Which registries there are, their mirrors, and whose signatures are asked for. */
  readonly registries: readonly string[];
  /** Files with credentials, such as the pull secret of the kubelet. */
  readonly credentials: readonly string[];
  readonly users: readonly string[];
  readonly extensions: readonly string[];
  readonly kernelType?: string;
  /** Names without values. An image has none of them: the operator gives them to nodes as they boot. */
  readonly kernelArguments: readonly string[];
}

const CERTIFICATE = /^\/etc\/(?:pki|docker\/certs\.d|containers\/certs\.d)\/|\.(?:crt|pem|cer)$/;
const REGISTRIES = /^\/etc\/containers\/(?:registries|policy)/;
const CREDENTIALS =
  /^\/var\/lib\/kubelet\/config\.json$|pull-?secret|kubeconfig|\.key$|^\/etc\/pki\/entitlement\/|auth\.json$|\.docker\/config\.json$/;

/** What a rendered MachineConfig puts into every image that is built with it, and so onto the nodes of whoever uses one. */
export function bakedInto(config: Data): Baked {
  const spec = at(config, 'spec');
  const paths = ['files', 'links', 'directories'].flatMap((kind) =>
    listAt(spec, 'config', 'storage', kind).flatMap((entry) => textAt(entry, 'path') ?? []),
  );
  const credentials = paths.filter((path) => CREDENTIALS.test(path));
  const others = paths.filter((path) => !CREDENTIALS.test(path));
  const registries = others.filter((path) => REGISTRIES.test(path));
  const certificates = others.filter((path) => CERTIFICATE.test(path) && !REGISTRIES.test(path));
  const kernelType = textAt(spec, 'kernelType');
  return {
    name: textAt(config, 'metadata', 'name') ?? '',
    files: sorted(others.filter((path) => !registries.includes(path) && !certificates.includes(path))),
    units: sorted(namesIn(spec, 'config', 'systemd', 'units')),
    ...{
      certificates: sorted(certificates),
      registries: sorted(registries),
      credentials: sorted(credentials),
    },
    users: sorted(namesIn(spec, 'config', 'passwd', 'users')),
    extensions: sorted(textsAt(spec, 'extensions')),
    kernelArguments: sorted(textsAt(spec, 'kernelArguments').map((argument) => argument.split('=')[0]!)),
    ...(kernelType !== undefined && kernelType !== 'default' && { kernelType }),
  };
}

function namesIn(spec: unknown, ...path: readonly string[]): string[] {
  return listAt(spec, ...path).flatMap((entry) => textAt(entry, 'name') ?? []);
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
