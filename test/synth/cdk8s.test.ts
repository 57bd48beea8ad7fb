import { cpSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readFiles } from '../../src/synth/dist.ts';
import { render } from '../../src/synth/synth.ts';
import { scenarios } from '../scenarios/scenarios.ts';
import { documents, LAYER, poolDocument, RELEASES } from './documents.ts';
import { asText, repositoryFrom, temporaryRepository } from './temporary-repository.ts';

const sources = [
  { name: 'the samples of this repository', folder: '.' },
  ...scenarios().map(({ name, input }) => ({ name: `the scenario ${name}`, folder: input })),
];

describe('layers synth and cdk8s synth', () => {
  it.each(sources)('write the same bytes for $name, and nothing new the second time', ({ folder }) => {
    const repository = repositoryFrom(folder);
    expect(repository.layers('synth').status).toBe(0);
    const ours = repository.dist();
    expect(Object.keys(ours).length).toBeGreaterThan(1);
    rmSync(join(repository.root, 'dist'), { recursive: true });
    const { status, stdout } = repository.cdk8s('synth');
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining('.k8s.yaml') });
    expect(repository.dist()).toEqual(ours);

    repository.git('init', '--quiet');
    repository.git('add', '--all');
    repository.git('commit', '--quiet', '--message', 'dist');
    expect(repository.layers('synth')).toMatchObject({ status: 0, stdout: '' });
    expect(repository.cdk8s('synth').status).toBe(0);
    expect(repository.git('status', '--porcelain')).toBe('');
  });

  it('find the dist/ of this repository up to date', () => {
    expect(asText(readFiles(resolve('dist')))).toEqual(asText(render('.').files));
  });

  it('write an empty dist/ where there is no pool yet', () => {
    const repository = temporaryRepository({ 'layers/a.yaml': documents(RELEASES, LAYER) });
    expect(repository.layers('synth').status).toBe(0);
    expect(repository.cdk8s('synth')).toMatchObject({ status: 0 });
    expect(repository.dist()).toEqual({});
  });

  it('empty dist/ where the last pool goes', () => {
    const repository = temporaryRepository({ 'layers/a.yaml': documents(RELEASES, LAYER, poolDocument()) });
    expect(repository.layers('synth').status).toBe(0);
    repository.write({ 'layers/a.yaml': RELEASES });
    expect(repository.layers('synth')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('removed dist/worker.build'),
    });
    expect(repository.dist()).toEqual({});
  });

  it('both refuse what is wrong with exit 2; layers synth leaves dist/ as it was, cdk8s synth none', () => {
    const repository = temporaryRepository({ 'layers/a.yaml': documents(RELEASES, LAYER, poolDocument()) });
    expect(repository.layers('synth').status).toBe(0);
    const before = repository.dist();
    repository.write({ 'layers/a.yaml': documents(RELEASES, LAYER, poolDocument({ layers: '[tolls]' })) });
    const ours = repository.layers('synth');
    expect(ours.status).toBe(2);
    expect(repository.dist()).toEqual(before);
    const theirs = repository.cdk8s('synth');
    expect(theirs.status).not.toBe(0);
    expect(theirs.stderr).toContain(ours.stderr.trimEnd().split('\n').slice(0, 3).join('\n'));
    expect(repository.dist()).toEqual({});
  });

  it('write manifests only under names that Argo CD reads, and nothing else under one of those', () => {
    const repository = temporaryRepository({
      'layers/a.yaml': documents(
        RELEASES,
        'kind: Layer\nname: tools\nsteps: [{ files: [{ path: /etc/a.yaml, content: a }, { path: /etc/b.json, content: b }, { path: /etc/c.jsonnet, content: c }] }]\n',
        poolDocument(),
      ),
    });
    expect(repository.layers('synth').status).toBe(0);
    expect(Object.keys(repository.dist()).filter((path) => /\.(ya?ml|json|jsonnet)$/.test(path))).toEqual([]);
  });

  it('is refused where cdk8s.yaml has another output, because the runner and reviewers look in dist/', () => {
    const repository = temporaryRepository({ 'layers/a.yaml': documents(RELEASES, LAYER, poolDocument()) });
    repository.write({
      'cdk8s.yaml': repository.read('cdk8s.yaml').replace('output: dist', 'output: manifests'),
    });
    expect(repository.layers('synth')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^cdk8s\.yaml:3:9 error.*output-not-dist/),
    });
    expect(repository.dist()).toEqual({});
  });

  it('does not depend on where the repository is, or on what else is in dist/', () => {
    const repository = repositoryFrom('.');
    expect(repository.layers('synth').status).toBe(0);
    const elsewhere = temporaryRepository({ 'dist/left/over.yaml': 'x' });
    cpSync(join(repository.root, 'layers'), join(elsewhere.root, 'layers'), { recursive: true });
    expect(elsewhere.layers('synth').status).toBe(0);
    expect(elsewhere.dist()).toEqual(repository.dist());
    expect(JSON.stringify(elsewhere.dist())).not.toContain(elsewhere.root);
  });
});
