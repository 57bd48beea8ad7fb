import { isMap, isScalar, LineCounter, parseAllDocuments, type Scalar } from 'yaml';
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
    const broken = document.errors[0];
    if (broken !== undefined) {
      const line = counter.linePos(broken.pos[0]).line;
      const message = broken.message.split('\n')[0]!;
      report({
        code: 'invalid-yaml',
        severity: 'error',
        message,
        hint: 'Correct the YAML first.',
        lines: [line, line],
      });
      return [];
    }
    if (!isMap(document.contents)) return [];
    const data = document.toJS({ maxAliasCount: 100 }) as Data;
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

/** A block's text begins on the line after its key's. */
function placed(node: Scalar, counter: LineCounter): string | undefined {
  if (typeof node.value !== 'string') return undefined;
  const { line } = counter.linePos(node.range![0]);
  const isBlock = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
  return '\n'.repeat(isBlock ? line : line - 1) + node.value;
}
