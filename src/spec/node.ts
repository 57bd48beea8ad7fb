import * as z from 'zod';
import { pattern } from '../values/value.ts';

/** Every extension that some release has. */
export const EXTENSIONS = [
  'ipsec',
  'kerberos',
  'kernel-devel',
  'sandboxed-containers',
  'sysstat',
  'two-node-ha',
  'usbguard',
  'wasm',
] as const;

/** What the MachineConfig Operator does to a pool's nodes beside their image. */
export const node = {
  kernelType: z
    .enum(['default', 'realtime', '64k-pages'])
    .optional()
    .describe("The kernel's kind, as in a MachineConfig. The operator swaps the kernel of the image."),
  extensions: z
    .array(z.enum(EXTENSIONS))
    .min(1)
    .optional()
    .describe(
      "OpenShift's extensions, as in a MachineConfig. The operator adds their packages to the image.",
    ),
  kernelArguments: z
    .array(
      pattern(
        /^[^\s"'\p{Cc}]+$/u,
        'a kernel argument',
        'One argument an entry, without blanks: "hugepages=16".',
      ),
    )
    .min(1)
    .optional()
    .describe('Arguments for the kernel, as in a MachineConfig.'),
} as const;
