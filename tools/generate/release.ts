import { DOCUMENTS } from '../../src/spec/document.ts';
import { fence, NOTICE, table, yaml } from './markdown.ts';
import { RELEASE } from './render.ts';
import { keysOf } from './schema.ts';

/** docs/reference/release.md */
export function releasePage(): string {
  return [
    NOTICE,
    '# Release\n',
    'A release is one z-stream of OpenShift and its images, by digest. Pools name it as their `release:`.\n',
    table(keysOf(DOCUMENTS.Release)),
    'Unknown keys are errors, and so are tags where a digest belongs.\n',
    '## Example\n',
    'This digest is made up. `oc adm release info 4.19.3 --image-for=rhel-coreos` prints the real one.\n',
    fence('yaml', yaml(RELEASE)),
  ].join('\n');
}
