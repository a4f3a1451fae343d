// Runs dist/plugin.wasm under Node, without Pocket; build it first.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Plugin } from '@pocket/assemblyscript-sdk/testing';

const plugin = new Plugin(new URL('../dist/plugin.wasm', import.meta.url));
const [{ type, examples }] = plugin.metadata.nodes;

for (const { name, config, input, output } of examples) {
  test(`the example "${name}" is what the plugin gives`, () => {
    assert.deepEqual(plugin.run(type, input, config).output, output);
  });
}

test('an empty text is an error', () => {
  assert.throws(() => plugin.run(type, { text: '' }), /there is nothing to shout/);
});
