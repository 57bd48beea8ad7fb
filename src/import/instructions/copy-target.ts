import { posix } from 'node:path';

/** Folders that every RHEL has: a COPY to one of these goes into it, also without a slash at its end. */
const FOLDERS = new Set(
  [
    ...['/', '/etc', '/usr', '/opt', '/tmp', '/var', '/root', '/run', '/srv', '/home', '/boot'],
    ...['/usr/bin', '/usr/sbin', '/usr/lib', '/usr/lib64', '/usr/libexec', '/usr/share', '/usr/local'],
    ...['/usr/local/bin', '/usr/local/sbin', '/bin', '/sbin', '/lib', '/lib64', '/var/tmp', '/var/lib'],
    ...['/etc/systemd/system', '/usr/lib/systemd/system', '/usr/lib/systemd', '/etc/systemd', '/etc/pki'],
    ...['/etc/yum.repos.d', '/etc/pki/rpm-gpg', '/etc/pki/ca-trust/source/anchors', '/usr/lib/tmpfiles.d'],
    ...['/etc/sysctl.d', '/usr/lib/sysctl.d', '/etc/modules-load.d', '/usr/lib/modules-load.d', '/etc/ssh'],
    ...['/etc/modprobe.d', '/usr/lib/modprobe.d', '/etc/profile.d', '/etc/sudoers.d', '/etc/udev/rules.d'],
    ...['/usr/lib/udev/rules.d', '/etc/dracut.conf.d', '/usr/lib/dracut/dracut.conf.d', '/etc/containers'],
    ...['/etc/NetworkManager', '/etc/NetworkManager/conf.d', '/etc/tmpfiles.d', '/etc/security', '/etc/dnf'],
  ].map((path) => path),
);

/** Links of RHEL's into /usr: what is copied below them is there. */
const MERGED = /^\/(bin|sbin|lib|lib64)(?=\/|$)/;

/** Where files of these names go. */
export function targetsOf(
  names: readonly string[],
  destination: string,
  workdir: string,
  isFolder = false,
): readonly string[] {
  const path = posix.resolve(workdir, destination).replace(MERGED, '/usr/$1');
  const isInto = isFolder || names.length > 1 || /\/\.?$|^\.$/.test(destination) || FOLDERS.has(path);
  return names.map((name) => (isInto ? posix.join(path, name) : path));
}

/** Whether a folder is there without anybody making it. */
export function isUsualFolder(path: string): boolean {
  return FOLDERS.has(path);
}
