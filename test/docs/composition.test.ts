import { describe, expect, it } from 'vitest';
import { documents, poolDocument, RELEASES } from '../synth/documents.ts';
import { temporaryRepository } from '../synth/temporary-repository.ts';
import { blocksOf } from './blocks.ts';

const blocks = blocksOf('docs/composition.md');
const [pools, layers, lean] = blocks.filter(({ language }) => language === 'yaml').map(({ text }) => text);
const [explained, conflict] = blocks.filter(({ language }) => language === 'text').map(({ text }) => text);

const files = {
  'layers/pools.yaml': pools!,
  'layers/layers.yaml': layers!,
  'layers/releases.yaml': RELEASES,
};

describe('docs/composition.md', () => {
  it('shows what layers explain prints', () => {
    const { status, stdout } = temporaryRepository(files).layers('explain', 'canary', 'layers');
    expect(stdout).toBe(explained);
    expect(status).toBe(0);
  });

  it('shows what is said of a conflict', () => {
    const repository = temporaryRepository({
      ...files,
      'layers/layers.yaml': documents(layers!, lean!),
      'layers/edge.yaml': poolDocument({ name: 'edge', layers: '[lean]' }),
    });
    const { status, stderr } = repository.layers('synth');
    expect(stderr).toContain(conflict);
    expect(status).toBe(2);
  });
});
