import type { CompiledPool } from '../compile/compiled-pool.ts';
import type { JobSettings } from '../spec/build.ts';
import { formatImageRef } from '../values/image-ref.ts';
import { buildPlan } from './build-files.ts';
import { buildScript, digestScript, jobTag } from './job-script.ts';
import { OUR_LABELS } from './own-chart.ts';

/** A Job of two containers: the first builds and pushes, the second tells the cluster the digest. */
export function jobSpec(id: string, compiled: CompiledPool, job: JobSettings, image: string) {
  const { hash, secrets } = compiled;
  const builder = formatImageRef(job.builder);
  const env = (values: Record<string, string>) =>
    Object.entries(values).map(([name, value]) => ({ name, value }));
  const common = { TAG: jobTag(image, hash), DIGEST_FILE: '/tmp/done/digest' };
  const container = { image: builder, terminationMessagePolicy: 'FallbackToLogsOnError' };
  return {
    backoffLimit: 3,
    completions: 1,
    template: {
      metadata: { labels: { ...OUR_LABELS, 'cdk8s-os-layers/build': hash } },
      spec: {
        restartPolicy: 'Never',
        serviceAccountName: id,
        initContainers: [
          {
            ...container,
            name: 'image-build',
            command: ['/bin/bash', '-c', buildScript(buildPlan(compiled))],
            env: env({
              ...common,
              BUILD: '/tmp/build',
              WORK: '/tmp/work',
              ...(secrets.length > 0 && { SECRET_VOLUMES: '/tmp/secret-volumes', SECRETS: '/tmp/secrets' }),
              PULL_AUTH_FILE: '/tmp/pull-auth/config.json',
              PUSH_AUTH_FILE: '/tmp/push-auth/config.json',
              // What a pod without privileges can do: no namespaces of its own, and no overlay.
              BUILDAH_ISOLATION: 'chroot',
              STORAGE_DRIVER: 'vfs',
            }),
            volumeMounts: [
              { name: 'build', mountPath: '/tmp/build' },
              { name: 'work', mountPath: '/tmp/work' },
              { name: 'storage', mountPath: '/var/lib/containers' },
              { name: 'pull-auth', mountPath: '/tmp/pull-auth' },
              { name: 'push-auth', mountPath: '/tmp/push-auth' },
              { name: 'done', mountPath: '/tmp/done' },
              ...(secrets.length > 0 ? [{ name: 'secrets', mountPath: '/tmp/secrets' }] : []),
              ...secrets.map(({ name }, index) => ({
                name: `secret-${index}`,
                mountPath: `/tmp/secret-volumes/${name}`,
                readOnly: true,
              })),
            ],
          },
        ],
        containers: [
          {
            ...container,
            name: 'create-digest-configmap',
            command: ['/bin/bash', '-c', digestScript()],
            env: env({ ...common, DIGEST_CONFIGMAP: digestConfigMap(id), NAMESPACE: job.namespace }),
            volumeMounts: [{ name: 'done', mountPath: '/tmp/done' }],
          },
        ],
        volumes: [
          { name: 'build', configMap: { name: id } },
          { name: 'work', emptyDir: {} },
          { name: 'storage', emptyDir: {} },
          { name: 'pull-auth', secret: authSecret(job.pullSecret ?? job.pushSecret) },
          { name: 'push-auth', secret: authSecret(job.pushSecret) },
          { name: 'done', emptyDir: { medium: 'Memory' } },
          // In memory: the nodes' disks see none of them.
          ...(secrets.length > 0 ? [{ name: 'secrets', emptyDir: { medium: 'Memory' } }] : []),
          ...secrets.map(({ name }, index) => ({ name: `secret-${index}`, secret: { secretName: name } })),
        ],
      },
    },
  };
}

/** Where the Job tells its digest. */
export function digestConfigMap(job: string): string {
  return `digest-${job}`;
}

function authSecret(secretName: string) {
  return { secretName, items: [{ key: '.dockerconfigjson', path: 'config.json' }] };
}
