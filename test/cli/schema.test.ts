import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryFiles } from '../../src/init/repository.ts';
import { documentSchema } from '../../src/spec/json-schema.ts';
import { temporaryRepository } from '../synth/temporary-repository.ts';

describe('layers schema', () => {
  it('prints the JSON Schema, which is the file of the package', () => {
    const repository = temporaryRepository();
    const { status, stdout, stderr } = repository.layers('schema');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual(documentSchema());
    expect(repository.layers('schema', '--output', 'json').stdout).toBe(stdout);
    expect(readFileSync('lib/schema.json', 'utf8')).toBe(stdout);
    expect(JSON.parse(readFileSync('package.json', 'utf8')).files).toContain('lib');
  });

  it('says where that is', () => {
    const path = resolve('lib/schema.json');
    expect(temporaryRepository().layers('schema', '--path').stdout).toBe(`${path}\n`);
    const json = temporaryRepository().layers('schema', '--path', '--output', 'json');
    expect(JSON.parse(json.stdout)).toEqual({ path });
  });
});

it('the documents that init writes name the schema where npm puts it', () => {
  const manifest = { name: 'x', version: '1', engines: { node: '1' }, dependencies: {}, devDependencies: {} };
  const documents = [...repositoryFiles('/x', manifest, '1')].filter(([path]) => path.startsWith('layers/'));
  expect(documents).toHaveLength(3);
  for (const [path, text] of documents) {
    const [, schema] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text) ?? [];
    expect(resolve(`/x/${path}`, '..', schema!)).toBe('/x/node_modules/cdk8s-os-layers/lib/schema.json');
  }
});
