/** Where pins go, beyond the files in the work tree. As data, so that a run that goes on later knows it. */
export interface Delivery {
  /** Commit the lock and `dist/`. */
  readonly commit: boolean;
  /** Push the commit. */
  readonly push: boolean;
  /** The branch that pins go onto; the upstream of the one that is checked out. */
  readonly onto?: { readonly remote: string; readonly branch: string };
  /** A branch of ours with nothing but these pins, made from the other one; `auto` names it after the pools. */
  readonly branch?: string;
  /** A folder in another repository that gets the rendered manifests. */
  readonly publish?: Publication;
  /** The commit's message, instead of one that names the pools. */
  readonly message?: string;
  /** More lines of the form `Key: value` at its end. */
  readonly trailers: readonly string[];
  /** Files for the title and the body of a pull request. */
  readonly prTitle?: string;
  readonly prBody?: string;
}

export interface Publication {
  /** A URL, or a folder. */
  readonly repository: string;
  readonly branch: string;
  readonly path: string;
}

export interface Published extends Publication {
  /** The commit there; undefined where it had all of it. */
  readonly commit?: string;
}

/** Pins stay in the work tree. */
export const NOWHERE: Delivery = { commit: false, push: false, trailers: [] };
