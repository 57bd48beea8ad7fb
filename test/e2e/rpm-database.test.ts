import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPackages } from '../../src/rpm/database.ts';
import type { InstalledPackage } from '../../src/rpm/header.ts';
import { compareVersions } from '../../src/values/evr.ts';
import { baseRef } from '../fixtures/base.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { buildRpm } from '../fixtures/rpm.ts';
import { createWorkspace, type Workspace } from '../fixtures/workspace.ts';

let registry: Registry;
let workspace: Workspace;
let base: string;

beforeAll(async () => {
  registry = await startRegistry({ withBase: true });
  workspace = await createWorkspace('rpmdb');
  base = await baseRef(registry);
});

afterAll(async () => {
  await workspace?.remove();
  await registry?.stop();
});

const FOLDER = '/usr/share/rpm';
/** As %{nevra} prints it. */
const QUERY = `rpm -qa --qf '%{name} %{epochnum} %{version} %{release} %{arch}\\n' | sort`;

function printed(packages: readonly InstalledPackage[]): string[] {
  return packages
    .map(({ name, epoch, version, release, arch }) =>
      [name, epoch, version, release, arch ?? '(none)'].join(' '),
    )
    .sort();
}

/** What a script in the image says, and the database and its log as they are then. */
async function afterRunning(script: string) {
  const output = await workspace.inImage(
    base,
    'sh',
    '-c',
    `${script}\necho ---\nbase64 -w 0 ${FOLDER}/rpmdb.sqlite\necho\nbase64 -w 0 ${FOLDER}/rpmdb.sqlite-wal\n`,
  );
  const [said = '', files = ''] = output.split('---\n');
  const [database, log] = files.split('\n').map((text) => Buffer.from(text, 'base64'));
  return { said: said.trim().split('\n').sort(), database: database!, log: log! };
}

describe('the rpm database of an image', () => {
  it('says what rpm -qa says', async () => {
    const { said, database, log } = await afterRunning(QUERY);
    expect(said.length).toBeGreaterThan(2);
    expect(
      said.some((line) => /^\S+ [1-9]/.test(line)),
      'one has an epoch',
    ).toBe(true);
    expect(printed(await readPackages(database, log, 'the base'))).toEqual(said);
  });

  it('may have its newest packages in its log, which counts up to the last whole transaction', async () => {
    const rpm = await buildRpm({
      name: 'fixture-late',
      version: '1.0',
      release: '1',
      files: { '/usr/late': '' },
    });
    const encoded = (await readFile(rpm)).toString('base64');
    // A reader keeps the log from being merged, as it does where an image is committed meanwhile.
    const { said, database, log } = await afterRunning(`
      echo ${encoded} | base64 -d > /tmp/late.rpm
      python3 - <<'PYTHON'
import sqlite3, subprocess
db = sqlite3.connect('${FOLDER}/rpmdb.sqlite', isolation_level=None)
db.execute('BEGIN')
db.execute('SELECT count(*) FROM Packages').fetchall()
subprocess.run(['rpm', '-i', '--justdb', '--nodeps', '/tmp/late.rpm'], check=True)
for name in ('rpmdb.sqlite', 'rpmdb.sqlite-wal'):
    subprocess.run(['cp', '${FOLDER}/' + name, '/tmp/' + name], check=True)
PYTHON
      ${QUERY}
      cat /tmp/rpmdb.sqlite > ${FOLDER}/rpmdb.sqlite; cat /tmp/rpmdb.sqlite-wal > ${FOLDER}/rpmdb.sqlite-wal`);
    expect(log.length).toBeGreaterThan(4096);
    const all = printed(await readPackages(database, log, 'the base'));
    expect(all).toEqual(said);
    expect(all.join('\n')).toContain('fixture-late 0 1.0 1 noarch');
    const without = printed(await readPackages(database, undefined, 'the base'));
    expect(without.join('\n')).not.toContain('fixture-late');
    // A torn end is as if it had not been written.
    const torn = Buffer.from(log);
    torn[torn.length - 1]! ^= 0xff;
    expect(printed(await readPackages(database, torn, 'the base'))).toEqual(without);
  });

  it('is told where it is none', async () => {
    await expect(readPackages(Buffer.from('not a database'), undefined, 'q.io/a@sha256:1')).rejects.toThrow(
      'the rpm database of q.io/a@sha256:1 cannot be read',
    );
  });
});

describe('the order of versions', () => {
  it("is rpm's own", async () => {
    const version = fc.stringMatching(/^[0-9a-zA-Z._+~^]{1,8}$/);
    const pairs = fc.sample(fc.tuple(version, version), { numRuns: 2000, seed: 20261122 });
    const list = Buffer.from(pairs.map(([a, b]) => `${a} ${b}\n`).join('')).toString('base64');
    const script = `for line in io.lines('/tmp/pairs') do local a, b = line:match('(%S+) (%S+)') print(rpm.vercmp(a, b) .. ' ') end`;
    const said = await workspace.inImage(
      base,
      'sh',
      '-c',
      `echo ${list} | base64 -d > /tmp/pairs && rpm --eval "%{lua: ${script}}"`,
    );
    const orders = said.trim().split(' ').map(Number);
    expect(orders).toHaveLength(pairs.length);
    const wrong = pairs.filter(([a, b], index) => compareVersions(a, b) !== orders[index]);
    expect(wrong).toEqual([]);
  });
});
