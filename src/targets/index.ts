import { machineConfig } from './machine-config.ts';
import { machineOSConfig } from './machine-os-config.ts';

/** Every target there is. */
export const TARGETS = { machineConfig, machineOSConfig } as const;

export type TargetName = keyof typeof TARGETS;
