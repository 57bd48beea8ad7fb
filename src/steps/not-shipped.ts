import type { Claim, StepContext } from './step.ts';

/** Of RHEL CoreOS: these are in /var, or lead into it, and so belong to the node; or they are gone with the next boot. */
const NOT_SHIPPED = {
  "is the node's own": ['/var'],
  "leads into /var, which is the node's own": ['/opt', '/usr/local', '/home', '/root', '/srv', '/mnt'],
  'is empty at every boot': ['/run', '/tmp', '/media', '/dev', '/proc', '/sys'],
};

/** Says of files that nodes would not get them; once where many are written in one place. */
export function reportNotShipped(claims: readonly Claim[], context: StepContext): void {
  const told = new Set<string>();
  for (const { name: path, at } of claims) {
    for (const [why, folders] of Object.entries(NOT_SHIPPED)) {
      const folder = folders.find((name) => path === name || path.startsWith(`${name}/`));
      const once = `${folder} ${at.join(' ')}`;
      if (folder === undefined || told.has(once)) continue;
      told.add(once);
      context.report({
        code: 'path-not-shipped',
        message: `${path} would not reach the nodes: ${folder} ${why}`,
        hint: 'Put it below /usr or /etc. What has to be there, systemd-tmpfiles can make at boot, by a file in /usr/lib/tmpfiles.d.',
        path: at,
      });
    }
  }
}
