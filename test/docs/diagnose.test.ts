import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import yaml from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { CLUSTER } from '../../src/checks/codes.ts';
import { STAGES } from '../../src/diagnose/stages/index.ts';
import * as k from '../diagnose/cluster.ts';
import { folderOf } from '../gathered/folder.ts';
import { documents, ON_CLUSTER, poolDocument, RELEASES } from '../synth/documents.ts';
import { temporaryRepository } from '../synth/temporary-repository.ts';
import { blocksOf } from './blocks.ts';

const PAGE = 'docs/when-a-cluster-build-fails.md';
const page = readFileSync(PAGE, 'utf8');

const LAYER = `kind: Layer
name: tools
steps:
  - packages:
      install: [htop, cowsay]
`;

/** A folder as the page has people save it, of the pool of a repository. */
function saved(content: string, instruction: string): string {
  const items = [
    k.config({ containerFile: [{ containerfileArch: 'NoArch', content }] }),
    k.pool([], {}),
    k.build('Failed'),
  ];
  const list = (...objects: k.Saved[]) => ({ apiVersion: 'v1', kind: 'List', items: objects });
  return folderOf({
    'saved/cluster.yaml': list(...items),
    'saved/operator.yaml': list(k.FAILED_JOB, k.pod(), k.BUILDER_POD, ...k.auxiliary(content).slice(0, 1)),
    [`saved/${k.POD}.log`]: k.failingLog(
      instruction,
      '[3/3] STEP 2/3:',
      'No match for argument: cowsay\nError: Unable to find a match: cowsay',
    ),
  });
}

describe(PAGE, () => {
  it('has what it prints', () => {
    const repository = temporaryRepository({
      'layers/pools.yaml': poolDocument({ name: 'infra', target: ON_CLUSTER }),
      'layers/layers.yaml': documents(LAYER, RELEASES),
    });
    expect(repository.layers('synth').status).toBe(0);
    const objects = yaml.loadAll(repository.read('dist/infra.k8s.yaml')) as {
      spec: { containerFile?: { content: string }[] };
    }[];
    const content = objects.flatMap(({ spec }) => spec.containerFile ?? [])[0]!.content;
    const instruction = content
      .slice(content.indexOf('RUN dnf'))
      .replace(/\nRUN[\s\S]*/, '')
      .replaceAll(/\\\n/g, '')
      .trim();
    const { stdout } = repository.layers('diagnose', join(saved(content, instruction), 'saved'));
    const [block] = blocksOf(PAGE).filter(({ language }) => language === 'console');
    expect(block!.text).toBe(`$ layers diagnose saved\n${stdout}`);
  });

  it.each(Object.keys(CLUSTER))('says what %s is', (code) => {
    expect(page).toMatch(new RegExp(`^\\| (?:.*, )?\`${code}\``, 'm'));
  });

  it.each(STAGES.map(({ title }) => title))('has the stage %s', (title) => {
    expect(page).toMatch(new RegExp(`^\\| ${title} \\|`, 'm'));
  });
});
