// Runs the plugin's code under Node, without WebAssembly.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '@pocket/plugin-sdk';
import plugin from '../src/plugin.ts';

for (const { name, config, input, output } of plugin.getMetadata().examples ?? []) {
  test(`the example "${name}" is what the plugin gives`, async () => {
    assert.deepEqual((await run(plugin, input, config)).output, output);
  });
}

test('an input without text is an error', async () => {
  await assert.rejects(run(plugin, {}), /no text/);
});
