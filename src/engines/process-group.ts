import { readdirSync, readFileSync } from 'node:fs';
import { GUARD } from './guard.ts';

/** How long, in milliseconds since it was asked to, each of an engine's processes may take to end. */
const PATIENCE = { followers: 3000, leader: 5000, group: 10_000 };

/**
 * Stops an engine and all that it runs. First what it runs, because an engine cleans up when an instruction fails:
 * podman, told to end itself, leaves its working container behind. Call what it gives once the engine has ended.
 */
export function stopGroup(leader: number): () => void {
  const followers = followersOf(leader);
  if (followers.length === 0) signalGroup(leader, 'SIGTERM');
  else for (const pid of followers) signal(pid, 'SIGTERM');
  const timers = [
    setTimeout(() => {
      for (const pid of followersOf(leader)) signal(pid, 'SIGKILL');
    }, PATIENCE.followers),
    setTimeout(() => signalGroup(leader, 'SIGTERM'), PATIENCE.leader),
    setTimeout(() => signalGroup(leader, 'SIGKILL'), PATIENCE.group),
  ];
  return () => timers.forEach(clearTimeout);
}

export function signalGroup(leader: number, name: NodeJS.Signals): void {
  signal(-leader, name);
}

/** The other processes of a group, less its guard; none where the system has no /proc to tell. */
export function followersOf(leader: number): number[] {
  try {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== leader);
    return pids.filter((pid) => groupOf(pid) === leader && !isGuard(pid)).map(Number);
  } catch {
    return [];
  }
}

function isGuard(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(GUARD);
  } catch {
    return false;
  }
}

function groupOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // After the name, which is in parentheses and may be anything: state, parent, group.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended already.
  }
}
