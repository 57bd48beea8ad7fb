import type { CompiledPool } from '../compile/compiled-pool.ts';
import type { JobSettings } from '../spec/job.ts';
import { formatImageRef } from '../values/image-ref.ts';
import { buildPlan } from './build-files.ts';
import { buildScript, digestScript, jobTag } from './job-script.ts';
import { environmentOf, mountOf, surroundingsOf, volumeOf } from './job-surroundings.ts';
import { OUR_LABELS } from './own-chart.ts';

/**
 * Who builds: the user that builders have subordinate ids for. Root without the right to mount could not build, and the
 * SCC anyuid gives nobody that right.
 */
const USER = 1000;
const STORAGE = '/home/build/.local/share/containers';

/** A Job of two containers: the first builds and pushes, the second tells the cluster the digest. */
export function jobSpec(id: string, compiled: CompiledPool, job: JobSettings, image: string) {
  const { hash, secrets } = compiled;
  const builder = formatImageRef(job.builder);
  const surroundings = surroundingsOf(id, job);
  const { proxy, resources, nodeSelector, tolerations } = job;
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
        ...(nodeSelector && { nodeSelector }),
        ...(tolerations && { tolerations }),
        securityContext: { runAsUser: USER, runAsGroup: USER, fsGroup: USER },
        initContainers: [
          {
            ...container,
            name: 'image-build',
            command: [
              '/bin/bash',
              '-c',
              buildScript(buildPlan(compiled), { surroundings, hasProxy: proxy !== undefined }),
            ],
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
              HOME: '/home/build',
              ...environmentOf(surroundings, job),
            }),
            ...(proxy && 'secret' in proxy && { envFrom: [{ secretRef: { name: proxy.secret } }] }),
            ...(resources && { resources }),
            volumeMounts: [
              { name: 'build', mountPath: '/tmp/build' },
              { name: 'work', mountPath: '/tmp/work' },
              { name: 'storage', mountPath: STORAGE },
              { name: 'pull-auth', mountPath: '/tmp/pull-auth' },
              { name: 'push-auth', mountPath: '/tmp/push-auth' },
              { name: 'done', mountPath: '/tmp/done' },
              ...(secrets.length > 0 ? [{ name: 'secrets', mountPath: '/tmp/secrets' }] : []),
              ...secrets.map(({ name }, index) => ({
                name: `secret-${index}`,
                mountPath: `/tmp/secret-volumes/${name}`,
                readOnly: true,
              })),
              ...surroundings.map(mountOf),
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
          ...surroundings.map(volumeOf),
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
