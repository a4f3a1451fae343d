// `run`, with which authors test their nodes under Node.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PluginNode, run } from '../dist/index.js';

class Configured extends PluginNode {
  constructor(configSchema) {
    super();
    this.configSchema = configSchema;
  }

  async exec(input) {
    return { input, config: this.config };
  }

  getMetadata() {
    return { type: 'configured', category: 'c', description: 'd', configSchema: this.configSchema };
  }
}

class Steps extends Configured {
  async prep(input) {
    return input + 1;
  }

  async post(input, result) {
    return { output: [input, result.input], next: 'left' };
  }
}

test('exec alone gives the output and goes the default way', async () => {
  const result = await run(new Configured({}), 1, { a: 2 });
  assert.deepEqual(result, { output: { input: 1, config: { a: 2 } }, next: 'default' });
});

test('prep, exec and post take turns', async () => {
  assert.deepEqual(await run(new Steps({}), 1), { output: [1, 2], next: 'left' });
});

test('what the config leaves out gets its default, inside objects too', async () => {
  const mode = { type: 'string', default: 'slow' };
  const node = new Configured({
    properties: { mode, limit: { default: 0 }, other: {}, nested: { properties: { mode } } },
  });
  const { output } = await run(node, null, { nested: { x: 1 }, limit: null });
  assert.deepEqual(output.config, { mode: 'slow', limit: null, nested: { x: 1, mode: 'slow' } });
});

test('the default of the schema is not shared between calls', async () => {
  const node = new Configured({ properties: { list: { default: [] } } });
  (await run(node, 1)).output.config.list.push('left over');
  assert.deepEqual((await run(node, 2)).output.config.list, []);
});

test('what exec throws comes through', async () => {
  const node = new Configured({});
  node.exec = async () => { throw new RangeError('too far'); };
  await assert.rejects(run(node, 1), RangeError);
});
