import fc from 'fast-check';
import type { LayerProps, PoolProps, StepProps } from '../../src/constructs/props.ts';

/** Everything that a repository declares. */
export interface Declared {
  readonly layers: readonly LayerProps[];
  readonly pools: readonly PoolProps[];
}

/** Files below `layers/` that generated steps name. */
export const SOURCES: Readonly<Record<string, string | Uint8Array>> = {
  'layers/files/agent.conf': 'server = $HOST\r\n',
  'layers/files/blob': new Uint8Array([0, 255, 10, 13]),
  'layers/files/tool-1.0-1.x86_64.rpm': new Uint8Array([0xed, 0xab, 0xee, 0xdb]),
  'layers/files/tree/a.conf': 'a\n',
  'layers/files/tree/conf.d/$b \'c".conf': 'a\n',
  'layers/files/tree/conf.d/blob': new Uint8Array([0, 1]),
  'layers/files/key': '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDME\n-----END PGP PUBLIC KEY BLOCK-----\n',
};

const NASTY = [
  '',
  '\n',
  '\r\n',
  '\t',
  ' ',
  '  \n',
  '"',
  "'",
  '$',
  '$HOME',
  '$(id)',
  '`id`',
  '\\',
  '\\n',
  '%s',
  '#',
  ': ',
  '- ',
  '---\n',
  '...\n',
  '|',
  '>',
  '&a',
  '*a',
  '!x',
  '{{x}}',
  '~',
  'null',
  '0x1',
  '4.20',
  'é',
  '\u{1F600}',
  '\u2028',
  '\u0085',
  '\ufeff',
  '<<EOF',
  '[',
  '}',
  ',',
];

const nasty = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...NASTY) },
      fc.string({ unit: 'binary', maxLength: 5 }),
    ),
    { maxLength: 8 },
  )
  // NUL is in no file name, argument or YAML; half of a surrogate pair is no character.
  .map((parts) =>
    parts
      .join('')
      .replaceAll('\0', '0')
      .replaceAll(/\p{Surrogate}|\ufffd/gu, '?'),
  );
const line = nasty.map((text) => `${text.replaceAll(/<<|\s/g, '_')}x`);
const name = fc.stringMatching(/^[a-z]([a-z0-9-]{0,8}[a-z0-9])?$/);
const packageNames = fc.array(fc.stringMatching(/^[a-z][a-z0-9+._-]{0,10}$/), { minLength: 1, maxLength: 3 });
const sha256 = fc.stringMatching(/^[0-9a-f]{64}$/);
const url = name.map((part) => `https://example.com/files/${part}`);
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const urlRpm = fc.record({ url: url.map((text) => `${text}-1.0-1.x86_64.rpm`), sha256: optional(sha256) });
const rpms = (hasContext: boolean) =>
  fc.uniqueArray(
    hasContext ? fc.oneof(urlRpm, fc.constant({ file: 'files/tool-1.0-1.x86_64.rpm' })) : urlRpm,
    {
      minLength: 1,
      maxLength: 3,
      selector: (rpm) => ('url' in rpm ? rpm.url : rpm.file),
    },
  );

const text = fc.oneof(
  nasty.map((content) => ({ content })),
  fc.constantFrom({ source: 'files/agent.conf' }, { source: 'files/blob' }),
);

const file = fc
  .tuple(
    fc.record({
      path: fc.stringMatching(/^\/etc\/[A-Za-z0-9._ $'"-]{0,8}[a-z]$/),
      mode: optional(fc.constantFrom('0644', '755', '4711')),
      owner: optional(fc.constantFrom('root', 'daemon:users', '0:0')),
    }),
    fc.oneof(
      { weight: 4, arbitrary: text },
      { weight: 1, arbitrary: fc.constant({ source: 'files/tree' }) },
      { weight: 1, arbitrary: fc.record({ url, sha256 }) },
    ),
  )
  .map(([attributes, content]) => ({ ...attributes, ...content }));

const label = nasty.map((value) => value.replaceAll(/\p{Cc}/gu, '_'));
const unitName = fc
  .tuple(name, fc.constantFrom('service', 'timer', 'mount'))
  .map(([stem, type]) => `${stem}.${type}`);
const unitNames = fc.array(unitName, { minLength: 1, maxLength: 3 });
const asUnits = (units: readonly (readonly [string, object])[]) =>
  units.map(([name, content]) => ({ name, ...content }));

const kernelVersion = fc.constantFrom('5.14.0-427.13.1.el9_4.x86_64', '5.14.0-570.17.1.el9_6.x86_64');
const KERNEL = [
  'kernel',
  ...['core', 'modules', 'modules-core', 'modules-extra'].map((part) => `kernel-${part}`),
];
const kernelParts = ([folder, version]: readonly [string, string]) =>
  KERNEL.map((part) => ({ url: `${folder}/${part}-${version}.rpm` }));

/** Each kind of step there is; a test says which one is missing here. */
export const STEP_PROPS = (hasContext: boolean) =>
  ({
    hotfix: fc.record({
      reason: line,
      expires: optional(fc.record({ package: fc.constant('systemd'), atLeast: fc.constant('252-47.el9_4') })),
      via: optional(fc.constantFrom('dnf', 'rpm-ostree')),
      rpms: rpms(hasContext),
    }),
    epel: fc.oneof(
      fc.record({
        packages: packageNames,
        el: optional(fc.constantFrom('8', '9')),
        keep: optional(fc.boolean()),
        release: optional(urlRpm),
      }),
      fc.record({ packages: packageNames, mirror: url }),
    ),
    packages: fc.record({ install: packageNames, from: optional(fc.constant(['vendor'])) }),
    rpms: fc.record({ rpms: rpms(hasContext), relocate: optional(fc.constant('opt')) }),
    remove: fc.record({ packages: packageNames }),
    kernel: fc.oneof(
      fc.record({ version: kernelVersion, baseurl: url }),
      fc.record({ rpms: fc.tuple(url, kernelVersion).map(kernelParts) }),
    ),
    entitlement: fc.constantFrom({}, { secret: 'etc-pki-entitlement' }),
    files: fc.array(file, { minLength: 1, maxLength: 3 }),
    repository: fc.oneof(
      fc.record({
        id: name,
        baseurl: url,
        gpgkey: fc.oneof(
          fc.constant({ file: 'files/key' }),
          url.map((text) => ({ url: text })),
        ),
        keep: optional(fc.boolean()),
      }),
      fc.record({
        id: name,
        baseurl: fc.constant('https://a.b/repository'),
        gpgkey: fc.constant({ file: 'files/key' }),
        auth: fc.constantFrom(
          { secret: 'vendor' },
          { secret: 'vendor', type: 'basic-auth' },
          { secret: 'satellite', type: 'tls' },
        ),
      }),
      fc.record({ id: name, metalink: url, gpgcheck: fc.constant(false) }),
    ),
    stage: fc.record({
      name: fc.constantFrom('builder', 'module'),
      from: fc.constantFrom('${release.driver-toolkit}', `quay.io/example/dtk@sha256:${'d'.repeat(64)}`),
      packages: optional(packageNames),
      run: optional(fc.constant(['make -C /usr/src/kernels/${release.kernel}', 'a; b || true'])),
      copy: fc.constantFrom('/usr/lib/made', '/usr/bin/tool').map((to) => [{ from: '/out', to }]),
    }),
    systemd: fc
      .record({
        enable: optional(unitNames),
        disable: optional(unitNames),
        mask: optional(unitNames),
        units: optional(fc.array(fc.tuple(unitName, text), { minLength: 1, maxLength: 2 }).map(asUnits)),
        dropins: optional(
          fc
            .record({ unit: unitName, name: fc.constant('10-ours.conf') })
            .map((dropin) => [{ ...dropin, content: '[Service]\nRestart=always\n' }]),
        ),
      })
      .filter((props) => Object.values(props).some((value) => value !== undefined)),
    labels: fc.dictionary(fc.stringMatching(/^[a-z]([a-z0-9./-]{0,8}[a-z0-9])?$/), label, {
      minKeys: 1,
      maxKeys: 3,
    }),
    run: fc.record({
      reason: line,
      commands: fc.array(
        fc.oneof(
          line,
          fc.array(nasty, { minLength: 1, maxLength: 3 }).map(([first, ...rest]) => [`${first}x`, ...rest]),
        ),
        { minLength: 1, maxLength: 3 },
      ),
    }),
  }) satisfies Record<string, fc.Arbitrary<unknown>>;

const layer = (hasContext: boolean): fc.Arbitrary<LayerProps> =>
  fc.record({
    name,
    steps: fc.array(
      fc.oneof(
        ...Object.entries(STEP_PROPS(hasContext)).map(([kind, props]) =>
          (props as fc.Arbitrary<unknown>).map((value) => ({ [kind]: value }) as StepProps),
        ),
      ),
      { minLength: 1, maxLength: hasContext ? 3 : 1 },
    ),
  });

const job = fc.record({
  namespace: name,
  builder: fc.constant('registry.example.com/tools/buildah:1.39'),
  pushSecret: fc.constant('os-push'),
  pullSecret: optional(fc.constant('os-pull')),
  proxy: optional(
    fc.oneof(
      fc.constant({ httpProxy: 'http://proxy.example.com:3128', noProxy: '.svc,10.0.0.0/16,*.example.com' }),
      fc.constant({ secret: 'proxy' }),
    ),
  ),
  trustBundle: optional(
    fc.oneof(
      fc.constant('cluster' as const),
      name.map((configMap) => ({ configMap })),
    ),
  ),
  registries: optional(name),
  policy: optional(name),
  yumRepositories: optional(name),
  gpgKeys: optional(name),
  resources: optional(fc.constant({ requests: { cpu: '500m', 'ephemeral-storage': '40Gi' } })),
  nodeSelector: optional(fc.constant({ 'node-role.kubernetes.io/builds': '' })),
  tolerations: optional(fc.constant([{ key: 'builds', operator: 'Exists' as const }])),
});

const pool = (layers: readonly LayerProps[]): fc.Arbitrary<PoolProps> => {
  const named = layers.length > 0 ? [fc.constantFrom(...layers.map((known) => known.name))] : [];
  const common = (hasContext: boolean) => ({
    release: fc.constantFrom('4.18.21', '4.19.3'),
    layers: fc.uniqueArray(fc.oneof(layer(hasContext), ...(hasContext ? named : [])), {
      minLength: 1,
      maxLength: hasContext ? 3 : 1,
      selector: (entry) => (typeof entry === 'string' ? entry : entry.name),
    }),
    refresh: optional(fc.stringMatching(/^[0-9]{4}-[0-9]{2}$/)),
  });
  const poolName = fc.stringMatching(/^[a-z]([a-z0-9-]{0,12}[a-z0-9])?$/);
  return fc.oneof(
    fc.record({
      name: poolName,
      ...common(true),
      // With one, nothing says which kernel it has, and steps that ask for the release's are refused.
      base: fc.option(
        sha256.map((sum) => `registry.example.com/os/base@sha256:${sum}`),
        { nil: undefined, freq: 1 },
      ),
      build: optional(
        fc.oneof(
          fc.constant('local' as const),
          job.map((settings) => ({ job: settings })),
        ),
      ),
      target: name.map((image) => ({ machineConfig: { image: `registry.example.com/os/${image}` } })),
    }),
    fc.record({
      name: poolName,
      ...common(false),
      target: fc.record({
        machineOSConfig: fc.record({
          renderedImagePushSpec: name.map((image) => `registry.example.com/os/${image}:latest`),
          renderedImagePushSecret: fc.constant({ name: 'os-push' }),
          baseImagePullSecret: optional(fc.constant({ name: 'os-pull' })),
        }),
      }),
    }),
  );
};

/** Layers that pools share, and pools of both targets with layers of either kind. */
export const declared: fc.Arbitrary<Declared> = fc
  .uniqueArray(layer(true), { maxLength: 3, selector: (known) => known.name })
  .chain((layers) =>
    fc.record({
      layers: fc.constant(layers),
      pools: fc.uniqueArray(pool(layers), { minLength: 1, maxLength: 4, selector: (known) => known.name }),
    }),
  );
