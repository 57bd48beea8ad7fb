import { type Document, isMap, isScalar, LineCounter, parseAllDocuments, type Scalar } from 'yaml';
import { machineConfig } from './machine-config.ts';
import { machineOSConfig } from './machine-os-config.ts';
import type { Data, FromManifest } from './manifest.ts';
import type { Remark } from './scope.ts';

/** The manifests of a YAML file that pools can be made of. */
export function readManifests(text: string, report: (remark: Remark) => void): FromManifest[] {
  const counter = new LineCounter();
  return parseAllDocuments(text, { lineCounter: counter }).flatMap((document) => {
    const lineAt = (path: readonly (string | number)[]): number => {
      const node = document.getIn(path, true) as { range?: [number, number, number] } | undefined;
      return counter.linePos(node?.range?.[0] ?? document.range?.[0] ?? 0).line;
    };
    const data = dataOf(document);
    if (typeof data === 'string') {
      const line = counter.linePos(document.errors[0]?.pos[0] ?? 0).line;
      const hint = 'Correct the YAML first.';
      report({ code: 'invalid-yaml', severity: 'error', message: data, hint, lines: [line, line] });
      return [];
    }
    if (data === undefined) return [];
    const line = lineAt(['kind']);
    const say = (
      code: string,
      message: string,
      hint: string,
      path: readonly string[],
      severity?: 'error',
    ): void => {
      const at = lineAt(path);
      report({ code, message, hint, lines: [at, at], ...(severity && { severity }) });
    };
    if (data.kind === 'MachineConfig') return machineConfig(data, [line, line], say) ?? [];
    if (data.kind === 'MachineOSConfig') {
      const content = (path: readonly (string | number)[]): string | undefined => {
        const node = document.getIn(path, true);
        return isScalar(node) ? placed(node as Scalar, counter) : undefined;
      };
      return machineOSConfig(data, [line, line], content, say) ?? [];
    }
    say(
      'not-importable',
      `${typeof data.kind === 'string' ? data.kind : 'this document'} is nothing to make a pool of`,
      'Import Containerfiles, MachineOSConfigs and MachineConfigs.',
      ['kind'],
      'error',
    );
    return [];
  });
}

/** A document's data, or what is wrong with it; nothing where it is no mapping. */
function dataOf(document: Document): Data | string | undefined {
  const [broken] = document.errors;
  if (broken !== undefined) return broken.message.split('\n')[0]!;
  if (!isMap(document.contents)) return undefined;
  try {
    return document.toJS({ maxAliasCount: 100 }) as Data;
  } catch (error) {
    // Aliases of nothing, or of too much.
    return (error as Error).message;
  }
}

/** A block's text begins on the line after its key's. */
function placed(node: Scalar, counter: LineCounter): string | undefined {
  if (typeof node.value !== 'string') return undefined;
  const { line } = counter.linePos(node.range![0]);
  const isBlock = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
  return '\n'.repeat(isBlock ? line : line - 1) + node.value;
}
