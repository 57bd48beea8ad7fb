import * as z from 'zod';
import { keyed, length, matches, subdomain, text } from './text.ts';

const int64 = z.custom<number>((value) => Number.isInteger(value) && Number(value) >= 0, {
  message: 'this must be a whole number, 0 or more',
});

export const dateTime = text(
  matches(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
    'a time',
    'Write 2026-11-22T03:00:00Z.',
  ),
);

const condition = z.strictObject({
  lastTransitionTime: dateTime,
  message: text(length(32768)),
  observedGeneration: int64.optional(),
  reason: text(length(1024, 1), matches(/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/, 'a reason')),
  status: z.enum(['True', 'False', 'Unknown']),
  type: text(
    length(316),
    matches(
      /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$/,
      'a type',
    ),
  ),
});

/** An object that the operator refers to. */
export const reference = z.strictObject({
  group: text(length(253), subdomain),
  name: text(length(253, 1), subdomain),
  namespace: text(length(63, 1), matches(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'a namespace')).optional(),
  resource: text(length(63, 1), matches(/^[a-z]([-a-z0-9]*[a-z0-9])?$/, 'a resource')),
});

/** The image that the operator built: one namespace at most. */
export const digested = text(
  length(447, 1),
  matches(
    /^([a-zA-Z0-9-]+\.)+[a-zA-Z0-9-]+(:[0-9]{2,5})?\/([a-zA-Z0-9-_]{0,61}\/)?[a-zA-Z0-9-_.]*?@sha256:[a-f0-9]{64}$/,
    'an image by digest',
    'It is host[:port][/namespace]/name@sha256:<64 hexadecimal digits>.',
  ),
);

export const conditions = (most?: number) => keyed(condition, ['type'], most);

export const machineOSConfigStatus = z.strictObject({
  observedGeneration: int64.optional(),
  currentImagePullSpec: digested.optional(),
  machineOSBuild: reference.optional(),
  conditions: conditions().optional(),
});
