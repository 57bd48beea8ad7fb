import { appendFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { App } from 'cdk8s';
import type { IConstruct } from 'constructs';
import type { CompiledPool } from '../compile/compiled-pool.ts';
import { followErrors } from '../compile/follows.ts';
import { inheritanceRemarks, inheritedModules } from '../compile/inheritance.ts';
import { instancesOf } from '../compile/instances.ts';
import { placedBuilds } from '../compile/places.ts';
import { openSources, type Sources } from '../compile/sources.ts';
import { subjectOf } from '../compile/subject.ts';
import { type Diagnostic, failure, hasErrors, LayersError, type Origin } from '../diagnostics.ts';
import type { Cluster } from '../spec/cluster.ts';
import type { Library, Located } from '../spec/library.ts';
import { loadLibrary } from '../spec/load.ts';
import { type Locks, loadLocks } from '../spec/load-lock.ts';
import { EMPTY_LOCK, type Lock, lockFile } from '../spec/lock.ts';
import { formatPoolId, type PoolId } from '../values/pool-id.ts';
import { renderBuilds } from './build-files.ts';
import { renderCharts } from './charts.ts';
import { FINDINGS, type Found, PLACES } from './findings.ts';
import type { LayeredPoolProps } from './layered-pool.ts';

/** The props of a document, which has a name. */
export interface NamedPoolProps extends LayeredPoolProps {
  readonly name: string;
}

import { writeFiles } from './write-files.ts';

export interface LayersAppProps {
  /** The repository, which has `layers/` in it. Default: the working directory. */
  readonly root?: string;
  /** Where `synth()` writes, relative to the working directory. Default: what `cdk8s synth` says, or `dist`. */
  readonly outdir?: string;
}

/** The root of a tree of LayeredPools. Reads the layers, releases and the lock of `layers/`, once. */
export class LayersApp extends App {
  readonly root: string;
  /** @internal The documents of `layers/`: layers and releases for every pool, and the pools themselves. */
  readonly library: Library;
  /**
   * The pools of the documents, one for each cluster that has it: `new LayeredPool(app, id, props)`, with any id that is
   * unique, such as the pool's name where there is one cluster.
   */
  readonly pools: readonly NamedPoolProps[];
  /** @internal */
  readonly sources: Sources;
  private readonly diagnostics: Diagnostic[] = [];
  private readonly reported = new Set<string>();
  private readonly compiledPools: CompiledPool[] = [];
  private readonly identities = new Map<string, Origin>();
  private readonly origins: ReadonlyMap<object, Origin>;
  private readonly locks: Locks;
  private readonly unread: ReadonlySet<string | undefined>;

  constructor(props: LayersAppProps = {}) {
    super({ ...(props.outdir !== undefined && { outdir: props.outdir }) });
    this.root = resolve(props.root ?? process.cwd());
    const { library, diagnostics } = loadLibrary(this.root);
    this.library = library;
    const { instances, diagnostics: unknown } = instancesOf(library);
    const documents = instances.map(({ pool, cluster }) => ({
      props: propsOf(pool, cluster),
      origin: pool.origin,
    }));
    this.pools = documents.map(({ props }) => props);
    this.origins = new Map(documents.map(({ props, origin }) => [props, origin]));
    const lock = loadLocks(this.root);
    this.locks = lock.locks;
    this.unread = new Set(lock.diagnostics.map(({ origin }) => origin?.file));
    this.sources = openSources(this.root);
    this.report([...diagnostics, ...unknown, ...lock.diagnostics]);
  }

  /** @internal The pins of a cluster, as they are in git. */
  lockOf(cluster: string | undefined): Lock {
    return this.locks.get(cluster) ?? EMPTY_LOCK;
  }

  /** @internal Whether it is known what a pool is pinned to: what cannot be read is not the same as nothing. */
  knowsPinOf(id: PoolId): boolean {
    return !this.unread.has(lockFile(formatPoolId(id)));
  }

  /** The app that a construct is in. Throws where that is not a LayersApp. */
  static override of(construct: IConstruct): LayersApp {
    const { root } = construct.node;
    if (root instanceof LayersApp) return root;
    throw failure('input', 'no-layers-app', 'a LayeredPool stands in a LayersApp', {
      hint: 'Write new LayersApp() where the tree has new App().',
      origin: { construct: construct.node.path },
    });
  }

  /** Everything that has been found so far, warnings included. */
  get findings(): readonly Diagnostic[] {
    return this.diagnostics;
  }

  /** @internal The pools that compiled, in the order of their identities. */
  get compiled(): readonly CompiledPool[] {
    return this.compiledPools;
  }

  /** @internal Where props came from, if they are a document's. */
  originOf(props: object): Origin | undefined {
    return this.origins.get(props);
  }

  /** @internal */
  report(diagnostics: readonly Diagnostic[]): void {
    for (const diagnostic of diagnostics) {
      // What is wrong with a shared layer is wrong once, however many pools have it.
      const key = JSON.stringify(diagnostic);
      if (this.reported.has(key)) continue;
      this.reported.add(key);
      this.diagnostics.push(diagnostic);
    }
  }

  /** @internal */
  add(construct: IConstruct, compiled: CompiledPool): void {
    const identity = formatPoolId(compiled.id);
    const first = this.identities.get(identity);
    if (first !== undefined) {
      this.report(
        failure('input', 'pool-twice', `the pool ${identity} is there twice`, {
          hint: 'A pool has one image: put all its layers into one LayeredPool.',
          origin: compiled.origin,
          related: [{ message: 'the first one', origin: first }],
        }).diagnostics,
      );
      return;
    }
    this.identities.set(identity, compiled.origin ?? { construct: construct.node.path });
    this.compiledPools.push(compiled);
  }

  /** All of `dist/`, by path, in memory. Throws everything that is wrong, at once. */
  render(): Map<string, string | Uint8Array> {
    this.report(inheritanceRemarks(this.compiledPools));
    this.report(inheritedModules(this.compiledPools, this.library));
    // A leader with errors of its own is not among them, and it would mislead to say that it is not there.
    if (!hasErrors(this.diagnostics)) this.report(followErrors(this.compiledPools));
    const charts = hasErrors(this.diagnostics) ? undefined : renderCharts(this);
    this.report(charts?.diagnostics ?? []);
    if (charts === undefined || hasErrors(this.diagnostics)) throw new LayersError(this.diagnostics);
    return new Map([...charts.files, ...renderBuilds(this.compiledPools)]);
  }

  /** Writes `dist/`, with one pass over the tree: cdk8s's own resolves all of it again for every chart. */
  override synth(): void {
    try {
      writeFiles(this.outdir, this.render());
    } finally {
      const findings = process.env[FINDINGS];
      // A line a synth: an app may have several trees.
      if (findings !== undefined) {
        const found: Found = { diagnostics: this.diagnostics, pools: this.compiledPools.map(subjectOf) };
        appendFileSync(findings, `${JSON.stringify(found)}\n`);
      }
      const places = process.env[PLACES];
      const builds = this.compiledPools.flatMap(placedBuilds);
      if (places !== undefined) appendFileSync(places, `${JSON.stringify(builds)}\n`);
    }
  }
}

/** A Pool document in one of its clusters. */
function propsOf({ props }: Library['pools'][number], cluster: Located<Cluster> | undefined): NamedPoolProps {
  const { clusters: _, ...rest } = props;
  return { ...rest, ...(cluster && { cluster: cluster.value.name }) } as NamedPoolProps;
}
