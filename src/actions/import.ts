import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Diagnostic, failure, hasErrors, LayersError, type Origin } from '../diagnostics.ts';
import { openContext } from '../import/context.ts';
import { type Draft, type ImportReport, nameFor, reportOf, sourcesOf } from '../import/draft.ts';
import { readContainerfile } from '../import/read.ts';
import type { Library } from '../spec/library.ts';
import { LAYERS, loadLibrary } from '../spec/load.ts';
import { isAtLeast } from '../values/release-version.ts';
import { fetchedSum } from './import/fetched-sum.ts';
import { readInput, toDiagnostic } from './import/inputs.ts';
import { type Job, jobsOf } from './import/jobs.ts';
import { poolOf, releaseOf } from './import/pool.ts';
import { refuseOverwriting, sourcesWith, takeOverInto } from './import/taken-over.ts';
import { verify } from './import/verify.ts';

export interface ImportOptions {
  readonly root: string;
  /** Containerfiles, and MachineOSConfigs or MachineConfigs as YAML. */
  readonly files: readonly string[];
  /** The layer's name. Default: of the file, or of its folder. */
  readonly name?: string;
  /** The pool's name. Default: that of the manifest, else the layer's. */
  readonly pool?: string;
  /** Whether to write a pool. */
  readonly withPool: boolean;
  readonly release?: string;
  /** An OS image by digest, instead of the Containerfile's. */
  readonly base?: string;
  /** Where the image is to be pushed. */
  readonly image?: string;
  /** For a build on the cluster. */
  readonly pushSpec?: string;
  readonly pushSecret?: string;
  /** The folder that COPY takes files from. Default: the Containerfile's. */
  readonly context?: string;
  readonly buildArgs: ReadonlyMap<string, string>;
  /** Fetch downloads that have no sum, and take it from what is there now. */
  readonly fetch: boolean;
  /** Write over files that are there. */
  readonly force: boolean;
  /** Write nothing. */
  readonly dryRun: boolean;
}

export interface ImportResult {
  /** By path from the repository's root. */
  readonly files: readonly { readonly path: string; readonly text?: string }[];
  readonly reports: readonly ImportReport[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Writes layers and pools that build what Containerfiles build. Writes all of it, or throws all that is wrong. */
export function importFiles(options: ImportOptions): ImportResult {
  const { root } = options;
  const diagnostics: Diagnostic[] = [];
  const inputs = options.files.map((file) => {
    const read = readInput(file, root);
    diagnostics.push(...read.diagnostics);
    return read.input;
  });
  const jobs = jobsOf(inputs);
  if (options.name !== undefined && jobs.length > 1) {
    throw failure('input', 'one-name', '--name is of one layer, and there are several', {
      hint: 'Import one file at a time, or leave --name out.',
    });
  }
  const written = new Map<string, string | Uint8Array>();
  const reports: ImportReport[] = [];
  for (const job of jobs) {
    const name = options.name ?? nameFor(job.input.path, dirname(job.input.path));
    const path = `${LAYERS}/${name}.yaml`;
    if (written.has(path))
      throw failure('input', 'one-name', `two files would be the layer ${name}`, {
        hint: 'Import one at a time, each with a --name.',
      });
    const library = libraryWithout(root, options.force ? path : undefined);
    const done = importOne(job, name, path, library, options);
    diagnostics.push(...done.diagnostics);
    written.set(path, done.text);
    for (const [file, content] of done.files) written.set(`${LAYERS}/${file}`, content);
    reports.push(done.report);
  }
  if (hasErrors(diagnostics)) throw new LayersError(diagnostics);
  if (!options.force) refuseOverwriting(root, written);
  if (!options.dryRun) for (const [path, content] of written) write(join(root, path), content);
  const files = [...written].map(([path, content]) =>
    typeof content === 'string' ? { path, text: content } : { path },
  );
  return { files, reports, diagnostics };
}

function importOne(job: Job, name: string, path: string, library: Library, options: ImportOptions) {
  const { input } = job;
  const context = openContext(options.context ?? dirname(input.path));
  const taken = takeOverInto(name, context);
  const release = releaseOf(options, library, job);
  const read = readContainerfile(job.text, {
    context,
    takeOver: taken.takeOver,
    buildArgs: options.buildArgs,
    base: options.base,
    sumOf: options.fetch ? fetchedSum : undefined,
    needsWrappers: release !== undefined && !isAtLeast(release, '4.19'),
  });
  const diagnostics = read.remarks.map((remark) => toDiagnostic(remark, input.placeOf));
  if (hasErrors(diagnostics)) throw new LayersError(diagnostics);
  const draft: Draft = {
    file: input.name,
    name,
    read,
    pool: options.withPool ? poolOf(job, name, read, release, library, options) : undefined,
  };
  diagnostics.push(...takenNames(draft, path, library, input.placeOf(read.fromLines)));
  if (hasErrors(diagnostics)) throw new LayersError(diagnostics);
  if (read.scope.pieces.every(({ as }) => as === 'dropped' || as === 'absorbed')) {
    throw failure('input', 'nothing-to-import', `${input.name} does nothing that a layer would say`, {
      hint: 'Clean-up and settings of containers are not imported: a pool needs at least one step.',
      origin: input.placeOf(read.fromLines),
    });
  }
  const verified = verify(draft, path, library, sourcesWith(options.root, taken.files), input.placeOf);
  if (verified.errors.length > 0) throw new LayersError([...verified.errors, ...diagnostics]);
  // What a step takes from elsewhere, or code says, need not be in layers/files/.
  const used = new Set(sourcesOf(draft));
  const files = [...taken.files].filter(([file]) => used.has(file));
  return { text: verified.text, files, report: reportOf(draft), diagnostics };
}

/** Names that the repository has already. */
function takenNames(
  { name, pool }: Draft,
  path: string,
  { layers, pools, defaults }: Library,
  origin: Origin,
): Diagnostic[] {
  const named = [...pools, ...defaults].find(({ value }) => pool !== undefined && value.name === pool.name);
  const taken = [
    { kind: 'layer', name, first: layers.get(name), hint: 'Choose another --name.' },
    {
      kind: 'pool',
      name: pool?.name,
      first: named,
      hint: `Choose another --pool; or import the layer alone, --no-pool, and add it to the layers of ${pool?.name}.`,
    },
  ];
  return taken.flatMap(({ kind, name, first, hint }): Diagnostic[] =>
    first === undefined
      ? []
      : [
          {
            code: 'name-twice',
            severity: 'error',
            source: 'input',
            message: `there is a ${kind} ${name} already`,
            hint: first.origin.file === path ? `${hint} Or write over it: --force.` : hint,
            origin,
            related: [{ message: 'it is here', origin: { ...first.origin, path: ['name'] } }],
          },
        ],
  );
}

/** What the repository has, without what a file to be written over has. */
function libraryWithout(root: string, path: string | undefined): Library {
  const hasLayers = statSync(join(root, LAYERS), { throwIfNoEntry: false })?.isDirectory() === true;
  if (!hasLayers) {
    return {
      layers: new Map(),
      releases: new Map(),
      clusters: new Map(),
      defaults: [],
      broken: new Set(),
      pools: [],
    };
  }
  const { library, diagnostics } = loadLibrary(root);
  if (hasErrors(diagnostics.filter(({ origin }) => origin?.file !== path)))
    throw new LayersError(diagnostics);
  const isKept = ({ origin }: { readonly origin: { readonly file?: string } }) => origin.file !== path;
  return {
    ...library,
    layers: new Map([...library.layers].filter(([, layer]) => isKept(layer))),
    pools: library.pools.filter(isKept),
    defaults: library.defaults.filter(isKept),
  };
}

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
