import type { Validation } from 'cdk8s-cli/plugins';
import { expect, it } from 'vitest';
import { DIGEST } from '../../src/checks/examples.ts';
import { LayersValidation } from '../../src/index.ts';
import { installInto, temporaryRepository } from '../synth/temporary-repository.ts';

/** An app of people's own, whose MachineConfig is not made by this package. */
const app = (spec: string) => `import { ApiObject, App, Chart } from 'cdk8s';
const app = new App();
new ApiObject(new Chart(app, 'own'), 'config', {
  apiVersion: 'machineconfiguration.openshift.io/v1',
  kind: 'MachineConfig',
  metadata: { name: '99-worker-own', labels: { 'machineconfiguration.openshift.io/role': 'worker' } },
  spec: ${spec},
});
app.synth();
`;
const config = (properties: string) => `app: node main.mjs
output: dist
validations:
  - package: ./node_modules/cdk8s-os-layers
    version: 0.1.0
    class: LayersValidation
    properties: ${properties}
`;

function synth(spec: string, properties = '{}') {
  const repository = temporaryRepository({ 'main.mjs': app(spec), 'cdk8s.yaml': config(properties) });
  installInto(repository);
  const { status, stdout } = repository.cdk8s('synth');
  return { status, stdout };
}

it('is what cdk8s takes for a validation plugin', () => {
  const plugin: Validation = new LayersValidation({ release: '4.19' });
  expect(plugin.validate).toBeTypeOf('function');
});

it('passes what is well', () => {
  expect(synth(`{ osImageURL: 'quay.io/a/b@${DIGEST}' }`)).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/Status\s+│ success/),
  });
});

it('fails a synth on errors, and names the construct, the key and the way out', () => {
  const { status, stdout } = synth(`{ extensions: ['two-node-ha'] }`, '{ release: "4.18" }');
  expect(status).toBe(2);
  expect(stdout).toContain('Construct Path: own/config');
  expect(stdout).toContain('> spec.extensions[0]');
  expect(stdout).toContain('error: OpenShift 4.18.0 has no extension two-node-ha yet');
  expect(stdout).toContain('It came with 4.19.');
  expect(synth(`{ extensions: ['two-node-ha'] }`).status).toBe(0);
});

it('shows warnings, and fails on them where it is strict', () => {
  const spec = `{ osImageURL: 'quay.io/a/b:latest' }`;
  expect(synth(spec)).toMatchObject({ status: 0, stdout: expect.stringContaining('os-image-by-tag') });
  expect(synth(spec, '{ strict: true }').status).toBe(2);
});
