import type { Subject } from '../../compile/subject.ts';
import type { InstalledPackage } from '../../rpm/header.ts';
import type { Digest } from '../../values/digest.ts';

/** What registries have, as far as they answered. A check asks nobody: it is given this. */
export interface OnlineFacts {
  /** Images by digest that a registry does not have. */
  readonly missing: ReadonlySet<string>;
  /** The packages of images, by digest. */
  readonly packages: ReadonlyMap<string, readonly InstalledPackage[]>;
}

/** What a pool is pinned to. */
export interface PinnedTo {
  readonly digest: Digest;
  /** The repository that it was pushed to, and where the nodes pull it from. */
  readonly pushed: string;
  readonly pulled: string;
  /** The release that it was built for, where that is known. */
  readonly release?: string;
  /** Why it stays, where it is held. */
  readonly held?: string;
}

/** A pool, and what registries have of its images. */
export interface OnlinePool {
  readonly pool: Subject;
  /** None where it has no pin. */
  readonly pin?: PinnedTo;
  readonly facts: OnlineFacts;
}
