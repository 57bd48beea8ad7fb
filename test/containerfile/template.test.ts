import { describe, expect, it } from 'vitest';
import { shellTemplate } from '../../src/containerfile/template.ts';

const SKELETON = { name: '', names: [''], items: [{ key: '' }], wanted: false };

describe('a shell template', () => {
  it('prints a command a line, and quotes what is in it', () => {
    const print = shellTemplate(
      `
        install {{sh name}}
        {{#each items}}
          use {{sh key}} {{sh ../name}}
        {{/each}}
        {{#if wanted}}then {{words names}}{{else}}not {{sh name}}{{/if}}
        {{#unless wanted}}clean{{/unless}}`,
      SKELETON,
    );
    expect(
      print({ name: 'a b', names: ['x', '$y'], items: [{ key: '1' }, { key: ';' }], wanted: true }),
    ).toEqual([["install 'a b'"], ["use 1 'a b'"], ["use ';' 'a b'"], ["then x '$y'"]]);
    expect(print({ name: 'a', names: [], items: [], wanted: false })).toEqual([
      ['install a'],
      ['not a'],
      ['clean'],
    ]);
  });

  it('keeps a newline within a value from being a line of its own', () => {
    const print = shellTemplate('echo {{sh name}}', SKELETON);
    expect(print({ ...SKELETON, name: 'a\n  rm -rf /\n' })).toEqual([["echo 'a\n  rm -rf /\n'"]]);
  });

  it('keeps characters whose halves are its stand-ins for newlines', () => {
    const name = 'a\u{10000}b\u{10400}c\u{103ff}';
    expect(shellTemplate('echo {{sh name}}', SKELETON)({ ...SKELETON, name })).toEqual([[`echo '${name}'`]]);
  });

  it('prints a text a line an argument, and many arguments one below the other', () => {
    const text = shellTemplate('printf {{lines name}} > f', SKELETON)({ ...SKELETON, name: 'a\n\n b \n' });
    expect(text).toEqual([['printf', 'a', "''", "' b ' > f"]]);
    const many = Array.from({ length: 30 }, (_, index) => `package-${index}`);
    const [command] = shellTemplate('dnf install {{words names}}', SKELETON)({ ...SKELETON, names: many });
    expect(command!.join(' ')).toBe(`dnf install ${many.join(' ')}`);
    expect(command!.length).toBeGreaterThan(1);
  });

  it.each([
    ['a misspelt argument of a helper', '{{sh nmae}}', 'asks for nmae'],
    ['a misspelt list', '{{#each itmes}}x{{/each}}', 'asks for itmes'],
    ['a misspelt condition', '{{#if wantd}}x{{/if}}', 'asks for wantd'],
    ['a misspelt condition in else', '{{#if wanted}}x{{else if wnted}}y{{/if}}', 'asks for wnted'],
    ['a misspelt key of an item', '{{#each items}}{{sh kye}}{{/each}}', 'asks for kye'],
    ['a misspelt key in else', '{{#unless wanted}}x{{else}}{{sh nmae}}{{/unless}}', 'asks for nmae'],
    ['a key of the view within an item', '{{#each items}}{{sh name}}{{/each}}', 'asks for name'],
    ['a key that every object has', '{{sh constructor}}', 'asks for constructor'],
    ['a view above the first', '{{sh ../name}}', 'above its view'],
    ['a bare value', '{{name}}', 'must quote {{name}}'],
    ['a bare value in braces of three', '{{{name}}}', 'must quote {{name}}'],
    ['a bare item', '{{#each names}}{{this}}{{/each}}', 'must quote {{this}}'],
    ['an unknown helper', '{{raw name}}', 'must quote {{raw}}'],
    ['a helper without a value', '{{sh}}', 'must quote {{sh}}'],
    ['a helper with two values', '{{sh name name}}', 'must quote {{sh}}'],
    ['a helper with an option', '{{sh name quote=false}}', 'must quote {{sh}}'],
    ['a helper within a helper', '{{sh (words names)}}', 'from the view only'],
    ['a text of its own', '{{sh "x"}}', 'from the view only'],
    ['data of Handlebars', '{{#each names}}{{sh @key}}{{/each}}', 'from the view only'],
    ['a list as one value', '{{sh names}}', 'gives {{sh}} what it does not take'],
    ['one value as a list', '{{words name}}', 'gives {{words}} what it does not take'],
    ['an object as a value', '{{#each items}}{{sh this}}{{/each}}', 'gives {{sh}} what it does not take'],
    ['an unknown block', '{{#with name}}x{{/with}}', 'may not have a block {{#with}}'],
    ['a block that is a value', '{{#names}}x{{/names}}', 'may not have a block {{#names}}'],
    ['a block with two values', '{{#if name wanted}}x{{/if}}', 'takes one value'],
    ['a list that is none', '{{#each name}}x{{/each}}', 'needs a list'],
    ['a partial', '{{> other}}', 'may not have a PartialStatement'],
    ['a value in quotes', 'echo "{{sh name}}"', 'must close its quotes'],
    ['a value in single quotes', "echo 'a {{sh name}} b'", 'must close its quotes'],
  ])('with %s does not load', (_, source, message) => {
    expect(() => shellTemplate(source, SKELETON)(SKELETON)).toThrow(message);
  });
});
