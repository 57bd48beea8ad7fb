import { DOCUMENTS } from '../../src/spec/document.ts';
import { fence, NOTICE, table, yaml } from './markdown.ts';
import { keysOf } from './schema.ts';

const DEFAULTS = [
  { kind: 'PoolDefaults', release: '4.19.3', layers: ['remote-logs'] },
  {
    kind: 'PoolDefaults',
    name: 'on-cluster',
    target: {
      machineOSConfig: {
        renderedImagePushSpec: 'registry.example.com/os/infra:latest',
        renderedImagePushSecret: { name: 'os-push' },
      },
    },
  },
  { kind: 'Pool', name: 'infra', extends: 'on-cluster' },
];

/** docs/reference/pool-defaults.md */
export function poolDefaultsPage(): string {
  return [
    NOTICE,
    '# PoolDefaults\n',
    'What several [pools](pool.md) have in common. [Composition](../composition.md) says what holds where it is written',
    'twice.\n',
    table(keysOf(DOCUMENTS.PoolDefaults).filter(({ path }) => !/^layers\[\]|^target\.|^build\./.test(path))),
    'The keys below `build` and `target` are those of a [pool](pool.md). Unknown keys are errors.\n',
    '## Example\n',
    fence('yaml', yaml(...DEFAULTS)),
  ].join('\n');
}
