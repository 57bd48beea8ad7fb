/** Documents for `layers/*.yaml`. As JSON, which is YAML, and with everything escaped that a YAML file cannot hold as it is. */
export function documents(...all: object[]): string {
  return all.map((document) => `${escaped(document)}\n`).join('---\n');
}

function escaped(value: object): string {
  return JSON.stringify(value).replaceAll(/[^\u0020-\u007e]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

export function release(name: string, base: string, more: object = {}): object {
  return { kind: 'Release', name, amd64: { 'rhel-coreos': base, ...more } };
}

export interface PoolOptions {
  release?: string;
  image: string;
  layers: (string | object)[];
  build?: object;
  refresh?: string;
}

export function pool(name: string, { release = '4.18.3', image, ...rest }: PoolOptions): object {
  return { kind: 'Pool', name, release, ...rest, target: { machineConfig: { image } } };
}

export function layer(name: string, ...steps: object[]): object {
  return { kind: 'Layer', name, steps };
}

/** A layer that makes a build of its own kind, and quickly. */
export function motd(text: string): object {
  return { name: 'motd', steps: [{ files: [{ path: '/etc/motd', content: `${text}\n` }] }] };
}
