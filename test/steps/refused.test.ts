import { Ajv, type AnySchema } from 'ajv';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { STEPS, type StepName } from '../../src/steps/index.ts';
import { KINDS } from './render.ts';

const RPM = { url: 'https://example.com/a-1.x86_64.rpm' };
const KERNEL = '5.14.0-570.17.1.el9_6.x86_64';
const REPOSITORY = { id: 'vendor', baseurl: 'https://a.b/', gpgkey: { url: 'https://a.b/KEY' } };
const SUM = 'a1'.repeat(32);

/** Props that must not reach a Containerfile, and what is said of them. */
const REFUSED: Record<StepName, [props: unknown, message: string][]> = {
  hotfix: [
    [{ rpms: [RPM] }, 'expected string'],
    [{ reason: 'x', rpms: [] }, 'Too small'],
    [{ reason: 'x', rpms: [{ ...RPM, sha256: 'abc' }] }, 'is not a sha256 sum'],
    [{ reason: 'x', rpms: [{ url: 'https://example.com/a"; reboot; ".rpm' }] }, 'characters that no URL has'],
    [{ reason: 'x', rpms: [{ url: 'https://example.com/a\nb.rpm' }] }, 'characters that no URL has'],
    [{ reason: 'x', rpms: [{ url: 'https://example.com/$(id).rpm' }] }, 'characters that no URL has'],
    [{ reason: 'x', rpms: [{ file: 'files/../../etc/a.rpm' }] }, 'has ".."'],
    [{ reason: 'x', rpms: [{ ...RPM, file: 'files/a.rpm' }] }, 'either a url or a file'],
    [{ reason: 'x', rpms: [RPM], expires: { package: 'a;b', atLeast: '1' } }, 'is not a package name'],
  ],
  epel: [
    [{ packages: [] }, 'Too small'],
    [{ packages: ['a;b'] }, 'is not a package name'],
    [{ packages: ['a b'] }, 'is not a package name'],
    [{ packages: ['--nogpgcheck'] }, 'is not a package name'],
    [{ packages: ['a'], el: '9.6' }, "is not EPEL's major version"],
    [
      { packages: ['a'], mirror: 'https://m.example.com/', keep: true },
      'no epel-release to install or to keep',
    ],
    [
      { packages: ['a'], mirror: 'https://m.example.com/', release: RPM },
      'no epel-release to install or to keep',
    ],
  ],
  packages: [
    [{ install: [] }, 'Too small'],
    [{ install: ['a;reboot'] }, 'is not a package name'],
    [{ install: ['$(reboot)'] }, 'is not a package name'],
    [{ install: ['a'], from: ['x y'] }, 'is not a repository id'],
    [{ install: ['a'], from: ['../x'] }, 'is not a repository id'],
    [{ install: 'a' }, 'expected array'],
  ],
  rpms: [
    [{ rpms: [] }, 'Too small'],
    [{ rpms: [{}] }, 'either a url or a file'],
    [{ rpms: [{ url: 'http://user:secret@example.com/a.rpm' }] }, 'carries credentials'],
    [{ rpms: [{ url: 'file:///a.rpm' }] }, 'is not an http or https URL'],
    [{ rpms: [{ file: 'files/a.rpm', auth: { secret: 'vendor' } }] }, 'needs no auth'],
    [{ rpms: [{ url: 'http://a.b/a.rpm', auth: { secret: 'vendor' } }] }, 'send a secret in the clear'],
    [{ rpms: [{ ...RPM, auth: { secret: 'a b' } }] }, 'is not a usable Secret name'],
    [{ rpms: [{ ...RPM, auth: { secret: 'vendor', type: 'bearer' } }] }, 'expected one of'],
    [{ rpms: [{ ...RPM, auth: { secret: 'vendor', password: 'x' } }] }, 'password'],
    [{ rpms: [RPM], relocate: '/srv' }, 'expected "opt"'],
  ],
  remove: [
    [{ packages: [] }, 'Too small'],
    [{ packages: ['a', '-y'] }, 'is not a package name'],
    [{ packages: ['*'] }, 'is not a package name'],
    [{ packages: ['a && reboot'] }, 'is not a package name'],
  ],
  kernel: [
    [{}, 'by rpms, or by version and baseurl'],
    [{ rpms: [] }, 'Too small'],
    [{ version: KERNEL }, 'by rpms, or by version and baseurl'],
    [{ baseurl: 'https://a.b/' }, 'by rpms, or by version and baseurl'],
    [{ rpms: [RPM], baseurl: 'https://a.b/' }, 'by rpms, or by version and baseurl'],
    [{ rpms: [RPM], version: KERNEL, baseurl: 'https://a.b/' }, 'by rpms, or by version and baseurl'],
    [{ version: '5.14.0', baseurl: 'https://a.b/' }, "is not a kernel's version"],
    [{ version: '5.14.0-1.el9', baseurl: 'https://a.b/' }, "is not a kernel's version"],
    [{ version: '5.14.0-$(id).x86_64', baseurl: 'https://a.b/' }, "is not a kernel's version"],
    [{ version: KERNEL, baseurl: 'ftp://a.b/' }, 'is not an http or https URL'],
  ],
  entitlement: [
    [null, 'expected object'],
    [{ secret: 'Certificates' }, 'is not a usable Secret name'],
    [{ path: '/etc/pki/entitlement' }, 'path'],
  ],
  systemd: [
    [{}, 'this step does nothing'],
    [{ enable: [] }, 'Too small'],
    [{ enable: ['chronyd'] }, 'is not the name of a unit'],
    [{ enable: ['--now'] }, 'is not the name of a unit'],
    [{ disable: ['a b.service'] }, 'is not the name of a unit'],
    [{ mask: ['../a.service'] }, 'is not the name of a unit'],
    [{ mask: ['a.service; reboot'] }, 'is not the name of a unit'],
    [{ units: [{ name: 'a.service' }] }, 'either a content or a source'],
    [{ units: [{ name: 'a.service', content: '', source: 'files/a' }] }, 'either a content or a source'],
    [{ units: [{ name: '/a.service', content: '' }] }, 'is not the name of a unit'],
    [{ dropins: [{ unit: 'a.service', name: '10', content: '' }] }, 'is not the name of a drop-in'],
    [{ dropins: [{ unit: 'a.service', name: '../10.conf', content: '' }] }, 'is not the name of a drop-in'],
    [{ dropins: [{ unit: 'a.service', name: '10.conf' }] }, 'either a content or a source'],
  ],
  stage: [
    [{ name: 'a', from: 'q.io/a:1', copy: [{ from: '/a', to: '/b' }] }, 'has no digest'],
    [{ name: 'a', from: '${release.kernel} x', copy: [{ from: '/a', to: '/b' }] }, 'is not an image'],
    [{ name: 'A', from: '${release.driver-toolkit}', copy: [{ from: '/a', to: '/b' }] }, 'is not a name'],
    [{ name: 'a', from: '${release.driver-toolkit}', copy: [] }, 'Too small'],
    [{ name: 'a', from: '${release.kernel}', copy: [{ from: '/a', to: '/b' }] }, 'is not an image'],
    [{ name: 'a', from: '${release.el}', copy: [{ from: '/a', to: '/b' }] }, 'is not an image'],
    [{ name: 'a', from: '${release.driver-toolkit}', copy: [{ from: '/a/../b', to: '/b' }] }, 'has ".."'],
    [
      { name: 'a', from: '${release.driver-toolkit}', copy: [{ from: '/a', to: 'b' }] },
      'is not an absolute path',
    ],
    [
      { name: 'a', from: '${release.driver-toolkit}', run: [' '], copy: [{ from: '/a', to: '/b' }] },
      'is empty',
    ],
  ],
  labels: [
    [{}, 'this step has no label'],
    [{ Team: 'a' }, "is not a label's key"],
    [{ 'a b': 'a' }, "is not a label's key"],
    [{ 'a=b': 'a' }, "is not a label's key"],
    [{ 'cdk8s-os-layers/build': 'a' }, "is not a label's key"],
    [{ a: 'one\ntwo' }, 'is not a label'],
    [{ a: 1 }, 'expected string'],
  ],
  files: [
    [[], 'Too small'],
    [[{ path: '/a' }], 'either a content, a source or a url'],
    [[{ path: '/a', content: 'a', source: 'files/a' }], 'either a content, a source or a url'],
    [
      [{ path: '/a', content: 'a', url: 'https://a.b/c', sha256: SUM }],
      'either a content, a source or a url',
    ],
    [[{ path: '/a', url: 'https://a.b/c' }], 'may be another file tomorrow'],
    [[{ path: '/a', url: 'https://a.b/c', sha256: 'abc' }], 'is not a sha256 sum'],
    [[{ path: '/a', url: 'https://user:secret@a.b/c', sha256: SUM }], 'carries credentials'],
    [[{ path: '/a', url: 'https://a.b/$(id)', sha256: SUM }], 'characters that no URL has'],
    [[{ path: '/a', content: 'a', sha256: SUM }], 'only a download is checked against a sum'],
    [[{ path: '/a', source: 'files' }], 'is not a file below layers/files/'],
    [[{ path: '/', source: 'files/a' }], 'is not the path of a file'],
    [[{ path: 'etc/a', content: 'a' }], 'is not an absolute path'],
    [[{ path: '/etc/../a', content: 'a' }], 'has ".."'],
    [[{ path: '/etc/', content: 'a' }], 'is not the path of a file'],
    [[{ path: '/a', source: '/etc/passwd' }], 'is not a file below layers/files/'],
    [[{ path: '/a', content: 'a', mode: '0888' }], 'is not a file mode'],
    [[{ path: '/a', content: 'a', mode: 420 }], 'expected string'],
    [[{ path: '/a', content: 'a', owner: 'a b' }], 'is not an owner'],
  ],
  repository: [
    [{ ...REPOSITORY, baseurl: 'http://a.b/', auth: { secret: 'vendor' } }, 'send a secret in the clear'],
    [
      { ...REPOSITORY, gpgkey: { url: 'https://other.b/KEY' }, auth: { secret: 'vendor' } },
      'the server of this key',
    ],
    [
      { ...REPOSITORY, gpgkey: { url: 'http://a.b/KEY' }, auth: { secret: 'vendor' } },
      'the server of this key',
    ],
    [
      { id: 'vendor', metalink: 'https://a.b/', gpgcheck: false, auth: { secret: 'vendor' } },
      'every mirror of this metalink',
    ],
    [{ ...REPOSITORY, keep: true, auth: { secret: 'vendor' } }, 'cannot be kept'],
    [{ id: 'a', gpgcheck: false }, 'either a baseurl or a metalink'],
    [
      { id: 'a', baseurl: 'https://a.b/', metalink: 'https://a.b/', gpgcheck: false },
      'either a baseurl or a metalink',
    ],
    [{ id: 'a', baseurl: 'https://a.b/' }, 'none is given'],
    [{ id: 'a', baseurl: 'https://a.b/', gpgkey: {} }, 'either a url or a file'],
    [{ id: '../a', baseurl: 'https://a.b/', gpgcheck: false }, 'is not a repository id'],
    [{ id: 'a]\n[b', baseurl: 'https://a.b/', gpgcheck: false }, 'is not a repository id'],
    [{ id: 'a', baseurl: 'https://a.b/\ngpgcheck=0', gpgcheck: false }, 'characters that no URL has'],
  ],
  run: [
    [{ commands: ['true'] }, 'expected string'],
    [{ reason: 'x', commands: [] }, 'Too small'],
    [{ reason: 'x', commands: [' \n'] }, 'this command is empty'],
    [{ reason: 'x', commands: ['a\0b'] }, 'NUL'],
    [{ reason: 'x', commands: [['a', 'b\0']] }, 'NUL'],
    [{ reason: 'x', commands: [[]] }, 'Too small'],
    [{ reason: 'x', commands: ['cat <<EOF\na\nEOF'] }, 'has a here-document'],
    [{ reason: 'x', commands: ["cat <<-'EOF'\na\nEOF"] }, 'has a here-document'],
    [{ reason: 'x', commands: [['exit', '0']] }, 'exit is not a program'],
  ],
};

/** All messages, those within a union's alternatives as well. */
function messages(name: StepName, props: unknown): string {
  const result = STEPS[name].schema.safeParse(props);
  return result.success ? '' : JSON.stringify(result.error.issues);
}

describe('what must be refused', () => {
  it.each(KINDS)('of the kind $name', ({ name }) => {
    const refused = REFUSED[name as StepName];
    expect(refused, `props of ${name} that must be refused`).toBeDefined();
    for (const [props, message] of refused) {
      expect(messages(name as StepName, props), JSON.stringify(props)).toContain(
        JSON.stringify(message).slice(1, -1),
      );
    }
  });

  // Of labels there is no key that is not known.
  it.each(KINDS.filter(({ name }) => name !== 'labels'))('a key that $name does not know', ({
    name,
    examples: [example],
  }) => {
    const { props } = example!;
    const more = Array.isArray(props)
      ? [{ ...(props as object[])[0], extra: 1 }]
      : { ...(props as object), extra: 1 };
    expect(messages(name as StepName, more)).toContain('unrecognized_keys');
  });
});

describe('what looks like it and is right', () => {
  it.each([
    ['a shift', 'echo $((1<<n))'],
    ['a here-string', 'cat <<<word'],
    ['a sum', `echo ${SUM}`],
  ])('%s in code', (_, code) => {
    expect(messages('run', { reason: 'x', commands: [code] })).toBe('');
  });
});

/** What is refused above, and an editor does not see: rules between keys, and within the parts of a text. */
const NOT_IN_THE_SCHEMA = [
  'by rpms, or by version and baseurl',
  'cannot be kept',
  'carries credentials',
  'every mirror of this metalink',
  'exit is not a program',
  'has ".."',
  'has a here-document',
  'needs no auth',
  'no epel-release to install or to keep',
  'none is given',
  'NUL',
  'only a download is checked against a sum',
  'send a secret in the clear',
  'the server of this key',
];

describe('the JSON Schema refuses the same', () => {
  const unseen = new Set<string>();

  it.each(KINDS)('of the kind $name', ({ name, schema }) => {
    const json = z.toJSONSchema(schema, { io: 'input', target: 'draft-07' });
    const validate = new Ajv({ strict: true, strictRequired: false }).compile(json as AnySchema);
    for (const [props, message] of REFUSED[name as StepName]) {
      if (!validate(props)) continue;
      expect(NOT_IN_THE_SCHEMA, JSON.stringify(props)).toContain(message);
      unseen.add(message);
    }
  });

  it('but for what it cannot say', () => {
    expect([...unseen].sort()).toEqual([...NOT_IN_THE_SCHEMA].sort());
  });
});
