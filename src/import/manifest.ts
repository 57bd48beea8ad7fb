import type { PoolProps } from '../spec/pool.ts';

/** What a MachineOSConfig or MachineConfig says of a pool. */
export interface FromManifest {
  readonly kind: 'MachineOSConfig' | 'MachineConfig';
  readonly pool: string;
  /** Its Containerfile, below as many empty lines as there are above it in the file: lines are then those of the file. */
  readonly containerfile?: string;
  readonly settings: Partial<PoolProps>;
  readonly lines: readonly [number, number];
}

export type Data = Readonly<Record<string, unknown>>;

/** Says what is to be known of a value. */
export type Say = (
  code: string,
  message: string,
  hint: string,
  path: readonly string[],
  severity?: 'error',
) => void;

export function asData(value: unknown): Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Data) : {};
}

export function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A key as it is in the API, however it is spelt here. */
export function pick(data: Data, name: string): unknown {
  return data[name] ?? Object.entries(data).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}
