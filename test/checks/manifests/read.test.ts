import { describe, expect, it } from 'vitest';
import { configYaml, machineConfigYaml } from '../../../src/checks/examples.ts';
import { readManifests } from '../../../src/checks/manifests/read.ts';
import { locate } from '../../../src/spec/locate.ts';
import { codes, found } from './found.ts';

const BAD = machineConfigYaml('extensions: [nope]');

/** Line and column of what is found, each with its code. */
function places(text: string): string[] {
  return found(text).map(({ code, origin }) => {
    const { line, column } = locate(text, origin!)!;
    return `${line}:${column} ${code}`;
  });
}

describe('manifests', () => {
  it('are found in files of several documents, with comments and empty ones between', () => {
    expect(places(`# one\n---\n${configYaml()}---\n---\n${BAD}`)).toEqual(['29:16 unknown-extension']);
  });

  it('are found in lists, however deep', () => {
    const list = (items: string) =>
      `apiVersion: v1\nkind: List\nitems:\n${items.replaceAll(/^/gm, '  ').replace(/^ {2}/, '- ').trimEnd()}\n`;
    expect(places(list(BAD))).toEqual(['11:18 unknown-extension']);
    expect(places(list(list(BAD)))).toEqual(['14:20 unknown-extension']);
    const typed = list(BAD).replace('kind: List', 'kind: MachineConfigList');
    expect(codes(typed)).toEqual(['error unknown-extension']);
  });

  it('may be JSON, with the place of what is found', () => {
    const json = JSON.stringify(readManifests(BAD, 'a').objects[0]!.data, undefined, 2);
    expect(places(json)).toEqual(['12:7 unknown-extension']);
    expect(codes(JSON.stringify(JSON.parse(json)))).toEqual(['error unknown-extension']);
  });

  it('may have anchors, merges and a byte order mark, as kubectl takes them', () => {
    const text = `\ufeff${BAD.replace('metadata:', 'x-a: &a { name: 99-infra-os }\nmetadata:')}`;
    expect(found(text).map(({ code }) => code)).toEqual(['unknown-key', 'unknown-extension']);
    expect(codes(BAD.replace('  name: 99-infra-os\n', '  <<: { name: 99-infra-os }\n'))).toEqual([
      'error unknown-extension',
    ]);
  });

  it('of other kinds are passed over, and so is what is no object', () => {
    expect(
      codes('apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n---\n- a\n---\ntext\n---\n1\n'),
    ).toEqual([]);
    expect(codes('kind: MachineConfig\n')).toEqual([]);
    expect(codes('apiVersion: example.com/v1\nkind: MachineConfig\nmetadata: { name: a }\n')).toEqual([]);
  });

  it.each([
    ['a broken document', 'a: [\n'],
    ['a tab for indentation', 'a:\n\tb: 1\n'],
    ['a key twice', 'a: 1\na: 2\n'],
    ['a template of Helm', 'metadata: {{ .Values.name }}\n'],
  ])('that are %s are an error with its place, and the other documents are checked', (_, text) => {
    const diagnostics = found(`${text}---\n${BAD}`);
    expect(diagnostics.map(({ code }) => code)).toContain('invalid-yaml');
    const broken = diagnostics.find(({ code }) => code === 'invalid-yaml')!;
    expect(locate(`${text}---\n${BAD}`, broken.origin!)).toBeDefined();
  });

  it('that are a bomb of aliases are an error, and quick', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 12; level++)
      lines.push(
        `a${level}: &a${level} [${Array(10)
          .fill(`*a${level - 1}`)
          .join(', ')}]`,
      );
    const start = Date.now();
    expect(codes(lines.join('\n'))).toEqual(['error invalid-yaml']);
    expect(Date.now() - start).toBeLessThan(5_000);
  });

  it('that are larger than any API server takes are not read', () => {
    expect(codes(`# ${'x'.repeat(17 * 1024 * 1024)}`)).toEqual(['error invalid-yaml']);
  });

  it('with values of the wrong type are errors, and no crash', () => {
    const kinds = ['MachineOSConfig', 'MachineOSBuild', 'MachineConfig', 'MachineConfigPool'];
    for (const kind of kinds) {
      for (const rest of [
        '',
        'metadata: 1',
        'metadata: []',
        'spec: 1',
        'metadata: { annotations: [1], labels: 1 }',
      ]) {
        const diagnostics = found(
          `apiVersion: machineconfiguration.openshift.io/v1\nkind: ${kind}\n${rest}\n`,
        );
        for (const { code, origin } of diagnostics)
          expect({ code, file: origin?.file }).toMatchObject({ file: 'a.yaml' });
      }
    }
  });
});

describe('a place within a Containerfile', () => {
  const text = configYaml({
    content:
      'FROM configs AS final\n\n# a comment\nRUN dnf install -y \\\n      http://example.com/a.rpm\nRUN ostree container commit',
  });

  it('is the line of the file, in a literal block', () => {
    const line = text.split('\n').findIndex((row) => row.includes('http://')) + 1;
    expect(places(text)).toEqual([`${line}:15 plain-http`]);
  });

  it.each([
    ['folded', '>\n        RUN dnf install -y http://example.com/a.rpm &&\n        ostree container commit'],
    ['quoted', '"RUN dnf install -y http://example.com/a.rpm && ostree\n          container commit"'],
  ])('is where the text begins, in a %s one', (_, content) => {
    const changed = text.replace(/\|\n[\s\S]*?(?=\n {2}imageBuilder)/, content);
    const line = changed.split('\n').findIndex((row) => row.includes('content:')) + 1;
    expect(places(changed)).toEqual([`${line}:16 plain-http`]);
  });
});
