import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { entryFor, pullSources } from '../../src/registry/pull-sources.ts';
import { loadRegistries, registriesFiles } from '../../src/registry/registries-conf.ts';
import { parseRegistriesFile } from '../../src/registry/registries-file.ts';
import { formatImageRef, parseImageRef } from '../../src/values/image-ref.ts';
import { diagnosticOf, sum } from './fake-registry.ts';

const DIGEST = sum('image');
const FILE = '/etc/containers/registries.conf';

const parse = (text: string, version1 = true) => parseRegistriesFile(FILE, text, version1);

async function sources(text: string, image: string): Promise<string[]> {
  const found = pullSources(await parse(text), parseImageRef(image));
  return found.map(({ ref, insecure }) => `${formatImageRef(ref)}${insecure ? ' insecure' : ''}`);
}

describe('an image', () => {
  const MIRRORED = `
    [[registry]]
    prefix = "quay.example.com/release"
    location = "quay.example.com/release"
    [[registry.mirror]]
    location = "mirror.example.com:5000/ocp/release/"
    insecure = true
    [[registry.mirror]]
    location = "tags.example.com"
    pull-from-mirror = "tag-only"
    [[registry.mirror]]
    location = "digests.example.com"
    pull-from-mirror = "digest-only"
  `;

  it('is looked for in its mirrors, then where it says', async () => {
    expect(await sources(MIRRORED, 'quay.example.com/release/os:4.19')).toEqual([
      'mirror.example.com:5000/ocp/release/os:4.19 insecure',
      'tags.example.com/os:4.19',
      'quay.example.com/release/os:4.19',
    ]);
    expect(await sources(MIRRORED, `quay.example.com/release/os@${DIGEST}`)).toEqual([
      `mirror.example.com:5000/ocp/release/os@${DIGEST} insecure`,
      `digests.example.com/os@${DIGEST}`,
      `quay.example.com/release/os@${DIGEST}`,
    ]);
  });

  it('is looked for by digest only in the mirrors of mirror-by-digest-only', async () => {
    const text = `
      [[registry]]
      location = "quay.example.com"
      mirror-by-digest-only = true
      [[registry.mirror]]
      location = "mirror.example.com"
    `;
    expect(await sources(text, 'quay.example.com/a/b:1')).toEqual(['quay.example.com/a/b:1']);
    expect(await sources(text, `quay.example.com/a/b@${DIGEST}`)).toEqual([
      `mirror.example.com/a/b@${DIGEST}`,
      `quay.example.com/a/b@${DIGEST}`,
    ]);
  });

  it.each([
    ['quay.example.com/release/os', 'a'],
    ['quay.example.com/release/os/deep', 'b'],
    ['quay.example.com/released', 'all'],
    ['quay.example.com/other', 'all'],
    ['deep.sub.example.org/x', 'wild'],
    ['sub.example.org:5000/x', 'wild'],
    ['example.org/x', undefined],
    ['example.com/sub.example.org/x', undefined],
    ['quay.example.comm/x', undefined],
  ])('%s is of the longest prefix: %s', async (image, expected) => {
    const entries = await parse(`
      [[registry]]
      location = "quay.example.com"
      [[registry]]
      prefix = "quay.example.com/release"
      location = "a.example.com"
      [[registry]]
      prefix = "quay.example.com/release/os/deep"
      location = "b.example.com"
      [[registry]]
      prefix = "*.example.org"
    `);
    const names: Record<string, string> = {
      'quay.example.com': 'all',
      'quay.example.com/release': 'a',
      'quay.example.com/release/os/deep': 'b',
      '*.example.org': 'wild',
    };
    const entry = entryFor(entries, parseImageRef(image));
    expect(entry && names[entry.prefix]).toBe(expected);
  });

  it('of docker.io has the namespace that its name implies', async () => {
    const text = '[[registry]]\nprefix = "docker.io/library"\nlocation = "mirror.example.com/hub"';
    expect(await sources(text, 'docker.io/debian:12')).toEqual(['mirror.example.com/hub/debian:12']);
  });

  it('keeps its name where a wildcard has no location, and is renamed where it has one', async () => {
    expect(
      await sources('[[registry]]\nprefix = "*.example.org"\ninsecure = true', 'a.example.org/x:1'),
    ).toEqual(['a.example.org/x:1 insecure']);
    const text = '[[registry]]\nprefix = "*.example.org"\nlocation = "mirror.example.com/org"';
    expect(await sources(text, 'a.example.org/x:1')).toEqual(['mirror.example.com/org/x:1']);
  });

  it('which the file makes into no image is an error that names the file', async () => {
    const error = await diagnosticOf(
      sources('[[registry]]\nprefix = "quay.example.com"\nlocation = "mirror"', 'quay.example.com/x:1'),
    );
    expect(error).toMatchObject({ code: 'registries-conf', source: 'input' });
    expect(error.message).toContain(`${FILE}:1 makes mirror/x of quay.example.com/x:1`);
  });
});

describe('a file', () => {
  it.each([
    ['[[registry]]\nlocation = quay', `${FILE}:2 is no TOML`],
    ['[[registry]]\ninsecure = true', `${FILE}:1 has neither a prefix nor a location`],
    ['\n\n[[registry]]\nprefix = "a.example.com"', `${FILE}:3 has no location for a.example.com`],
    ['[[registry]]\nlocation = "https://a.example.com"', 'write it without https://'],
    ['[[registry]]\nprefix = "*.example.com/a"', 'after *. comes a domain only'],
    ['[[registry]]\nlocation = "a.b"\nblocked = "yes"', 'has blocked that is neither true nor false'],
    ['[[registry]]\nlocation = 5', 'has a location that is no string'],
    ['[registry]\nlocation = "a.b"', 'has a registry that is not [[registry]]'],
    ['[[registry]]\nlocation = "a.b"\npull-from-mirror = "all"', 'is for mirrors'],
    ['[[registry]]\nlocation = "a.b"\n[[registry.mirror]]\ninsecure = true', 'a mirror without a location'],
    [
      '[[registry]]\nlocation = "a.b"\n[[registry.mirror]]\nlocation = "c.d"\npull-from-mirror = "never"',
      'pull-from-mirror = "never"',
    ],
    [
      '[[registry]]\nlocation = "a.b"\nmirror-by-digest-only = true\n[[registry.mirror]]\nlocation = "c.d"\npull-from-mirror = "all"',
      'both mirror-by-digest-only and pull-from-mirror',
    ],
    [
      '[[registry]]\nlocation = "a.b"\n[[registry]]\nprefix = "a.b/c"\nlocation = "a.b"\nblocked = true',
      `${FILE}:3 says another \`blocked\` of a.b than ${FILE}:1`,
    ],
    [
      '[registries.insecure]\nregistries = ["a.b"]\n[[registry]]\nlocation = "a.b"',
      'which no other may be mixed with',
    ],
  ])('%j is refused', async (text, says) => {
    const error = await diagnosticOf(parse(text));
    expect(error).toMatchObject({ code: 'registries-conf', source: 'input' });
    expect(error.message).toContain(says);
  });

  it('may be in the first format, but as a drop-in', async () => {
    const text =
      '[registries.search]\nregistries = ["docker.io"]\n[registries.insecure]\nregistries = ["a.b/"]\n[registries.block]\nregistries = ["c.d", "a.b"]';
    const entries = await parse(text);
    expect(entries.map(({ prefix, insecure, blocked }) => [prefix, insecure, blocked])).toEqual([
      ['c.d', false, true],
      ['a.b', true, true],
    ]);
    expect((await diagnosticOf(parse(text, false))).code).toBe('registries-conf');
  });

  it('may say what is not for us', async () => {
    expect(await parse('unqualified-search-registries = ["docker.io"]\n[aliases]\n"a" = "b.c/a"')).toEqual(
      [],
    );
  });

  it('has each prefix once, and the first counts', async () => {
    const text =
      '[[registry]]\nprefix = "a.b"\nlocation = "one.x"\n[[ registry ]]\nprefix = "a.b"\nlocation = "two.x"\n[["registry"]]\nlocation = "c.d"';
    const entries = await parse(text);
    expect(entries.map(({ location, place }) => `${location} ${place}`)).toEqual([
      `one.x ${FILE}:1`,
      `c.d ${FILE}:7`,
    ]);
  });
});

describe('the files', () => {
  let home: string;
  const put = (path: string, text: string) => {
    const file = join(home, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  const entry = (prefix: string, location: string) =>
    `[[registry]]\nprefix = "${prefix}"\nlocation = "${location}"\n`;
  const locations = async (env: NodeJS.ProcessEnv) =>
    (await loadRegistries({ HOME: home, ...env })).map(({ prefix, location }) => `${prefix} ${location}`);

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'layers-registries-'));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  it("are the machine's with the person's drop-ins, or the person's own alone", async () => {
    const own = join(home, '.config/containers');
    expect(await registriesFiles({ HOME: home })).toEqual({
      main: '/etc/containers/registries.conf',
      named: false,
      folders: ['/etc/containers/registries.conf.d', join(own, 'registries.conf.d')],
    });
    const main = put('.config/containers/registries.conf', '');
    expect(await registriesFiles({ HOME: home })).toEqual({
      main,
      named: false,
      folders: [join(own, 'registries.conf.d')],
    });
    const named = { main: '/x', named: true };
    expect(await registriesFiles({ HOME: home, CONTAINERS_REGISTRIES_CONF: '/x' })).toMatchObject(named);
    expect(await registriesFiles({ HOME: home, REGISTRIES_CONFIG_PATH: '/x' })).toMatchObject(named);
  });

  it('replace what earlier ones say of a prefix, drop-ins by name', async () => {
    put('.config/containers/registries.conf', entry('a.b', 'main.x') + entry('c.d', 'main.x'));
    put('.config/containers/registries.conf.d/20-late.conf', entry('a.b', 'late.x'));
    put(
      '.config/containers/registries.conf.d/10-early.conf',
      entry('a.b', 'early.x') + entry('e.f', 'early.x'),
    );
    put('.config/containers/registries.conf.d/30-not.conf.bak', entry('a.b', 'not.x'));
    put('.config/containers/registries.conf.d/40.conf/deep.conf', entry('a.b', 'deep.x'));
    expect(await locations({})).toEqual(['a.b late.x', 'c.d main.x', 'e.f early.x']);
  });

  it('have to exist where one is named', async () => {
    const error = await diagnosticOf(locations({ CONTAINERS_REGISTRIES_CONF: join(home, 'none') }));
    expect(error).toMatchObject({ code: 'registries-conf', source: 'input' });
    expect(error.message).toContain('none does not exist');
  });
});
