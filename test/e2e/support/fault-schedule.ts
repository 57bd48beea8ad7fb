import type { Fate } from './proxy.ts';
import { pick, type Random } from './texts.ts';

/** A fault of a schedule: which requests it is about, by the order they come in, and what becomes of them. */
export interface Fault {
  readonly about: keyof typeof REQUESTS;
  /** How many such requests pass before it, and how many it then has. */
  readonly after: number;
  readonly times: number;
  readonly fate: Fate | 'corrupt';
}

/** What is asked of a registry while an image is built, pushed and checked. */
const REQUESTS = {
  anything: /./,
  ping: /^GET \/v2\/$/,
  'the manifest of the base': /^(?:GET|HEAD) \/v2\/fixture\/.*\/manifests\//,
  'the blobs of the base': /^(?:GET|HEAD) \/v2\/fixture\/.*\/blobs\//,
  'whether a blob is there': /^HEAD \/v2\/os\/.*\/blobs\//,
  'the beginning of an upload': /^POST /,
  'the bytes of an upload': /^PATCH /,
  'the end of an upload': /^PUT .*\/blobs\//,
  'the manifest of the image': /^PUT .*\/manifests\//,
  'the image as it is checked': /^(?:GET|HEAD) \/v2\/os\/.*\/manifests\//,
  'its configuration as it is checked': /^GET \/v2\/os\/.*\/blobs\//,
} as const;

const FATES: readonly Fault['fate'][] = [
  ...(['stall', 'reset', 'cut', 'corrupt', 'reset', 'cut'] as const),
  ...[500, 502, 503, 401, 403, 404, 429],
  ...[{ late: 200 }, { late: 1500 }],
  ...[
    { status: 429, retryAfter: 1 },
    { status: 503, retryAfter: 2 },
  ],
];

export function scheduleFrom(random: Random): Fault[] {
  const length = 1 + Math.floor(random() * 3);
  return Array.from({ length }, () => ({
    about: pick(Object.keys(REQUESTS) as Fault['about'][], random),
    after: Math.floor(random() * random() * 6),
    // Some never end.
    times: random() < 0.15 ? Number.POSITIVE_INFINITY : 1 + Math.floor(random() * 4),
    fate: pick(FATES, random),
  }));
}

/** Decides by a schedule; the first of its faults that has a request takes it. */
export function player(schedule: readonly Fault[]): (request: string) => Fault['fate'] {
  const seen = schedule.map(() => 0);
  return (request) => {
    let fate: Fault['fate'] = 'pass';
    for (const [index, { about, after, times, fate: wanted }] of schedule.entries()) {
      if (!REQUESTS[about].test(request)) continue;
      seen[index]! += 1;
      if (fate === 'pass' && seen[index]! > after && seen[index]! <= after + times) fate = wanted;
    }
    return fate;
  };
}
