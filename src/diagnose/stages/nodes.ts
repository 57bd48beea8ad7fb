import { diagnose } from '../../engines/failures/index.ts';
import { ofKind } from '../../gathered/gathered.ts';
import { annotationOf, at, type SavedObject, trueCondition } from '../../gathered/object.ts';
import { broken, type Fault, type Look, notSaved, ok } from '../fault.ts';
import { GROUP } from '../names.ts';
import type { Subject } from '../subject.ts';
import { stateOf } from './build.ts';
import { isPaused } from './pool.ts';
import type { Stage } from './stage.ts';

/** What the daemon on a node says where it cannot get an image. */
const PULL =
  /rpm-ostree rebase|failed to update OS to|Failed to pull OS image|ostree-unverified-registry|error pulling/i;

export const nodes: Stage = {
  name: 'nodes',
  title: 'nodes',
  when: 'after',
  look(subject) {
    const { build, machineConfigPool } = subject;
    if (build === undefined || stateOf(build) !== 'Succeeded') return { state: 'not reached', says: '' };
    const said = complaint(subject);
    if (said !== undefined) return broken(faultOf(said));
    if (machineConfigPool === undefined) return notSaved('neither the pool nor its nodes were saved');
    return progress(subject, machineConfigPool);
  },
};

interface Complaint {
  readonly node?: string | undefined;
  readonly text: string;
  readonly file: string;
}

/** From the node itself, else from its pool. */
function complaint(subject: Subject): Complaint | undefined {
  const { gathered, machineConfigPool, pool } = subject;
  for (const node of ofKind(gathered, 'Node')) {
    if (!isOf(node, subject) || annotationOf(node, `${GROUP}/state`) !== 'Degraded') continue;
    const text = annotationOf(node, `${GROUP}/reason`);
    if (text !== undefined) return { node: node.name, text, file: node.file };
  }
  const condition = trueCondition(machineConfigPool, 'NodeDegraded');
  if (condition === undefined || machineConfigPool === undefined) return undefined;
  const node = /[Nn]ode (\S+) is reporting/.exec(condition.message)?.[1];
  return {
    node,
    text: condition.message || `the pool ${pool} is NodeDegraded`,
    file: machineConfigPool.file,
  };
}

/** A node is of the custom pool that its labels say, and of worker else; what it is to have names the pool as well. */
function isOf(node: SavedObject, { pool }: Subject): boolean {
  const wanted = annotationOf(node, `${GROUP}/desiredConfig`);
  if (wanted !== undefined) return wanted.startsWith(`rendered-${pool}-`);
  return at(node.data, 'metadata', 'labels', `node-role.kubernetes.io/${pool}`) !== undefined;
}

function faultOf({ node, text, file }: Complaint): Fault {
  const who = node === undefined ? 'a node' : `the node ${node}`;
  const lines = [text.length > 600 ? `${text.slice(0, 300)} … ${text.slice(-290)}` : text];
  if (!PULL.test(text)) {
    return {
      code: 'node-degraded',
      what: `${who} is degraded, and does not take the image`,
      hint: 'The machine-config-daemon of the node says more: `oc -n openshift-machine-config-operator logs -c machine-config-daemon <pod>`.',
      ...{ lines, file },
    };
  }
  const why = diagnose({ phase: 'pull', lines: [text], isEntitled: false })?.kind.code;
  return {
    code: 'node-image-pull',
    what: `${who} cannot get the image${why === undefined ? '' : ` (${why})`}`,
    hint:
      why === 'pull-denied'
        ? "Nodes pull with the cluster's global pull secret (openshift-config/pull-secret), and not with a Secret of the MachineOSConfig: put credentials for that registry there. That of the internal registry they know."
        : 'Nodes pull by themselves, with their own DNS, proxy, mirrors and certificates: a registry that builds reach need not be one that nodes reach. `oc debug node/<node> -- chroot /host podman pull …` shows it.',
    ...{ lines, file },
  };
}

function progress(subject: Subject, { data }: SavedObject): Look {
  if (at(data, 'status', 'machineCount') === undefined)
    return notSaved('the status of the pool was not saved');
  const count = (key: string) => Number(at(data, 'status', key) ?? 0);
  const [updated, all] = [count('updatedMachineCount'), count('machineCount')];
  const says = `${updated} of ${all} have it`;
  if (updated === all) return ok(all === 0 ? 'the pool has none' : says);
  if (isPaused(subject)) return { state: 'note', says: `${says}: the pool is paused` };
  return { state: 'waiting', says };
}
