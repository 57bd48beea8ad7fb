import { systemd } from '../../steps/systemd.ts';
import { type Idiom, wordsOf } from '../scope.ts';
import { readOptions } from './options.ts';

const TYPES = /\.(?:service|socket|device|mount|automount|swap|target|path|timer|slice|scope)$/;

export const systemctl: Idiom = {
  name: 'systemctl',
  examples: [
    { code: 'systemctl enable ipsec', becomes: 'systemd' },
    { code: 'systemctl mask --root=/ debug-shell.service', becomes: 'systemd' },
  ],
  recognize(found) {
    const [program, ...rest] = wordsOf(found) ?? [];
    if (program !== 'systemctl') return undefined;
    const read = readOptions(rest, {
      '--root': 'value',
      '-q': 'flag',
      '--quiet': 'flag',
      '--system': 'flag',
    });
    const [verb, ...names] = read?.operands ?? [];
    if (read === undefined || read.options.get('--root')?.some((root) => root !== '/')) return undefined;
    if (verb !== 'enable' && verb !== 'disable' && verb !== 'mask') return undefined;
    // systemctl takes a name without a type for a service.
    const units = names.map((name) => (TYPES.test(name) ? name : `${name}.service`));
    const props = { [verb]: units };
    return systemd.schema.safeParse(props).success ? { steps: [{ systemd: props }] } : undefined;
  },
};
