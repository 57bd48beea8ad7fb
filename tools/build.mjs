// Bundles src/ into lib/: one chunk graph for the CLI, the app that cdk8s.yaml runs and the public API, so that all
// three share their code, and a verb loads only its own chunks. cdk8s stays outside: users' constructs need the same one.
import { spawnSync } from 'node:child_process';
import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

/** Packages that stay outside, by require(): for an import, Node reads all of their files once more to find their names. */
function requireOutside(packages) {
  const filter = new RegExp(`^(?:${packages.join('|')})$`);
  return {
    name: 'require-outside',
    setup({ onResolve, onLoad }) {
      onResolve({ filter }, ({ path, pluginData }) =>
        pluginData === filter ? { path, external: true } : { path, namespace: 'outside' },
      );
      onLoad({ filter, namespace: 'outside' }, ({ path }) => ({
        contents: `module.exports = require(${JSON.stringify(path)});`,
        pluginData: filter,
      }));
    },
  };
}

// Beside lib/, which is then replaced at once: whoever runs the CLI meanwhile has the old one or the new one.
const next = `lib.${process.pid}`;
await build({
  entryPoints: { layers: 'src/cli/main.ts', app: 'src/app.ts', index: 'src/index.ts' },
  outdir: next,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minifySyntax: true,
  minifyWhitespace: true,
  plugins: [requireOutside(['cdk8s', 'cdk8s-plus-28', 'constructs'])],
  // Bundled CommonJS packages ask for node's own modules by require().
  banner: {
    js: "import { createRequire as __makeRequire } from 'node:module'; const require = __makeRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
chmodSync(`${next}/layers.js`, 0o755);
// For editors, which read it from node_modules.
const schema = spawnSync(process.execPath, [`${next}/layers.js`, 'schema'], { encoding: 'utf8' });
if (schema.status !== 0) throw new Error(schema.stderr);
writeFileSync(`${next}/schema.json`, schema.stdout);

const tsc = spawnSync(
  process.execPath,
  [
    'node_modules/typescript/bin/tsc',
    '--noEmit',
    'false',
    '--declaration',
    '--emitDeclarationOnly',
    '--rootDir',
    'src',
    '--outDir',
    `${next}/types`,
    '--project',
    'tsconfig.build.json',
  ],
  { stdio: 'inherit' },
);
process.exitCode = tsc.status ?? 1;
if (process.exitCode === 0) {
  rmSync('lib', { recursive: true, force: true });
  renameSync(next, 'lib');
}
rmSync(next, { recursive: true, force: true });
