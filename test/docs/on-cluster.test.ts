import { expect, it } from 'vitest';
import { build, custom, OBJECTS, POOLS, saved } from '../cli/saved-infra.ts';
import { documents, RELEASES } from '../synth/documents.ts';
import { temporaryRepository } from '../synth/temporary-repository.ts';
import { blocksOf } from './blocks.ts';

/** What the cluster has, before the packages of POOLS were put into git. */
const LIVE = custom('MachineOSConfig', 'infra', {
  machineConfigPool: { name: 'infra' },
  imageBuilder: { imageBuilderType: 'Job' },
  renderedImagePushSecret: { name: 'os-push' },
  renderedImagePushSpec: 'registry.example.com/os/infra:latest',
  containerFile: [{ containerfileArch: 'NoArch', content: 'FROM configs AS final\n' }],
});

it('the page on on-cluster builds shows what layers explain --mosb prints', () => {
  const command = '$ layers explain infra --mosb --from must-gather\n';
  const block = blocksOf('docs/on-cluster-builds.md').find(({ text }) => text.startsWith(command))!;
  const inFolder = (objects: readonly object[]) => ({
    'must-gather/objects.json': saved(objects)['saved/objects.json']!,
  });
  const explain = (files: Record<string, string>) => {
    const made = temporaryRepository(files);
    if ('layers/pools.yaml' in files) made.layers('synth');
    return made.layers('explain', 'infra', '--mosb', '--from', 'must-gather').stdout;
  };
  const [name] = explain(inFolder([...OBJECTS, LIVE])).split(' ');
  const files = {
    'layers/pools.yaml': documents(POOLS, RELEASES),
    ...inFolder([...OBJECTS, LIVE, build(name!)]),
  };
  expect(`${command}${explain(files)}`).toBe(block.text);
});
