// `env`, `store` and `log` of the SDK: under plain Node, and bundled in the engine.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { env, HostError, PermissionError, store } from '../dist/index.js';
import { Plugin } from '../testing/plugin.mjs';

test('under Node, env is that of the process', () => {
  process.env.POCKET_TEST_KEY = 'value';
  assert.equal(env.POCKET_TEST_KEY, 'value');
  assert.equal(env.POCKET_TEST_NONE, undefined);
});

test('under Node, the store is in memory and shares no value', async () => {
  const value = { list: [1] };
  await store.set('a/1', value);
  await store.set('a/2', null);
  value.list.push(2);
  assert.deepEqual(await store.get('a/1'), { list: [1] });
  assert.deepEqual(await store.keys({ prefix: 'a/', limit: 1 }), ['a/1']);
  assert.deepEqual(await store.keys({ prefix: 'a/', after: 'a/1' }), ['a/2']);
  assert.deepEqual([await store.delete('a/1'), await store.delete('a/1'), await store.get('a/1')], [true, false, null]);
  await assert.rejects(store.set('a', undefined), TypeError);
});

test('under Node, the errors are those of the engine', () => {
  const denied = new PermissionError('permissions.store');
  assert.ok(denied instanceof HostError && denied instanceof Error);
  assert.deepEqual([denied.name, denied.code, new HostError('timeout', 'late').name], ['PermissionError', 'permission-denied', 'HostError']);
});

test('in the engine, they are what the host gives', () => {
  const library = readFileSync(new URL('../dist/host.js', import.meta.url), 'utf8');
  const script = `${library}
    export default { getMetadata() { return { type: 'main' }; }, async exec() {
      log.warn('x'); return [env.KEY, await store.get('k'), new PermissionError('p') instanceof globalThis.PermissionError]; } };`;
  const bundled = new Plugin(script, { env: { KEY: 'v' }, answer: ({ key }) => ({ ok: true, value: `stored ${key}` }) });
  assert.deepEqual(bundled.call(null).output, ['v', 'stored k', true]);
  assert.deepEqual(bundled.log, [[2, 'x']]);
});
