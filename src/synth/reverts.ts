import { parseAllDocuments } from 'yaml';
import type { Diagnostic } from '../diagnostics.ts';
import type { Files } from './dist.ts';

/** Objects whose removal gives nodes back their old OS, or another pool's. */
const HOLDS_NODES = new Set(['MachineConfig', 'MachineOSConfig', 'MachineConfigPool']);

/** Warns of each object that would be gone from `dist/`: whoever applies it un-installs an image, and nodes reboot. */
export function reverts(before: Content, after: Files): Diagnostic[] {
  return lostObjects(before, after).map(
    ({ kind, name, path }): Diagnostic => ({
      code: 'reverts-nodes',
      severity: 'warning',
      source: 'finding',
      message: `REVERTS NODES: dist/${path} no longer has the ${kind} ${name}`,
      hint: 'Its nodes go back to what they had before, and reboot. If that is not meant: was a pool or its lock removed?',
    }),
  );
}

/** The objects that hold nodes and are gone, by the file below `dist/` that had them. */
export function lostObjects(before: Content, after: Content): NodeObject[] {
  const kept = objectsIn(after);
  return [...objectsIn(before)].flatMap(([identity, found]) => (kept.has(identity) ? [] : [found]));
}

/** Files as they are found: a link has no content. */
type Content = ReadonlyMap<string, string | Uint8Array | undefined>;

export interface NodeObject {
  readonly kind: string;
  readonly name: string;
  readonly path: string;
}

/** By cluster, kind and name: a file may be called otherwise from one synth to the next. */
function objectsIn(files: Content): Map<string, NodeObject> {
  const found = new Map<string, NodeObject>();
  for (const [path, content] of files) {
    if (content === undefined || !path.endsWith('.k8s.yaml') || path.startsWith('builds/')) continue;
    const text = typeof content === 'string' ? content : Buffer.from(content).toString('utf8');
    // Most files have none of them, and need not be parsed.
    if (!/^kind: Machine/m.test(text)) continue;
    for (const document of parseAllDocuments(text)) {
      const { kind, metadata } = (document.toJS() ?? {}) as { kind?: string; metadata?: { name?: string } };
      if (kind === undefined || metadata?.name === undefined || !HOLDS_NODES.has(kind)) continue;
      const folder = path.slice(0, path.lastIndexOf('/') + 1);
      found.set(`${folder}${kind}/${metadata.name}`, { kind, name: metadata.name, path });
    }
  }
  return found;
}
