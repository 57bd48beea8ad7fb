import { DOCUMENTS } from '../../src/spec/document.ts';
import { fence, NOTICE, table, yaml } from './markdown.ts';
import { keysOf } from './schema.ts';

const CLUSTER = {
  kind: 'Cluster',
  name: 'prod-eu-1',
  labels: { env: 'prod' },
  release: '4.19.3',
  registry: { push: 'core.example.com/os', pull: 'mirror.eu.example.com/os' },
};

/** docs/reference/cluster.md */
export function clusterPage(): string {
  return [
    NOTICE,
    '# Cluster\n',
    'One of several clusters, which [pools](pool.md) select by name or by labels. With one cluster there is none of these:',
    'see [several clusters](../fleets.md).\n',
    table(keysOf(DOCUMENTS.Cluster)),
    'Unknown keys are errors.\n',
    '## Example\n',
    fence('yaml', yaml(CLUSTER)),
  ].join('\n');
}
