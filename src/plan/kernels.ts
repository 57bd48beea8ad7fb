/** The packages of each kernel, the one first that tells whether it is there. In the order they are looked for. */
export const KERNELS = {
  realtime: ['kernel-rt-core', 'kernel-rt-modules', 'kernel-rt-modules-extra', 'kernel-rt-kvm'],
  '64k-pages': [
    ...['kernel-64k-core', 'kernel-64k-modules'],
    ...['kernel-64k-modules-core', 'kernel-64k-modules-extra'],
  ],
  default: ['kernel', 'kernel-core', 'kernel-modules', 'kernel-modules-core', 'kernel-modules-extra'],
} as const;

export type KernelType = keyof typeof KERNELS;
