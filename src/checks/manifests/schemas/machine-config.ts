import * as z from 'zod';
import { object } from './text.ts';

/** A MachineConfig as the API server takes it. */
export const machineConfig = z.strictObject({
  ...object,
  spec: z
    .strictObject({
      baseOSExtensionsContainerImage: z.string().optional(),
      config: z.looseObject({}).optional(),
      extensions: z.array(z.string()).optional(),
      fips: z.boolean().optional(),
      kernelArguments: z.array(z.string()).nullable().optional(),
      kernelType: z.string().optional(),
      osImageURL: z.string().optional(),
    })
    .optional(),
});
