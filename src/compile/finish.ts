import { type Command, command, type Run } from '../containerfile/instruction.ts';
import { isAtLeast, type ReleaseVersion } from '../values/release-version.ts';

/** Removes what dnf leaves in /var, which does not ship. Its logs go last, for `clean all` writes them as well. */
const CACHES = 'rm -rf /var/cache/dnf /var/lib/dnf /var/log/dnf*.log /var/log/hawkey.log';
/** What dnf's plugin for subscriptions leaves besides, where it finds certificates. */
const SUBSCRIPTION = '/var/lib/rhsm /var/log/rhsm';

/** How every RUN of a stage ends, and the stage itself, by release. */
export interface Ending {
  /** A step's RUN, cleaned up and committed. */
  run(run: Run): Run;
  /** The last RUN, where the stage needs one: what the steps left for the end, and the release's own last check. */
  last(commands: readonly Command[]): Run | undefined;
}

/** Up to 4.18 every RUN commits by itself; from 4.19 on one check ends the stage. */
export function endingOf(release: ReleaseVersion, isEntitled: boolean): Ending {
  const clean = ['dnf clean all', isEntitled ? `${CACHES} ${SUBSCRIPTION}` : CACHES].map(command);
  const lintsOnce = isAtLeast(release, '4.19');
  const commit = lintsOnce ? [] : [command('ostree container commit')];
  const finish = (run: Run): Run => ({
    ...run,
    commands: [...run.commands, ...(run.cleans ? clean : []), ...commit],
  });
  return {
    run: finish,
    last(commands) {
      if (lintsOnce)
        return { kind: 'run', commands: [...commands, command('bootc container lint')], cleans: false };
      return commands.length === 0 ? undefined : finish({ kind: 'run', commands, cleans: false });
    },
  };
}
