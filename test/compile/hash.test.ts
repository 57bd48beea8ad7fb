import { describe, expect, it } from 'vitest';
import { compile, DIGEST, OTHER, type PoolInput } from './compile-pool.ts';

const HOTFIX = { reason: 'a ticket', rpms: [{ url: 'https://example.com/a-1.rpm' }] };
const layers = (steps: readonly object[], name = 'tools') => [{ name, steps }];
const FILE = { path: '/etc/a', content: 'a\n' };

const BEFORE: PoolInput = {
  layers: layers([
    { hotfix: HOTFIX },
    { files: [FILE] },
    { files: [{ path: '/etc/b', source: 'files/b' }] },
    { rpms: { rpms: [{ file: 'files/c-1.rpm' }] } },
    { run: { reason: 'why', commands: ['true'] } },
  ]),
  files: { 'files/b': 'b', 'files/c-1.rpm': 'c', 'files/d/b': 'b' },
};
const steps = BEFORE.layers![0]!.steps;
const changed = (index: number, step: object): PoolInput => ({
  ...BEFORE,
  layers: layers(steps.with(index, step)),
});
const base = { base: `q.io/base@${DIGEST}` };
const hash = (input: PoolInput) => compile(input).hash;

describe('the content hash is the same', () => {
  it.each<[string, PoolInput]>([
    ['a reason', changed(0, { hotfix: { ...HOTFIX, reason: 'another\nticket' } })],
    ['when a hotfix expires', changed(0, { hotfix: { ...HOTFIX, expires: { package: 'a', atLeast: '2' } } })],
    ["a run step's reason", changed(4, { run: { reason: 'because', commands: ['true'] } })],
    ["a layer's name", { ...BEFORE, layers: layers(steps, 'other') }],
    ["the pool's name", { ...BEFORE, pool: { name: 'infra' } }],
    ['the image', { ...BEFORE, pool: { target: { machineConfig: { image: 'other.io/x/y' } } } }],
    ["the base's registry", { ...BEFORE, images: { 'rhel-coreos': `mirror.example.com/x@${DIGEST}` } }],
    ['a base that says the same', { ...BEFORE, pool: base }],
    ['the release, where it ends its builds alike', { ...BEFORE, pool: { build: 'local' } }],
    [
      'who builds',
      { ...BEFORE, pool: { build: { job: { namespace: 'x', builder: 'q.io/b:1', pushSecret: 'x' } } } },
    ],
    [
      'the name of a source with the same bytes',
      changed(2, { files: [{ path: '/etc/b', source: 'files/d/b' }] }),
    ],
    [
      'content in the layer for the same bytes in a file',
      changed(2, { files: [{ path: '/etc/b', content: 'b' }] }),
    ],
    ['a mode spelt out', changed(1, { files: [{ ...FILE, mode: '644', owner: 'root:root' }] })],
    [
      'where layers begin and end',
      { ...BEFORE, layers: [...layers(steps.slice(0, 2), 'one'), ...layers(steps.slice(2), 'two')] },
    ],
  ])('whatever %s', (_, input) => expect(hash(input)).toBe(hash(BEFORE)));
});

describe('the content hash is another one', () => {
  it.each<[string, PoolInput]>([
    ['a command', changed(4, { run: { reason: 'why', commands: ['false'] } })],
    ['a URL', changed(0, { hotfix: { ...HOTFIX, rpms: [{ url: 'https://example.com/a-2.rpm' }] } })],
    ['a sum', changed(0, { hotfix: { ...HOTFIX, rpms: [{ ...HOTFIX.rpms[0], sha256: 'a1'.repeat(32) }] } })],
    ['bytes in the layer', changed(1, { files: [{ ...FILE, content: 'a' }] })],
    ['bytes in a file', { ...BEFORE, files: { ...BEFORE.files, 'files/b': 'b\n' } }],
    ['bytes of an RPM', { ...BEFORE, files: { ...BEFORE.files, 'files/c-1.rpm': 'd' } }],
    ['a mode', changed(1, { files: [{ ...FILE, mode: '0600' }] })],
    ['an owner', changed(1, { files: [{ ...FILE, owner: 'agent' }] })],
    ['a path', changed(1, { files: [{ ...FILE, path: '/etc/aa' }] })],
    ['the digest of the base', { ...BEFORE, images: { 'rhel-coreos': `q.io/base@${OTHER}` } }],
    ["the pool's own base", { ...BEFORE, pool: { base: `q.io/base@${OTHER}` } }],
    ['refresh', { ...BEFORE, pool: { refresh: '2026-11' } }],
    ['the order of steps', { ...BEFORE, layers: layers(steps.toReversed()) }],
    ['a step less', { ...BEFORE, layers: layers(steps.slice(1)) }],
    ['how the release ends a build', { ...BEFORE, pool: { release: '4.18.21' } }],
  ])('for %s', (_, input) => expect(hash(input)).not.toBe(hash(BEFORE)));

  it('for each text of refresh, which the engine sees before anything else', () => {
    const [one, two] = ['2026-11', '2026-12'].map((refresh) => compile({ ...BEFORE, pool: { refresh } }));
    expect(one!.hash).not.toBe(two!.hash);
    expect(one!.containerfile.split('\n')[2]).toBe('LABEL cdk8s-os-layers/refresh=2026-11');
  });
});

it('is 32 hexadecimal digits, and of one format the same for ever', () => {
  expect(hash(BEFORE)).toMatch(/^[0-9a-f]{32}$/);
  expect(hash({})).toMatchInlineSnapshot(`"56982b302b2b1936df421ff3806afdfe"`);
});
