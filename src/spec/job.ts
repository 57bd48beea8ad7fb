import * as z from 'zod';
import { imageRef } from '../values/image-ref.ts';
import { dnsLabel, labelKey, labelValue, secretName } from '../values/names.ts';
import { httpUrl } from '../values/url.ts';
import { pattern } from '../values/value.ts';

const quantity = pattern(
  /^[0-9]+(?:\.[0-9]+)?(?:m|k|[KMGTPE]i?)?$/,
  'a quantity',
  'Write it as Kubernetes does: "2", 500m, 8Gi.',
);

const amounts = z.strictObject({
  cpu: quantity.optional().describe('Cores: "2", or 500m.'),
  memory: quantity.optional().describe('Bytes: 4Gi.'),
  'ephemeral-storage': quantity
    .optional()
    .describe(
      'Bytes on the node, where the layers are: a build without an overlay keeps each of them whole. 40Gi.',
    ),
});

const hosts = pattern(
  /^[A-Za-z0-9.*_:/[\],-]+$/,
  'a list of hosts',
  'Separate them by commas, without spaces: hosts, domains with a dot before them, addresses, networks.',
);

/** Where a build goes out of its network. */
const proxy = z
  .union([
    z.strictObject({
      httpProxy: httpUrl.optional().describe('For http.'),
      httpsProxy: httpUrl.optional().describe('For https.'),
      noProxy: hosts.optional().describe('What is asked without it, separated by commas.'),
    }),
    z.strictObject({
      secret: secretName.describe(
        'A Secret in the namespace with HTTP_PROXY, HTTPS_PROXY and NO_PROXY, for proxies that ask for a password.',
      ),
    }),
  ])
  .describe("The proxy of the build and its instructions, as in the cluster's Proxy object. Default: none.");

const toleration = z.strictObject({
  key: labelKey.optional().describe("The taint's key. Default: every taint."),
  operator: z.enum(['Exists', 'Equal']).optional().describe('Default: Equal.'),
  value: labelValue.optional().describe("The taint's value, with Equal."),
  effect: z
    .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
    .optional()
    .describe('Default: every effect.'),
});

export const job = z.strictObject({
  namespace: dnsLabel.describe('The namespace of the Job and of all that it needs. It has to exist.'),
  builder: imageRef.describe(
    'The image to build in: buildah, bash and curl are in it, and a user 1000 with subordinate ids, as in quay.io/buildah/stable.',
  ),
  pushSecret: secretName.describe(
    'A Secret in the namespace, of type kubernetes.io/dockerconfigjson, with the right to push.',
  ),
  pullSecret: secretName
    .optional()
    .describe('Likewise, with the right to pull the base. Default: pushSecret.'),
  proxy: proxy.optional(),
  trustBundle: z
    .union([
      z.literal('cluster'),
      z.strictObject({ configMap: secretName.describe('The name of a ConfigMap in the namespace.') }),
    ])
    .optional()
    .describe(
      "Certificate authorities for registries and downloads: `cluster` for those that OpenShift trusts, or a ConfigMap with `ca-bundle.crt`, in place of the builder's and, while instructions run, of the image's. Default: none.",
    ),
  registries: secretName
    .optional()
    .describe(
      "A ConfigMap in the namespace with `registries.conf`: mirrors and blocked registries. Default: the builder's.",
    ),
  policy: secretName
    .optional()
    .describe(
      "A ConfigMap in the namespace with `policy.json`: whose signatures are asked for. Default: the builder's.",
    ),
  yumRepositories: secretName
    .optional()
    .describe(
      "A ConfigMap in the namespace with .repo files, which are in /etc/yum.repos.d while instructions run, in place of the image's. Default: none.",
    ),
  gpgKeys: secretName
    .optional()
    .describe(
      "A Secret in the namespace whose files are in /etc/pki/rpm-gpg while instructions run, in place of the image's. Default: none.",
    ),
  resources: z
    .strictObject({
      requests: amounts.optional().describe('What the node must have left.'),
      limits: amounts.optional().describe('What the build may take.'),
    })
    .optional()
    .describe("What the build takes. Default: what the namespace's LimitRange says."),
  nodeSelector: z
    .record(labelKey, labelValue.describe("A label's value; of a role it is empty."))
    .optional()
    .describe('Labels of the nodes that build. Default: any node.'),
  tolerations: z.array(toleration).optional().describe('Taints that the build does not mind. Default: none.'),
});

/** Settings of a build by a Job. */
export type JobSettings = z.output<typeof job>;
