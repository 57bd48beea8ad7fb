import { spawn } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { baseRef } from '../fixtures/base.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { buildRpm } from '../fixtures/rpm.ts';
import { type Scratch, scratchDirectory } from '../fixtures/scratch.ts';
import { CLI, createWorkspace, type Workspace } from '../fixtures/workspace.ts';
import { documents, pool, release } from './support/documents.ts';
import { commandLines, stateOf } from './support/state.ts';

let registry: Registry;
let workspace: Workspace;
let secrets: Scratch;

beforeAll(async () => {
  registry = await startRegistry({ withBase: true });
  workspace = await createWorkspace('debug-shell');
  secrets = await scratchDirectory('secrets');
  await mkdir(join(secrets.path, 'vendor'));
  await writeFile(join(secrets.path, 'vendor/username'), 'somebody');
  await writeFile(join(secrets.path, 'vendor/password'), 'not-to-be-shown');
  const rpm = await buildRpm({
    name: 'fixture-needy',
    version: '1',
    release: '1',
    requires: ['nothing-has-this'],
  });
  await mkdir(join(workspace.root, 'layers/files'), { recursive: true });
  await copyFile(rpm, join(workspace.root, 'layers/files', basename(rpm)));
  const layers = (steps: object[]) => [{ name: 'broken', steps }];
  const image = `${registry.host}/os/worker`;
  const run = (...commands: string[]) => ({ run: { reason: 'a test', commands } });
  await workspace.write(
    'layers/pools.yaml',
    documents(
      release('4.18.3', await baseRef(registry)),
      pool('needy', {
        image,
        layers: layers([
          run('echo first > /usr/share/first'),
          run('echo second > /usr/share/second'),
          { rpms: { rpms: [{ file: `files/${basename(rpm)}` }] } },
        ]),
      }),
      pool('secretive', {
        image,
        layers: layers([
          {
            repository: {
              ...{ id: 'v', baseurl: 'http://127.0.0.1:9/', gpgcheck: false, auth: { secret: 'vendor' } },
            },
          },
          run('cat /run/secrets/vendor/username; false'),
        ]),
      }),
      pool('first', { image, layers: layers([run("printf 'a\\nb'; false")]) }),
      pool('fine', { image, layers: layers([run('true')]) }),
    ),
  );
  const synth = await workspace.layers('synth');
  expect(synth.code, synth.stderr).toBe(0);
  await workspace.write('.gitignore', '.layers/\n');
  await workspace.commit('pools');
});

afterAll(async () => {
  await workspace?.remove();
  await secrets?.remove();
  await registry?.stop();
});

/** The CLI on a terminal of its own. What is typed waits for what was printed before. */
async function onTerminal(args: string[], typed: readonly (readonly [after: RegExp, text: string])[]) {
  const command = [process.execPath, CLI, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['--quiet', '--return', '--flush', '--command', command, '/dev/null'], {
    cwd: workspace.root,
    env: { ...workspace.env, TERM: 'dumb' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let screen = '';
  let hasEnded = false;
  child.stdout.on('data', (chunk) => {
    screen += chunk;
  });
  const ended = new Promise<number | null>((resolve) =>
    child.on('close', (code) => {
      hasEnded = true;
      resolve(code);
    }),
  );
  let from = 0;
  for (const [after, text] of typed) {
    for (;;) {
      const match = after.exec(screen.slice(from));
      if (match !== null) {
        from += match.index + match[0].length;
        break;
      }
      if (hasEnded) throw new Error(`it ended before ${after}:\n${screen}`);
      await sleep(50);
    }
    child.stdin.write(text);
  }
  const code = await ended;
  return { code, screen: screen.replaceAll('\r', '') };
}

/** Two calculations, so that what is typed, which a terminal shows, is not taken for the answer. */
const say = (what: string) => `echo ${what}-$((20 + 22))\n`;

it.each(['buildah', 'podman'])('the shell is in the state before what failed, by %s', async (engine) => {
  const before = await stateOf(workspace);
  const { code, screen } = await onTerminal(
    ['build', 'needy', '--debug-shell', '--engine', engine],
    [
      [/runs it again/, say('ready')],
      [/ready-42/, 'cat /usr/share/first /usr/share/second; rpm -q fixture-needy\n'],
      [/package fixture-needy is not installed/, `rpm -qp /tmp/mounted/*.rpm && ${say('mounted')}`],
      [/mounted-42/, `sh /run/failed-step; ${say('again')}`],
      // Ctrl-C is for what runs in the shell, not for us.
      [/again-42/, `${say('asleep').trim()}; sleep 65433\n`],
      [/asleep-42/, '\u0003'],
      [/\^C|\n/, say('awake')],
      [/awake-42/, 'exit\n'],
    ],
  );
  expect(code, screen).toBe(3);
  expect(screen).toMatch(/shell before the instruction that failed/);
  expect(screen).toContain('first\nsecond\n');
  expect(screen).toContain('dnf install -y /tmp/mounted/fixture-needy-1-1.noarch.rpm');
  const reasons = screen.match(/nothing provides nothing-has-this needed by/g);
  expect(reasons!.length, screen).toBeGreaterThanOrEqual(2);
  expect(screen).toMatch(/layers\/pools\.yaml:\d+:\d+ error no repository has nothing-has-this/);
  expect(screen).not.toContain('stopping the build');
  expect(await commandLines('sleep 65433')).toEqual([]);
  expect(await stateOf(workspace)).toEqual(before);
});

it('it has the secrets that the instruction had, and keeps none', async () => {
  const before = await stateOf(workspace);
  const { code, screen } = await onTerminal(
    ['build', 'secretive', '--debug-shell', '--secret', `vendor=${join(secrets.path, 'vendor')}`],
    [
      [/runs it again/, `cat /etc/yum.repos.d/v.repo; wc -c < /run/secrets/vendor/password; ${say('read')}`],
      [/read-42/, 'exit\n'],
    ],
  );
  expect(code, screen).toBe(3);
  expect(screen).toContain('baseurl=http://127.0.0.1:9/');
  expect(screen).toMatch(/^15$/m);
  expect(screen).not.toContain('not-to-be-shown');
  expect(await stateOf(workspace)).toEqual(before);
});

it('it may be the base itself', async () => {
  const { code, screen } = await onTerminal(
    ['build', 'first', '--debug-shell'],
    [
      [/runs it again/, `cat /usr/share/fixture-base/version; ${say('read')}`],
      [/read-42/, 'exit\n'],
    ],
  );
  expect(code, screen).toBe(3);
});

it('a build that succeeds opens none', async () => {
  const { code, screen } = await onTerminal(['build', 'fine', '--debug-shell', '--no-push'], []);
  expect(code, screen).toBe(0);
  expect(screen).not.toContain('shell before');
});

it('without a terminal, or with several pools, it says so', async () => {
  const none = await workspace.layers('build', 'needy', '--debug-shell');
  expect(none.code).toBe(2);
  expect(none.stderr).toContain('--debug-shell needs a terminal');
  const two = await workspace.layers('build', 'needy', 'first', '--debug-shell');
  expect(two.code).toBe(2);
  expect(two.stderr).toContain('--debug-shell looks into the build of one pool');
});
