import { describe, expect, it } from 'vitest';
import { compile, compileIn, DIGEST, errorsOf, repository } from './compile-pool.ts';

const EXTENSIONS = { 'rhel-coreos-extensions': `q.io/extensions@${DIGEST}` };

describe("a pool's node settings", () => {
  it('go into its MachineConfig as they are', () => {
    const pool = { kernelType: 'realtime', extensions: ['usbguard'], kernelArguments: ['hugepages=16'] };
    expect(compile({ pool }).node).toEqual(pool);
  });

  it('bring the extensions of the release, which are of the RHEL that its base is of', () => {
    const { node } = compile({ pool: { extensions: ['usbguard'] }, images: EXTENSIONS });
    expect(node.baseOSExtensionsContainerImage).toBe(`q.io/extensions@${DIGEST}`);
    expect(compile({ pool: { kernelArguments: ['a'] }, images: EXTENSIONS }).node).toEqual({
      kernelArguments: ['a'],
    });
    expect(compile({ pool: { kernelType: 'default' }, images: EXTENSIONS }).node).toEqual({
      kernelType: 'default',
    });
  });

  it('with a base of its own are told that the extensions may be of another RHEL', () => {
    const pool = { base: `q.io/other@${DIGEST}`, extensions: ['usbguard'] };
    const { compiled, diagnostics } = compileIn(repository({ pool, images: EXTENSIONS }));
    expect(compiled!.node).toEqual({ extensions: ['usbguard'] });
    expect(diagnostics).toMatchObject([{ code: 'extensions-unmatched', severity: 'warning' }]);
  });

  it('do not change what is built', () => {
    expect(compile({ pool: { kernelArguments: ['a'] } }).hash).toBe(compile({}).hash);
  });

  it.each([
    [{ kernelType: '64k-pages' }, 'kernel-not-amd64'],
    [{ kernelType: 'realtime', extensions: ['kernel-devel'] }, 'kernel-devel'],
    [{ release: '4.18.21', extensions: ['two-node-ha'] }, 'unknown-extension'],
  ])('that the operator would refuse are errors: %j', (pool, code) => {
    expect(errorsOf({ pool })).toMatchObject([expect.stringContaining(code)]);
  });

  it('are not asked for beside a kernel of a layer', () => {
    const kernel = { version: '5.14.0-1.el9.x86_64', baseurl: 'https://example.com/kernels' };
    const layers = [{ name: 'kernel', steps: [{ kernel }] }];
    expect(errorsOf({ layers, pool: { kernelType: 'realtime' } })).toMatchObject([
      expect.stringContaining('kernel-twice'),
    ]);
    expect(errorsOf({ layers, pool: { kernelType: 'default' } })).toEqual([]);
  });
});
