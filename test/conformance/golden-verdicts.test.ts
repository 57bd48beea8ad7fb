import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import yaml from 'js-yaml';
import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../src/checks/manifests/manifests.ts';
import { readManifests } from '../../src/checks/manifests/read.ts';
import { rulesOf } from '../../src/checks/manifests/releases.ts';
import { checkManifests } from '../../src/checks/manifests/run.ts';

/** What the operator's own code made of objects: not ours to copy. */
const GOLDEN = join(process.env.LAYERS_REFERENCE ?? '../shared/reference', 'mco-golden');

function errorsOf(objects: readonly Manifest[], release: string): string[] {
  return checkManifests({ release: rulesOf(release), objects })
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ code }) => code);
}

interface Case {
  readonly name: string;
  readonly release: string;
  readonly objects: readonly Manifest[];
  /** What the operator said, where it refused. */
  readonly error: string | undefined;
}

/** A file of MachineConfigs a case, and a file a release with what they were merged to. */
function merges(): Case[] {
  const folder = join(GOLDEN, 'machineconfig-merge');
  return readdirSync(folder).flatMap((file) => {
    const [, name, release] = /^(.+)\.(\d+\.\d+)\.golden\.yaml$/.exec(file) ?? [];
    if (name === undefined || release === undefined) return [];
    const input = readFileSync(join(folder, `${name}.input.yaml`), 'utf8');
    const { machineConfigs } = yaml.load(input) as { machineConfigs: object[] };
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: machineConfigs });
    const { error } = yaml.load(readFileSync(join(folder, file), 'utf8')) as { error?: string };
    return { name, release, objects: readManifests(list, name).objects, error };
  });
}

/** A folder of objects a case, and a folder a release with what was made of them. */
function builds(): Case[] {
  const folder = join(GOLDEN, 'build-objects');
  return readdirSync(folder).flatMap((name) => {
    const input = join(folder, name, 'input');
    // The rendered MachineConfig is the operator's own, and here one for all releases.
    const objects = readdirSync(input)
      .filter((file) => file !== 'machineconfig-rendered.yaml')
      .flatMap((file) => readManifests(readFileSync(join(input, file), 'utf8'), file).objects);
    return readdirSync(join(folder, name))
      .filter((entry) => entry !== 'input')
      .map((release) => {
        const file = join(folder, name, release, 'ERROR.txt');
        return { name, release, objects, error: existsSync(file) ? readFileSync(file, 'utf8') : undefined };
      });
  });
}

if (existsSync(GOLDEN)) {
  describe("the operator's verdict on objects", () => {
    it.each([...merges(), ...builds()])('$name, $release: $error', ({ objects, release, error }) => {
      expect(objects.length).toBeGreaterThan(0);
      const errors = errorsOf(objects, release);
      if (error === undefined) expect(errors).toEqual([]);
      else expect(errors).toHaveLength(1);
    });
  });
} else {
  process.stderr.write(
    `test/conformance: manifests are not compared with the operator's verdicts, which are not at ${GOLDEN} (set LAYERS_REFERENCE to their parent folder)\n`,
  );
}
