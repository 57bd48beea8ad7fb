import { basename } from 'node:path';
import type { Manifest } from './manifest.ts';
import { LAYERS, POOLS, RELEASES } from './samples.ts';

/** The files of a new repository, by path. */
export function repositoryFiles(directory: string, ours: Manifest, spec: string): Map<string, string> {
  const name = packageName(basename(directory));
  return new Map([
    ['package.json', packageJson(name, ours, spec)],
    ['cdk8s.yaml', CDK8S],
    ['.gitignore', IGNORED],
    ['.gitattributes', ATTRIBUTES],
    ['README.md', readme(name)],
    ['layers/layers.yaml', LAYERS],
    ['layers/pools.yaml', POOLS],
    ['layers/releases.yaml', RELEASES],
  ]);
}

/** A folder's name as npm takes one. */
function packageName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|-+$/g, '')
    .slice(0, 200);
  // What npm refuses: these names, and a package that depends on itself.
  return ['', 'node_modules', 'cdk8s-os-layers'].includes(name) ? 'os-layers' : name;
}

function packageJson(name: string, ours: Manifest, spec: string): string {
  const content = {
    name,
    private: true,
    type: 'module',
    engines: ours.engines,
    scripts: { synth: 'layers synth', check: 'layers check', build: 'layers build' },
    dependencies: {
      // One copy of cdk8s for this package and for constructs of the repository's own.
      cdk8s: ours.dependencies.cdk8s,
      [ours.name]: spec,
      constructs: ours.dependencies.constructs,
    },
    devDependencies: { 'cdk8s-cli': ours.devDependencies['cdk8s-cli'] },
  };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

const CDK8S = `# \`cdk8s synth\` runs this app, and \`layers synth\` writes the same bytes faster.
# For constructs of your own in TypeScript, name your app here instead.
app: node node_modules/cdk8s-os-layers/lib/app.js
output: dist
`;

const IGNORED = `node_modules/
# Logs of builds, and images that were not pushed.
.layers/
`;

const ATTRIBUTES = `# Builds are found by the bytes of their files: git must not convert line ends.
/layers/** -text
/dist/** -text
`;

function readme(name: string): string {
  return `# ${name}

OS layers for the nodes of OpenShift pools, compiled by cdk8s-os-layers.

| Folder | What it has | Who writes it |
|---|---|---|
| \`layers/*.yaml\` | layers, pools, releases | people |
| \`layers/lock/\` | which image each pool runs, by digest | \`layers build --pin\` |
| \`dist/\` | the manifests for the cluster, and what is built | \`layers synth\` |

All three are committed. First replace the made-up digest in \`layers/releases.yaml\`, and the registry in
\`layers/pools.yaml\`. Then:

\`\`\`sh
npm install
npx layers synth                   # layers/ → dist/: look at dist/builds/*/Containerfile
git add . && git commit -m "Layers for the worker pool"
npx layers build --pin --commit    # builds, pushes, and commits the digest
npx layers check                   # what is behind, missing, or worth a look
\`\`\`

\`layers build\` needs buildah or podman, and the right to push: \`buildah login <registry>\`.
`;
}
