import { relative } from 'node:path';
import type { BuildEvent } from '../../build/events.ts';
import { describeHold } from '../../spec/lock.ts';
import { bytes, duration } from './amounts.ts';
import type { Paint } from './colors.ts';
import { describePassed, describeUntried } from './preflight.ts';
import { harmless } from './terminal.ts';

/** What an event says, without the pools that it is of. Nothing for what only a live view shows. */
export function describe(event: BuildEvent, paint: Paint): readonly string[] {
  switch (event.type) {
    case 'waiting':
      return [`waiting for another layers at work in this repository: process ${event.pid} on ${event.host}`];
    case 'resumed':
      return [`going on with ${event.pools.join(', ') || 'all pools'}`];
    case 'nothing-to-resume':
      return ['the last run here came to its end: nothing to go on with, so this is a new one'];
    case 'skipped':
      if (event.why === 'follows')
        return [`follows ${event.leader}; \`layers pin promote ${event.leader} ${event.pool}\` moves it`];
      if (event.why === 'held') return [`${paint('yellow', 'held')}: ${harmless(describeHold(event.hold))}`];
      if (event.why === 'entitlement') return [describeUntried(paint)];
      return [
        event.why === 'cluster'
          ? 'built by the cluster, from its MachineOSConfig'
          : `built by its Job; then \`layers build ${event.pool} --pin --adopt\``,
      ];
    case 'up-to-date':
      return [paint('green', 'nothing to build')];
    case 'known':
      return [paint('green', 'built before')];
    case 'started':
      return [
        `${event.preflight ? "trying the cluster's build" : 'building'} with ${event.engine} ${event.version}`,
        paint('dim', `log: ${relative('.', event.log)}`),
      ];
    case 'preflight-passed':
      return describePassed(event, paint);
    case 'queued':
    case 'cached':
    case 'sent':
      return [];
    case 'step':
    case 'examine':
    case 'push-waits':
    case 'push':
    case 'retry':
      return [doing(event, paint)];
    case 'shell':
      return [
        `${paint('yellow', 'shell')} before the instruction that failed; leave it by \`exit\``,
        ...event.instruction.split('\n').map((line) => `  ${harmless(line)}`),
        `\`sh ${event.script}\` runs it again`,
      ];
    case 'low-space':
      return [
        `${paint('yellow', 'space')} ${event.folder} has ${bytes(event.free)} free, and the builds that run may need ${bytes(event.needed)}`,
      ];
    case 'copied':
      return [`copied to ${event.image}`];
    case 'adopted':
      return [`${paint('yellow', 'adopted')} ${event.image}@${event.digest}`];
    case 'finished': {
      const how = paint('green', event.pushed ? 'pushed and verified' : 'built, not pushed');
      return [`${how} in ${duration(event.seconds * 1000)}`];
    }
    case 'indexed': {
      const how = paint('green', event.pushed ? 'index pushed and verified' : 'index made, not pushed');
      return [`${how}, for ${event.architectures.join(', ')}`];
    }
    case 'push-rejected':
      return [
        `${paint('yellow', 'again')} ${event.to} rejected the push (${harmless(event.why)}), and is tried in ${event.seconds.toFixed(1)}s`,
      ];
    case 'superseded':
      return [`${paint('yellow', 'superseded')} at ${event.where}, ${event.why}: not pinned`];
    case 'build-failed':
      return [`${paint('red', 'failed')}: ${harmless(event.message)}`];
  }
}

/** After these a build runs no more. */
export const ENDS: readonly BuildEvent['type'][] = [
  'finished',
  'preflight-passed',
  'build-failed',
  'skipped',
];

export type Doing = Extract<BuildEvent, { type: 'step' | 'examine' | 'push-waits' | 'push' | 'retry' }>;

/** What a build is doing, on one line; `sent`: how many bytes of a push are out. */
export function doing(event: Doing, paint: Paint, sent = 0): string {
  switch (event.type) {
    case 'step': {
      const from = event.from === undefined ? '' : `${event.from}: `;
      const instruction = harmless(event.instruction.replaceAll(/\s+/g, ' '));
      return `${paint('cyan', `[${event.index}/${event.total}]`)} ${from}${instruction}`;
    }
    case 'examine':
      return `${paint('cyan', 'check')} looking for secrets in the layers`;
    case 'push-waits':
      return `${paint('cyan', 'push')} waits for another build that pushes the same layers`;
    case 'push':
      return `${paint('cyan', 'push')} ${sent === 0 ? '' : `${bytes(sent)} to `}${event.destination}`;
    case 'retry':
      return `${paint('yellow', 'again')} ${event.what}: attempt ${event.attempt} of ${event.attempts} in ${event.seconds}s`;
  }
}

/** The pools that events are of, as people tell builds apart: the names of two, or the first and how many more. */
export function namer(): (event: BuildEvent) => string | undefined {
  const names = new Map<string, string>();
  return (event) => {
    if ('pools' in event && 'hash' in event) {
      const its = 'architecture' in event && event.architecture ? ` for ${event.architecture}` : '';
      names.set(event.hash, `${nameOf(event.pools)}${its}`);
    }
    if ('pool' in event) return event.pool;
    return 'hash' in event ? names.get(event.hash) : undefined;
  };
}

function nameOf(pools: readonly string[]): string {
  return pools.length <= 2 ? pools.join(', ') : `${pools[0]} +${pools.length - 1}`;
}
