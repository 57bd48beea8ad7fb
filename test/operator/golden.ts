import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import yaml from 'js-yaml';
import { machineConfig, machineConfigPool, machineOSConfig } from '../../src/operator/objects.ts';

/** What the operator's own code made of objects: not ours to copy. */
export const GOLDEN = join(process.env.LAYERS_REFERENCE ?? '../shared/reference', 'mco-golden');

/** Says so where the golden answers are missing: then what is compared with them is not. */
export function hasGolden(what: string): boolean {
  if (existsSync(GOLDEN)) return true;
  process.stderr.write(
    `test/operator: ${what} not compared with the operator's own answers, which are not at ${GOLDEN} (set LAYERS_REFERENCE to their parent folder)\n`,
  );
  return false;
}

export function readYaml(...path: readonly string[]): unknown {
  return yaml.load(readFileSync(join(GOLDEN, ...path), 'utf8'), { schema: yaml.CORE_SCHEMA });
}

export function readJson(...path: readonly string[]): unknown {
  return JSON.parse(readFileSync(join(GOLDEN, ...path), 'utf8'));
}

export function filesIn(...path: readonly string[]): string[] {
  return readdirSync(join(GOLDEN, ...path)).sort();
}

const GROUP = 'machineconfiguration.openshift.io/v1';

export const config = (data: object) =>
  machineConfig.parse({ apiVersion: GROUP, kind: 'MachineConfig', ...data });
export const pool = (name: string, spec: object) =>
  machineConfigPool.parse({ apiVersion: GROUP, kind: 'MachineConfigPool', metadata: { name }, spec });
export const osConfig = (name: string, spec: object) =>
  machineOSConfig.parse({ apiVersion: GROUP, kind: 'MachineOSConfig', metadata: { name }, spec });
