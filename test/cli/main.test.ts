import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryRepository } from '../synth/temporary-repository.ts';

const REPOSITORY = {
  'layers/all.yaml': `kind: Release
name: "4.19.3"
amd64: { rhel-coreos: "quay.io/o/os@sha256:${'4'.repeat(64)}" }
---
kind: Pool
name: worker
release: "4.19.3"
layers: [{ name: tools, steps: [{ packages: { install: [vim] } }] }]
target: { machineConfig: { image: registry.example.com/os/worker } }
`,
};

describe('the command line', () => {
  it.each([
    [['synth', '-C', 'a', '-C', '.'], 'C is given 2 times'],
    [['synth', '-C'], 'C is given, and is empty'],
    [['synth', '-C', ''], 'C is given, and is empty'],
    [['build', '--engine', 'podman', '--engine', 'buildah'], 'engine is given 2 times'],
    [['build', '--authfile'], 'authfile is given, and is empty'],
    [['build', '--authfile', 'a', '--authfile', 'b'], 'authfile is given 2 times'],
    [['synth', '--output', 'json', '--output', 'text'], 'output is given 2 times'],
    [['init', ''], 'dir is given, and is empty'],
  ])('%j is refused, and nothing is written', (args, message) => {
    const repository = temporaryRepository(REPOSITORY);
    const { status, stdout, stderr } = repository.layers(...args);
    expect(stdout + stderr).toContain(message);
    expect(status).toBe(2);
    expect(repository.dist()).toEqual({});
  });

  it('that is wrong is told as data where that is asked for', () => {
    const { status, stdout, stderr } = temporaryRepository(REPOSITORY).layers('sinth', '--output', 'json');
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      type: 'failed',
      diagnostics: [{ code: 'usage', source: 'input', message: 'Did you mean synth?' }],
    });
    expect(stderr).toBe('');
  });

  it('takes several pools', () => {
    const repository = temporaryRepository(REPOSITORY);
    repository.layers('synth');
    const { stderr } = repository.layers('build', 'alpha', 'beta');
    expect(stderr).toContain('there is no pool alpha');
    expect(stderr).toContain('there is no pool beta');
  });
});

describe('the folder to work in', () => {
  const BROKEN = { 'layers/all.yaml': 'kind: Layer\nname: tools\nstepz: []\n' };

  it.each([
    (root: string) => ['-C', root],
    (root: string) => [`-C${root}`],
    (root: string) => [`--directory=${root}`],
  ])('is where errors are shown with their lines, however it is given', (option) => {
    const broken = temporaryRepository(BROKEN);
    const { stderr } = temporaryRepository().layers('synth', ...option(broken.root));
    expect(stderr).toContain('layers/all.yaml:3:1 error stepz is not known here');
    expect(stderr).toContain('  3 | stepz: []');
  });

  it.each(['synth', 'check', 'build'])('has to be one: layers %s says so', (verb) => {
    const repository = temporaryRepository({ file: '' });
    for (const name of ['file', 'file/below', 'nowhere']) {
      const { status, stderr } = repository.layers(verb, '-C', name);
      expect(stderr).toContain(`error ${repository.root}/${name} is not a folder`);
      expect(status).toBe(2);
    }
  });
});

describe('stdout', () => {
  it('may be closed before all of it was read', async () => {
    const repository = temporaryRepository(REPOSITORY);
    const child = spawn(process.execPath, [resolve('lib/layers.js'), 'synth'], {
      cwd: repository.root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    const said: Buffer[] = [];
    child.stderr.on('data', (chunk) => said.push(chunk));
    expect(await new Promise((ended) => child.once('close', ended))).toBe(0);
    expect(Buffer.concat(said).toString()).not.toContain('EPIPE');
    expect(Object.keys(repository.dist())).toContain('worker.build');
  });

  it('that is full is an error', () => {
    const repository = temporaryRepository(REPOSITORY);
    const full = openSync('/dev/full', 'w');
    const args = [resolve('lib/layers.js'), 'synth'];
    const { status, stderr } = spawnSync(process.execPath, args, {
      cwd: repository.root,
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    closeSync(full);
    expect(stderr).toContain('the output could not be written: ENOSPC');
    expect(stderr).not.toContain('node:events');
    expect(status).toBe(2);
  });
});
