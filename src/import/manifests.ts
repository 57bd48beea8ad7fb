import { isMap, isScalar, LineCounter, parseAllDocuments, type Scalar } from 'yaml';
import type { PoolProps } from '../spec/pool.ts';
import { parseImageRef } from '../values/image-ref.ts';
import { ValueError } from '../values/value.ts';
import type { Remark } from './scope.ts';

/** What a MachineOSConfig or MachineConfig says of a pool. */
export interface FromManifest {
  readonly kind: 'MachineOSConfig' | 'MachineConfig';
  readonly pool: string;
  /** Its Containerfile, below as many empty lines as there are above it in the file: lines are then those of the file. */
  readonly containerfile?: string;
  readonly settings: Partial<PoolProps>;
  readonly lines: readonly [number, number];
}

type Data = Readonly<Record<string, unknown>>;

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
      report({ code: 'invalid-yaml', severity: 'error', message, hint: 'Correct the YAML first.', lines: [line, line] });
      return [];
    }
    if (!isMap(document.contents)) return [];
    const data = document.toJS({ maxAliasCount: 100 }) as Data;
    const line = lineAt(['kind']);
    const say = (code: string, message: string, hint: string, path: readonly string[], severity?: 'error'): void => {
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

type Say = (code: string, message: string, hint: string, path: readonly string[], severity?: 'error') => void;

/** A block's text begins on the line after its key's. */
function placed(node: Scalar, counter: LineCounter): string | undefined {
  if (typeof node.value !== 'string') return undefined;
  const { line } = counter.linePos(node.range![0]);
  const isBlock = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
  return '\n'.repeat(isBlock ? line : line - 1) + node.value;
}

function asData(value: unknown): Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Data) : {};
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A key as it is in the API, however it is spelt here. */
function pick(data: Data, name: string): unknown {
  return data[name] ?? Object.entries(data).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

const OF_MACHINE_OS_CONFIG = [
  ...['machineConfigPool', 'containerFile', 'imageBuilder', 'renderedImagePushSpec', 'renderedImagePushSecret'],
  ...['baseImagePullSecret', 'buildInputs', 'buildOutputs'],
].map((key) => key.toLowerCase());

function machineOSConfig(
  data: Data,
  lines: readonly [number, number],
  content: (path: readonly (string | number)[]) => string | undefined,
  say: Say,
): FromManifest | undefined {
  const spec = asData(data.spec);
  // The older form of it, v1alpha1, had these one level below.
  const inputs = { ...spec, ...asData(spec.buildInputs) };
  const pool = asText(asData(spec.machineConfigPool).name) ?? asText(asData(data.metadata).name);
  if (pool === undefined) {
    say('no-pool', 'this MachineOSConfig does not name its pool', 'Write spec.machineConfigPool.name.', ['spec'], 'error');
    return undefined;
  }
  for (const key of Object.keys(spec)) {
    if (OF_MACHINE_OS_CONFIG.includes(key.toLowerCase())) continue;
    say('field-left-out', `spec.${key} is left out`, 'A pool has no such setting.', ['spec', key]);
  }
  const files = pick(inputs, 'containerFile');
  const all = Array.isArray(files) ? files.map(asData) : [];
  const index = all.findIndex(({ containerfileArch: arch }) => arch === undefined || /^noarch$/i.test(String(arch)));
  if (all.length > (index < 0 ? 0 : 1)) {
    say('arch-left-out', 'only the content for NoArch is imported', 'The operator builds no other.', ['spec', 'containerFile']);
  }
  const inputsPath = spec.buildInputs === undefined ? ['spec'] : ['spec', 'buildInputs'];
  const containerfile = index < 0 ? undefined : content([...inputsPath, 'containerFile', index, 'content']);
  const secret = (name: string) => asText(asData(pick(inputs, name)).name);
  const baseImagePullSecret = secret('baseImagePullSecret');
  return {
    kind: 'MachineOSConfig',
    pool,
    lines,
    ...(containerfile !== undefined && { containerfile }),
    settings: {
      target: {
        machineOSConfig: {
          renderedImagePushSpec: asText(pick(inputs, 'renderedImagePushSpec')) ?? '',
          renderedImagePushSecret: { name: secret('renderedImagePushSecret') ?? '' },
          ...(baseImagePullSecret !== undefined && { baseImagePullSecret: { name: baseImagePullSecret } }),
        },
      },
    },
  };
}

const ROLE = 'machineconfiguration.openshift.io/role';
const OF_MACHINE_CONFIG = ['osImageURL', 'kernelArguments', 'kernelType', 'extensions'];

function machineConfig(data: Data, lines: readonly [number, number], say: Say): FromManifest | undefined {
  const spec = asData(data.spec);
  const pool = asText(asData(asData(data.metadata).labels)[ROLE]);
  if (pool === undefined) {
    say('no-pool', 'this MachineConfig does not name its pool', `Write the label ${ROLE}.`, ['metadata'], 'error');
    return undefined;
  }
  for (const key of Object.keys(spec)) {
    if (OF_MACHINE_CONFIG.includes(key) || isEmpty(spec[key])) continue;
    say('field-left-out', `spec.${key} is left out`, 'Keep it in a MachineConfig of its own: a pool has no such setting.', [
      'spec',
      key,
    ]);
  }
  const list = (value: unknown) => (Array.isArray(value) ? value.map(String).flatMap((item) => item.split(/\s+/)) : []);
  const kernelArguments = list(spec.kernelArguments).filter((item) => item !== '');
  const extensions = list(spec.extensions);
  const url = asText(spec.osImageURL);
  return {
    kind: 'MachineConfig',
    pool,
    lines,
    settings: {
      ...(spec.kernelType !== undefined && spec.kernelType !== '' && { kernelType: spec.kernelType as 'default' }),
      ...(extensions.length > 0 && { extensions: extensions as ['ipsec'] }),
      ...(kernelArguments.length > 0 && { kernelArguments }),
      ...(url !== undefined && { target: { machineConfig: { image: repositoryOf(url, say) } } }),
    },
  };
}

/** An Ignition configuration without anything in it is what some tools write. */
function isEmpty(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === undefined || value === null || value === false || value === '';
  return Object.entries(value).every(([key, item]) => key === 'ignition' || isEmpty(item));
}

function repositoryOf(url: string, say: Say): string {
  try {
    const { registry, repository } = parseImageRef(url);
    return `${registry}/${repository}`;
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    say('invalid-image', error.message, error.hint ?? 'Correct the image first.', ['spec', 'osImageURL'], 'error');
    return '';
  }
}
