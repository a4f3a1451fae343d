// `defineNode`: its types are those of its schemas, and it is a node like any other.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { defineNode, run } from '../dist/index.js';
import { Plugin } from '../testing/plugin.mjs';
import { check } from '../testing/types.mjs';

/** A node with a schema for everything, and the given lines in its `exec`. */
const typed = (lines, gives = '{ text }', more = '') => `
  import { defineNode } from '@pocket/plugin-sdk';
  export default defineNode({
    type: 'shout', category: 'text', description: 'Says it louder',
    configSchema: {
      type: 'object',
      additionalProperties: false,
      properties: { marks: { type: 'integer', default: 1 }, mode: { enum: ['loud', 'soft'] } },
    },
    inputSchema: {
      type: 'object',
      additionalProperties: false,
      required: ['text'],
      properties: { text: { type: 'string' }, times: { type: 'integer', default: 2 } },
    },
    outputSchema: { type: 'object', required: ['text'], properties: { text: { type: 'string' } } },
    ${more}
    async exec({ text, times }, config) { ${lines}; return ${gives}; },
  });`;

test('config and input have the types of their schemas', () => {
  const right = `
    const marks: number = config.marks;
    const mode: 'loud' | 'soft' | undefined = config.mode;
    const again: number = times ?? marks;
    text.repeat(again) + mode`;
  assert.equal(check(typed(right)), '');
});

test('a schema that a library made of its types has those types, and a function need not be async', () => {
  const library = (exec) => check(`
    import { defineNode } from '@pocket/plugin-sdk';
    type Typed<Given, Filled = Given> =
      { [keyword: string]: unknown } & { '~standard': { types?: { input: Given; output: Filled } | undefined } };
    declare const config: Typed<{ least?: number }, { least: number }>;
    declare const text: Typed<{ text: string }>;
    export default defineNode({
      type: 'a', category: '', description: '', configSchema: config, inputSchema: text, outputSchema: text,
      examples: [{ name: '', config: {}, input: { text: '' }, output: { text: '' } }],
      exec({ text }, { least }) { ${exec} },
    });`);
  assert.equal(library('return { text: text.padEnd(least) };'), '');
  assert.deepEqual(library('return { text: text.length };').match(/error TS\d+/g), ['error TS2322']);
  assert.deepEqual(library('return { text: least };').match(/error TS\d+/g), ['error TS2322']);
});

for (const [what, lines, code] of [
  ['a config that the schema does not have', 'config.mark', 'TS2551'],
  ['a config of another type', 'const marks: string = config.marks', 'TS2322'],
  ['a word that an enum does not have', `config.mode === 'silent'`, 'TS2367'],
  ['a config without a default, as if it were there', `config.mode.length`, 'TS18048'],
  ['an input with a default, which nobody fills in', 'const again: number = times', 'TS2322'],
  ['an input of another type', 'text.toFixed()', 'TS2551'],
]) {
  test(`${what} is red`, () => assert.deepEqual(check(typed(lines)).match(/error TS\d+/g), [`error ${code}`]));
}

test('an output that its schema refuses is red', () => {
  assert.match(check(typed('', '{ text: 1 }')), /error TS2322: .*exec|Type 'number' is not assignable to type 'string'/);
  assert.match(check(typed('', '{}')), /'text' is missing/);
});

test('an example that its schemas refuse is red', () => {
  const example = (text) => `examples: [{ name: 'One', config: { marks: 1 }, input: { text: ${text} }, output: { text: 'A' } }],`;
  assert.equal(check(typed('', '{ text }', example(`'a'`))), '');
  assert.match(check(typed('', '{ text }', example('1'))), /Type 'number' is not assignable to type 'string'/);
});

test('exec takes what prep gives, and post what exec gives', () => {
  const steps = (last) => `
    import { defineNode } from '@pocket/plugin-sdk';
    const configSchema = { type: 'object', properties: { least: { type: 'integer', default: 3 } } } as const;
    export default defineNode({
      type: 'long', category: 'text', description: 'Finds long texts', configSchema,
      inputSchema: { type: 'string' },
      outputSchema: { type: 'boolean' },
      async prep(text) { return text.length; },
      async exec(length, { least }) { return length >= least; },
      async post(text, long) { return { output: ${last}, next: long ? text : 'short' }; },
    });`;
  assert.equal(check(steps('long')), '');
  assert.match(check(steps('text')), /Type 'string' is not assignable to type 'boolean'/);
});

const definition = {
  type: 'shout',
  category: 'text',
  description: 'Says it louder',
  configSchema: { type: 'object', properties: { marks: { type: 'integer', default: 2 } } },
  examples: [{ name: 'One', input: 'a', output: 'A!!' }],
  prep: async (input, { marks }) => [input.toUpperCase(), marks],
  exec: async ([text, marks], config) => text + '!'.repeat(marks + config.marks),
  post: async (input, result, { marks }) => ({ output: result.slice(marks), next: input }),
};

test('each function gets the config, its defaults filled in', async () => {
  assert.deepEqual(await run(defineNode(definition), 'ab'), { output: '!!!!', next: 'ab' });
  assert.deepEqual(await run(defineNode({ ...definition, prep: undefined, post: undefined }), ['x', 0], { marks: 1 }), { output: 'x!', next: 'default' });
});

test('the metadata is all but the functions', () => {
  const { prep, exec, post, ...metadata } = definition;
  assert.deepEqual(defineNode(definition).getMetadata(), metadata);
});

test('the engine takes it as a node', () => {
  const library = readFileSync(new URL('../dist/define.js', import.meta.url), 'utf8');
  const script = `${library}
    export default defineNode({ type: 'main', configSchema: {}, async exec(input, config) { return [input, config]; } });`;
  assert.deepEqual(new Plugin(script).call(1).output, [1, {}]);
});

test('nothing but the SDK itself gets into a plugin: types leave no code', () => {
  const folder = new URL('../dist/', import.meta.url);
  const sources = readdirSync(folder).filter((name) => name.endsWith('.js')).map((name) => readFileSync(new URL(name, folder), 'utf8'));
  const imports = sources.flatMap((source) => [...source.matchAll(/from '(.*)'/g)].map(([, name]) => name));
  assert.deepEqual(imports.sort(), ['./define.js', './host.js']);
});
