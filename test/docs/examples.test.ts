import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type Diagnostic, exitCodeOf, type Source } from '../../src/diagnostics.ts';
import { parseRegistriesFile } from '../../src/registry/registries-file.ts';
import { DOCUMENTS } from '../../src/spec/document.ts';
import { parsePoolLock } from '../../src/spec/lock.ts';
import { ownApp } from '../../src/synth/own-app.ts';
import { exampleFiles } from '../../tools/generate/layer.ts';
import { allBlocks, blocksOf, PAGES } from './blocks.ts';

interface Data {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly metadata?: { readonly name?: string };
  readonly layers?: readonly unknown[];
  readonly clusters?: unknown;
}

const yaml = allBlocks('yaml').map((block) => ({
  ...block,
  documents: dataOf(block.text),
  what: whatIs(block.text),
}));
const title = '$page:$line';
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'layers-docs-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function dataOf(text: string): Data[] {
  return parseAllDocuments(text).map((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    return document.toJS() as Data;
  });
}

/** What a block is. One that is nothing known is an example that nobody checks, and fails below. */
function whatIs(text: string): string {
  const documents = dataOf(text);
  if (documents.every(({ kind = '' }) => Object.hasOwn(DOCUMENTS, kind))) return 'documents';
  if (documents.every(({ apiVersion }) => typeof apiVersion === 'string')) return 'objects';
  if (text.startsWith('# Which image this pool runs.')) return 'lock';
  return /^# (\.github\/workflows\/\S+|\.gitlab-ci\.yml|cdk8s\.yaml)\n/.exec(text)?.[1] ?? 'nothing known';
}

const RELEASE = `---
kind: Release
name: "4.19.3"
amd64: { rhel-coreos: "quay.io/example/os@sha256:${'4'.repeat(64)}", el: "9.6", driver-toolkit: "quay.io/example/dtk@sha256:${'5'.repeat(64)}", kernel: 5.14.0-1.el9.x86_64 }
`;

/** The documents that a block's pools and defaults name, and that the page has elsewhere. */
function companions(documents: readonly Data[]): string {
  const names = documents.filter(({ kind }) => kind === 'Layer').map(({ name }) => name);
  const missing = documents
    .flatMap(({ layers = [] }) => layers)
    .filter((layer): layer is string => typeof layer === 'string' && !names.includes(layer));
  const layers = [...new Set(missing)].map(
    (name) => `---\nkind: Layer\nname: ${name}\nsteps: [{ packages: { install: [rsyslog] } }]\n`,
  );
  const clusters = documents
    .flatMap(({ clusters = [] }) => (Array.isArray(clusters) ? clusters : []))
    .filter((cluster) => !documents.some(({ kind, name }) => kind === 'Cluster' && name === cluster))
    .map((name) => `---\nkind: Cluster\nname: ${name}\n`);
  return [
    ...(documents.some(({ kind }) => kind === 'Release') ? [] : [RELEASE]),
    ...layers,
    ...clusters,
  ].join('');
}

describe('the examples in the documents', () => {
  it.each(PAGES)('%s has blocks in known languages only', (page) => {
    const known = ['yaml', 'ts', 'sh', 'json', 'dockerfile', 'text', 'console', 'diff', 'toml'];
    expect(blocksOf(page).filter(({ language }) => !known.includes(language))).toEqual([]);
  });

  it.each(allBlocks('toml'))(`${title}: is what the engines' configuration may say`, async ({ text }) => {
    const isRegistries = /^# .*registries\.conf\n/.test(text);
    if (!isRegistries) expect(Object.keys(parseToml(text))).toEqual(['storage']);
    else expect(await parseRegistriesFile('registries.conf', text, false)).not.toEqual([]);
  });

  it.each(yaml)(`${title}: is something that is known`, ({ what }) => {
    expect(what).not.toBe('nothing known');
  });

  it.each(yaml.filter(({ what }) => what === 'documents'))(`${title}: compiles`, ({
    page,
    line,
    text,
    documents,
  }) => {
    const root = join(folder, `${page.replaceAll('/', '-')}-${line}`);
    mkdirSync(join(root, 'layers'), { recursive: true });
    writeFileSync(join(root, 'layers/block.yaml'), text);
    writeFileSync(join(root, 'layers/companions.yaml'), companions(documents));
    for (const [path, content] of Object.entries(exampleFiles())) {
      mkdirSync(join(root, dirname(path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
    const layers = documents.filter(({ kind }) => kind === 'Layer').map(({ name }) => name);
    // With several clusters a pool is compiled in each; its layers are the pools' own.
    const clusters = documents.filter(({ kind }) => kind === 'Cluster').length;
    // A layer is compiled where a pool has it.
    const pool = `kind: Pool\nname: all-layers\nrelease: "4.19.3"\nlayers: [${layers.join(', ')}]\ntarget: { machineConfig: { image: registry.example.com/os/all } }\n`;
    // Where there are defaults, their pools have the layers.
    const hasDefaults = documents.some(({ kind }) => kind === 'PoolDefaults');
    const wantsAll = layers.length > 0 && clusters === 0 && !hasDefaults;
    if (wantsAll) writeFileSync(join(root, 'layers/pool.yaml'), pool);
    const app = ownApp(root);
    expect(app.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    const pools = documents.filter(({ kind }) => kind === 'Pool').length + (wantsAll ? 1 : 0);
    if (clusters === 0) expect(app.compiled).toHaveLength(pools);
    else expect(app.compiled.length).toBeGreaterThanOrEqual(pools);
    expect(app.render().size).toBeGreaterThanOrEqual(pools);
  });

  it.each(yaml.filter(({ what }) => what === 'objects'))(`${title}: is Kubernetes objects`, ({
    documents,
  }) => {
    for (const { apiVersion, kind, metadata } of documents) {
      expect(apiVersion).toMatch(/^([a-z0-9.-]+\/)?v\d+((alpha|beta)\d+)?$/);
      expect(kind).toMatch(/^[A-Z][A-Za-z]+$/);
      expect(metadata?.name).toMatch(/^[a-z0-9][a-z0-9.-]*$/);
    }
  });

  it.each(yaml.filter(({ what }) => what === 'lock'))(`${title}: is a lock`, ({ text }) => {
    const { lock, diagnostics } = parsePoolLock(text, 'worker');
    expect(diagnostics).toEqual([]);
    expect(Object.keys(lock.pools)).not.toEqual([]);
  });

  it.each(allBlocks('json'))(`${title}: is JSON`, ({ text }) => {
    expect(JSON.parse(text)).toBeTypeOf('object');
  });
});

describe('what the documents say', () => {
  it.each(PAGES)('%s links to what is there', (page) => {
    const links = [...readFileSync(page, 'utf8').matchAll(/\]\(([^)#]+)(#[^)]*)?\)/g)].map(
      (match) => match[1]!,
    );
    const files = links.filter((link) => !/^https?:/.test(link)).map((link) => join(dirname(page), link));
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
  });

  it('has the exit code of every source', () => {
    const rows = [
      ...readFileSync('docs/exit-codes-and-output.md', 'utf8').matchAll(/^\| (\d+) \| `(\w+)` \|/gm),
    ].map(([, code, source]) => [source, Number(code)]);
    const sources: readonly Source[] = ['finding', 'input', 'build', 'remote', 'internal'];
    const codes = sources.map((source) => {
      const diagnostic: Diagnostic = { code: 'any', severity: 'error', source, message: 'any' };
      return [source, exitCodeOf([diagnostic])];
    });
    expect(rows).toEqual(codes);
  });

  it('names every dependency, with why', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
    const page = readFileSync('CONTRIBUTING.md', 'utf8');
    const table = page.slice(page.indexOf('## Dependencies'), page.indexOf('## Commits'));
    const named = [...table.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell]) =>
      [...cell!.matchAll(/`([^`]+)`/g)].map((match) => match[1]!),
    );
    expect(named.sort()).toEqual(Object.keys({ ...dependencies, ...devDependencies }).sort());
  });

  it('names every folder of src/, and what biome lets it import', () => {
    const page = readFileSync('CONTRIBUTING.md', 'utf8');
    const { overrides } = JSON.parse(readFileSync('biome.json', 'utf8')) as {
      overrides: { includes: string[] }[];
    };
    const folders = overrides.flatMap(({ includes }) => /^src\/(\w+)\/\*\*$/.exec(includes[0]!)?.[1] ?? []);
    expect(folders.length).toBeGreaterThan(10);
    for (const folder of folders) expect(page).toContain(`\`${folder}/\``);
  });
});
