import { describe, expect, it } from 'vitest';
import { instructionsIn } from '../../src/checks/containerfile/read.ts';
import { configYaml } from '../../src/checks/examples.ts';
import { codes } from './manifests/found.ts';

describe('the instructions of a Containerfile that somebody wrote', () => {
  it.each([
    [
      'joined lines, with comments, blanks and blank lines between',
      'RUN a \\  \n# c\n\n  && b\nUSER 1',
      [
        ['RUN', 'a && b', 0],
        ['USER', '1', 4],
      ],
    ],
    [
      'lower case',
      'from configs\nrun a',
      [
        ['FROM', 'configs', 0],
        ['RUN', 'a', 1],
      ],
    ],
    [
      'a here-document',
      "RUN cat <<'EOF' > /a\nFROM x\nEOF\nUSER 1",
      [
        ['RUN', "cat <<'EOF' > /a", 0],
        ['USER', '1', 3],
      ],
    ],
    [
      'two here-documents',
      'COPY <<A <<B /etc/\nx\nA\ny\nB\nUSER 1',
      [
        ['COPY', '<<A <<B /etc/', 0],
        ['USER', '1', 5],
      ],
    ],
    [
      'a here-string, which is none',
      'RUN cat <<<EOF\nUSER 1',
      [
        ['RUN', 'cat <<<EOF', 0],
        ['USER', '1', 1],
      ],
    ],
    ['one that ends in the middle', 'RUN a \\', [['RUN', 'a', 0]]],
    ['a here-document that does not end', 'RUN cat <<EOF\nx', [['RUN', 'cat <<EOF', 0]]],
    [
      'Windows line ends',
      'RUN a \\\r\n b\r\nUSER 1\r\n',
      [
        ['RUN', 'a b', 0],
        ['USER', '1', 2],
      ],
    ],
    ['nothing', '\n# a\n', []],
  ] as const)('%s', (_, text, expected) => {
    expect(instructionsIn(text).map(({ keyword, text, line }) => [keyword, text, line])).toEqual(expected);
  });
});

/** What is found in a Containerfile of a MachineOSConfig that is otherwise well. */
function inText(...lines: string[]): string[] {
  return codes(configYaml({ content: [...lines, 'RUN bootc container lint'].join('\n') }));
}

const CONFIGS = 'FROM configs AS final';

describe('checks of Containerfiles', () => {
  it.each([
    ['a file', 'COPY a /a', true],
    ['a file, of several', 'COPY --chown=0:0 a b /c/', true],
    ['a file, as JSON', 'COPY ["a", "/a"]', true],
    ['a file, by ADD', 'ADD a.tar /a', true],
    ['a stage', 'COPY --from=x /a /a', false],
    ['a URL', 'ADD https://example.com/a /a', false],
    ['a text in place', 'COPY <<EOF /a\nx\nEOF', false],
    ["the cluster's own certificates", 'COPY ./openshift-config-user-ca-bundle.crt /etc/pki/', false],
    ['the configuration of the pool', 'COPY machineconfig/machineconfig.json.gz /a', false],
  ])('COPY of %s', (_, line, isFound) => {
    expect(inText('FROM quay.io/a/b:c AS x', CONFIGS, line)).toEqual(isFound ? ['error local-copy'] : []);
  });

  it.each([
    ['configs', ['FROM configs'], false],
    ['configs, with a flag', ['FROM --platform=linux/amd64 configs AS final'], false],
    ['configs, by another stage', ['FROM configs AS one', 'FROM one AS two'], false],
    ['no FROM at all', [], false],
    ['another image', ['FROM quay.io/a/b:c'], true],
    ['configs, and then another image', ['FROM configs AS one', 'FROM quay.io/a/b:c'], true],
  ])('a last stage from %s', (_, lines, isFound) => {
    expect(inText(...lines)).toEqual(isFound ? ['warning final-stage'] : []);
  });

  it.each([
    ['RUN dnf update -y https://example.com/a.rpm', true],
    ['RUN yum -y upgrade ./a.rpm && true', true],
    ['RUN dnf update -y', false],
    ['RUN dnf update -y && rpm -i a.rpm', false],
    ['RUN dnf install -y https://example.com/a.rpm', false],
  ])('%s', (line, isFound) => {
    expect(inText(CONFIGS, line)).toEqual(isFound ? ['warning update-does-nothing'] : []);
  });

  it.each([
    ['RUN curl -u ci:hunter2 https://example.com', true],
    ['RUN curl -fsS --user "ci:hunter2" https://example.com', true],
    ['RUN curl -u "$USER:$PASS" https://example.com', false],
    ['RUN curl https://$USER:$PASS@example.com/', false],
    ['RUN curl https://example.com:8443/a@b', false],
    ['RUN curl https://ci:hunter2@example.com/', true],
  ])('%s', (line, isFound) => {
    expect(inText(CONFIGS, line)).toEqual(isFound ? ['warning credentials-in-text'] : []);
  });

  it.each([
    ['dnf install -y a', ['error unknown-instruction']],
    ['RUN', ['error unknown-instruction']],
    ['ENV A', ['error unknown-instruction']],
    ['ENV A=b', []],
    ['ENV A b', []],
    ['LABEL a="b c"', []],
    ['copy --from=x /a /a', []],
  ])('%s', (line, expected) => {
    expect(inText(CONFIGS, line)).toEqual(expected);
  });
});
