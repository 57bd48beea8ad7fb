/**
 * The start of a shell's script: beside what follows, something in the same process group waits for our end of a pipe
 * (its fd 3) to close, and then ends the group. SIGKILL of this process leaves nobody else to do it. SIGTERM goes first,
 * because podman then finishes what it writes to its store.
 */
export const GUARD = `(
  trap '' TERM INT HUP
  read -r _ <&3
  kill -s TERM -- "-$$"
  sleep 5
  kill -s KILL -- "-$$"
) </dev/null >/dev/null 2>&1 &
exec 3<&-
`;
