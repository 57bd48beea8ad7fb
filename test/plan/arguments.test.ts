import { describe, expect, it } from 'vitest';
import { buildArguments, contentTag, pushArguments } from '../../src/plan/arguments.ts';
import { type BuildPlan, parseJson, printJson } from '../../src/plan/plan.ts';

const PLAN: BuildPlan = {
  format: 1,
  hash: 'a1'.repeat(16),
  architecture: 'amd64',
  base: `q.io/base@sha256:${'a1'.repeat(32)}`,
  release: '4.19.3',
  files: [{ name: 'a.0123', sha256: 'a1'.repeat(32), source: 'layers/files/a' }],
  steps: ['tools: packages', 'end'],
};
const PATHS = { containerfile: '/w/Containerfile', context: '/w/context', idFile: '/w/id', volume: String };

/** The value after an option. */
const valueAfter = (args: readonly unknown[], option: string) => args[args.indexOf(option) + 1];

describe('the arguments of a build', () => {
  it('are those of the plan, with the context last', () => {
    const args = buildArguments(PLAN, PATHS);
    expect(args[0]).toBe('build');
    expect(args.at(-1)).toBe('/w/context');
    expect(valueAfter(args, '--file')).toBe('/w/Containerfile');
    expect(valueAfter(args, '--iidfile')).toBe('/w/id');
    expect(args).toContain(`--label=cdk8s-os-layers/build=${PLAN.hash}`);
    expect(args).toContain('--format=oci');
  });

  it('name credentials by their file only, and turn TLS off only where told to', () => {
    const plain = buildArguments(PLAN, PATHS).join(' ');
    expect(plain).not.toMatch(/authfile|tls-verify|creds/);
    const args = buildArguments(PLAN, { ...PATHS, authFile: '/w/auth' }, true);
    expect(valueAfter(args, '--authfile')).toBe('/w/auth');
    expect(args).toContain('--tls-verify=false');
    expect(args.at(-1)).toBe('/w/context');
  });

  it('keep a path that is not text as it is, for the script of a Job', () => {
    const variable = { variable: 'WORK' };
    expect(buildArguments<string | typeof variable>(PLAN, { ...PATHS, context: variable }).at(-1)).toBe(
      variable,
    );
  });
});

describe('the arguments of a push', () => {
  const paths = { image: 'sha256:1', destination: 'docker://q.io/os:build-1', digestFile: '/w/digest' };

  it('ask for the digest in a file, and end in what goes where', () => {
    const args = pushArguments(paths);
    expect(valueAfter(args, '--digestfile')).toBe('/w/digest');
    expect(args.slice(-2)).toEqual(['sha256:1', 'docker://q.io/os:build-1']);
    expect(args.join(' ')).not.toMatch(/authfile|tls-verify|creds/);
  });

  it('take an auth file, and no TLS where told to', () => {
    const args = pushArguments({ ...paths, authFile: '/w/auth' }, true);
    expect(valueAfter(args, '--authfile')).toBe('/w/auth');
    expect(args).toContain('--tls-verify=false');
  });
});

it('a tag says which build it is, and is one', () => {
  expect(contentTag(PLAN.hash)).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/);
  expect(contentTag(PLAN.hash)).toContain(PLAN.hash);
});

describe('a plan', () => {
  it('reads back as it was printed', () => {
    const text = printJson(PLAN);
    expect(parseJson<BuildPlan>(text, 'dist/x')).toEqual(PLAN);
    expect(text.endsWith('}\n')).toBe(true);
  });

  it.each(['', '{', '<<<<<<< HEAD\n{}', 'null x'])('%j is told as what synth did not write', (text) => {
    expect(() => parseJson(text, 'dist/builds/x/plan')).toThrow(
      'dist/builds/x/plan: this file is not what synth wrote (dist-broken)\n  Write dist/ again: `layers synth`.',
    );
  });
});
