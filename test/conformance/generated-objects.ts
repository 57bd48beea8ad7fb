import fc from 'fast-check';

/** MachineOSConfigs and MachineOSBuilds as people and fuzzers write them: good ones, and ones with up to three mistakes. */

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type Generated = { apiVersion: string; kind: string; metadata: { name: string }; spec?: unknown };

const digest = `sha256:${'3c8fc667'.repeat(8)}`;

const name = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('infra', 'worker', 'a', 'gpu-1', 'os.push', 'x'.repeat(253)) },
  fc.constantFrom('', 'Infra', '-a', 'a-', 'a..b', 'a_b', 'x'.repeat(254), 'a b', 'ä', 'a\n'),
);

const host = fc.constantFrom(
  ...[
    'quay.io',
    'registry.example.com:5000',
    'svc.ns.svc:5000',
    'svc.ns.svc',
    'localhost:5000',
    'quay.io:500000',
  ],
  ...['my_registry.example.com', '[::1]:5000', 'QUAY.io', 'a.b.c.svc:1', '', 'quay.io.', '-a.b'],
);
const segment = fc.constantFrom(
  'os',
  'ns',
  'A',
  'a.b',
  'a_b',
  'a..b',
  '-x',
  'n'.repeat(61),
  'n'.repeat(62),
  '',
  'ä',
);
const tail = fc.constantFrom(
  ':latest',
  ':Latest',
  ':-x',
  ':',
  '',
  ': latest',
  ':latest\n',
  `@${digest}`,
  `:${'t'.repeat(129)}`,
);
const anySpec = fc
  .tuple(host, fc.array(segment, { maxLength: 3 }), tail)
  .map(([first, segments, end]) => `${[first, ...segments].join('/')}${end}`);
const pushSpec = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('quay.io/example/os:latest', 'svc.ns.svc:5000/ns/os:latest') },
  anySpec,
  fc.constantFrom(`quay.io/${'n/'.repeat(216)}os:latest`, `quay.io/${'n/'.repeat(217)}os:latest`),
);
const digested = fc.oneof(
  { weight: 8, arbitrary: fc.constant(`quay.io/example/os@${digest}`) },
  anySpec.map((spec) => spec.replace(/:[^:/]*$/, `@${digest}`)),
  fc.constantFrom('quay.io/example/os:latest', `quay.io/a/b/os@${digest}`, `quay.io/os@${digest}@${digest}`),
);

const content = fc.oneof(
  fc.constantFrom('FROM configs AS final\n', ''),
  fc
    .constantFrom(4095, 4096, 4097)
    .chain((length) => fc.constantFrom('a', '😀', 'é').map((char) => char.repeat(length))),
);
const arch = fc.constantFrom('NoArch', 'AMD64', 'ARM64', 'PPC64LE', 'S390X', 'noarch', 'x86_64', undefined);
const containerFile = fc.array(
  fc
    .record({ containerfileArch: arch, content })
    .map(({ containerfileArch, content }) => ({ ...(containerfileArch && { containerfileArch }), content })),
  { maxLength: 5 },
);
const reference = fc.record({
  group: fc.constantFrom('machineconfiguration.openshift.io', 'a.', ''),
  name,
  namespace: fc.constantFrom('openshift-machine-config-operator', 'A', 'a.b', 'n'.repeat(64)),
  resource: fc.constantFrom('machineosbuilds', '1a', 'A', 'jobs'),
});
const condition = fc.record({
  lastTransitionTime: fc.constantFrom('2026-11-22T03:00:00Z', '2026-11-22T03:00:00.5+01:00', 'yesterday'),
  message: fc.constantFrom('', 'Build Ready'),
  reason: fc.constantFrom('Ready', '', '1', 'a,b:c', 'a,'),
  status: fc.constantFrom('True', 'False', 'Unknown', 'true'),
  type: fc.constantFrom('Succeeded', 'Failed', 'Building', 'a.b/C', '-'),
});

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 1 });
const rarely = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, value);

/** Without the keys that were left out. */
function present(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

export const machineOSConfigs: fc.Arbitrary<Generated> = fc
  .record({
    pool: name,
    own: rarely(name),
    secret: name,
    base: optional(name),
    pushSpec,
    containerFile: optional(containerFile),
    builder: fc.constantFrom('Job', 'Job', 'Job', 'PodImageBuilder'),
    status: optional(
      fc.record({
        observedGeneration: optional(fc.constantFrom(0, 3, -1, 1.5)),
        currentImagePullSpec: optional(digested),
        machineOSBuild: optional(reference),
        conditions: optional(fc.array(condition, { maxLength: 3 })),
      }),
    ),
  })
  .map(({ pool, own, secret, base, pushSpec, containerFile, builder, status }) =>
    present({
      apiVersion: 'machineconfiguration.openshift.io/v1',
      kind: 'MachineOSConfig',
      metadata: { name: own ?? pool },
      spec: {
        machineConfigPool: { name: pool },
        imageBuilder: { imageBuilderType: builder },
        baseImagePullSecret: base === undefined ? undefined : { name: base },
        renderedImagePushSecret: { name: secret },
        renderedImagePushSpec: pushSpec,
        containerFile,
      },
      status,
    }),
  )
  .chain(withMistakes);

export const machineOSBuilds: fc.Arbitrary<Generated> = fc
  .record({
    config: name,
    rendered: fc.oneof(fc.constant('rendered-infra-32ef35dea3e553071277954842edb33a'), name),
    pushSpec,
    status: optional(
      fc.record({
        buildStart: optional(fc.constantFrom('2026-11-22T03:00:00Z', '2026-11-22T05:00:00+02:00', 'now')),
        buildEnd: optional(fc.constantFrom('2026-11-22T03:00:00Z', '2026-11-22T03:00:01Z', 'later')),
        builder: optional(
          fc.record({ imageBuilderType: fc.constantFrom('Job', 'Pod', ''), job: optional(reference) }),
        ),
        conditions: optional(fc.array(condition, { maxLength: 9 })),
        digestedImagePushSpec: optional(digested),
        relatedObjects: optional(fc.array(reference, { maxLength: 11 })),
      }),
    ),
  })
  .map(({ config, rendered, pushSpec, status }) =>
    present({
      apiVersion: 'machineconfiguration.openshift.io/v1',
      kind: 'MachineOSBuild',
      metadata: { name: 'infra-9a8f89455246fa0c42ecee6ff1fa1a45' },
      spec: {
        machineConfig: { name: rendered },
        machineOSConfig: { name: config },
        renderedImagePushSpec: pushSpec,
      },
      status,
    }),
  )
  .chain(withMistakes);

const VALUES: readonly Json[] = [null, 1, '', true, 'text', [], {}, [1], { name: 'a' }, 'ä'.repeat(300)];

const mistake = fc.record({
  where: fc.nat(),
  what: fc.constantFrom('delete', 'replace', 'rename', 'add', 'repeat'),
  value: fc.constantFrom(...VALUES),
});

function withMistakes(object: unknown): fc.Arbitrary<Generated> {
  const some = fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    fc.array(mistake, { minLength: 1, maxLength: 3 }),
  );
  return some.map((mistakes) => {
    const broken = structuredClone(object) as Record<string, unknown>;
    for (const { where, what, value } of mistakes) {
      const places = placesIn(broken);
      const { parent, key } = places[where % places.length]!;
      if (Array.isArray(parent)) {
        if (what === 'delete') parent.splice(Number(key), 1);
        else if (what === 'repeat') parent.push(structuredClone(parent[Number(key)]));
        else parent[Number(key)] = structuredClone(value);
      } else if (what === 'delete') delete parent[key];
      else if (what === 'add') parent[`${key}2`] = structuredClone(value);
      else if (what === 'rename') {
        const old = parent[key];
        delete parent[key];
        parent[key.toLowerCase()] = old;
      } else parent[key] = structuredClone(value);
    }
    return broken as Generated;
  });
}

interface Place {
  readonly parent: Record<string, unknown> | unknown[];
  readonly key: string;
}

/** Every place of spec and status, and these themselves. */
function placesIn(object: Record<string, unknown>): Place[] {
  const found: Place[] = [];
  const walk = (parent: unknown): void => {
    if (typeof parent !== 'object' || parent === null) return;
    for (const [key, value] of Object.entries(parent)) {
      found.push({ parent: parent as Place['parent'], key });
      walk(value);
    }
  };
  for (const key of ['spec', 'status']) {
    found.push({ parent: object, key });
    walk(object[key]);
  }
  return found;
}
