import { checksPage } from './checks.ts';
import { cliPage } from './cli.ts';
import { clusterPage } from './cluster.ts';
import { fleetsPage } from './fleets.ts';
import { layerPage } from './layer.ts';
import { lockPage } from './lock.ts';
import { poolPage } from './pool.ts';
import { poolDefaultsPage } from './pool-defaults.ts';
import { propsModule } from './props.ts';
import { releasePage } from './release.ts';

/** Every generated file, by path. */
export function generated(): Map<string, string> {
  return new Map([
    ['docs/reference/layer.md', layerPage()],
    ['docs/reference/pool.md', poolPage()],
    ['docs/reference/pool-defaults.md', poolDefaultsPage()],
    ['docs/reference/cluster.md', clusterPage()],
    ['docs/reference/release.md', releasePage()],
    ['docs/reference/lock.md', lockPage()],
    ['docs/reference/checks.md', checksPage()],
    ['docs/reference/cli.md', cliPage()],
    ['docs/three-fleets.md', fleetsPage()],
    ['src/constructs/props.ts', propsModule()],
  ]);
}
