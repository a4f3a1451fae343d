// `pocket` in the engine: environment, store, log.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate, Plugin, plugin } from '../testing/plugin.mjs';

/** A store as the host has it. */
function keeping(entries = new Map()) {
  const calls = {
    'store.get': ({ key }) => entries.get(key) ?? null,
    'store.set': ({ key, value }) => (entries.set(key, value), null),
    'store.delete': ({ key }) => entries.delete(key),
    'store.keys': ({ prefix = '', limit = 100, after = '' }) => [...entries.keys()].filter((key) => key.startsWith(prefix) && key > after).sort().slice(0, limit),
  };
  return { entries, answer: ({ call, ...fields }) => ({ ok: true, value: calls[call](fields) }) };
}

test('the environment is there when the script starts, and cannot be changed', () => {
  const env = { KEY: 'a=b', EMPTY: '', NAME: 'é' };
  const script = new Plugin(`
    const early = { ...pocket.env };
    export default { getMetadata() { return { type: 'main' }; }, exec() {
      'use strict'; try { pocket.env.KEY = 'x'; } catch {} 
      return [early, pocket.env.KEY, 'toString' in pocket.env, Object.isFrozen(pocket.env)]; } };`, { env });
  assert.deepEqual(script.call(null).output, [env, 'a=b', false, true]);
  assert.deepEqual(evaluate('return pocket.env'), {});
});

test('what was stored is there again, of any shape', () => {
  const value = { a: [1, null, 'é'] };
  const output = evaluate(`
    await pocket.store.set('k', ${JSON.stringify(value)});
    await pocket.store.set('l', null);
    const gone = [await pocket.store.delete('l'), await pocket.store.delete('l')];
    return [await pocket.store.get('k'), await pocket.store.get('none'), gone, await pocket.store.keys()];`, keeping());
  assert.deepEqual(output, [value, null, [true, false], ['k']]);
});

test('keys come by prefix, page by page', () => {
  const host = keeping(new Map(['a1', 'a2', 'a3', 'b1'].map((key) => [key, 0])));
  const paging = plugin(`async exec() { return [await pocket.store.keys({ prefix: 'a', limit: 2 }), await pocket.store.keys({ prefix: 'a', after: 'a2' })]; }`, host);
  assert.deepEqual(paging.call(null).output, [['a1', 'a2'], ['a3']]);
  assert.deepEqual(paging.asked[1], { call: 'store.keys', prefix: 'a', after: 'a2' });
});

test('a refusal has its code: a PermissionError, or a HostError', () => {
  const answer = ({ call }) => ({ ok: false, error: call === 'store.get' ? { code: 'permission-denied', message: 'no permissions.store' } : { code: 'quota-exceeded', message: 'full' } });
  const output = evaluate(`
    const [a, b] = [await pocket.store.get('k').catch((e) => e), await pocket.store.set('k', 1).catch((e) => e)];
    return [a.name, a.code, a instanceof pocket.HostError, b.name, b.code, b.message, b instanceof PermissionError];`, { answer });
  assert.deepEqual(output, ['PermissionError', 'permission-denied', true, 'HostError', 'quota-exceeded', 'full', false]);
});

test('undefined is not stored, and a circle neither', () => {
  const host = keeping();
  for (const text of ['undefined', '(() => { const a = {}; a.a = a; return a; })()']) {
    assert.throws(() => evaluate(`await pocket.store.set('k', ${text})`, host), /TypeError/);
  }
  assert.equal(host.entries.size, 0);
});

test('the log has four levels', () => {
  const logging = plugin(`exec() { pocket.log.debug('a'); pocket.log.info('b'); pocket.log.warn('c'); pocket.log.error('d'); }`);
  logging.call(null);
  assert.deepEqual(logging.log, [[0, 'a'], [1, 'b'], [2, 'c'], [3, 'd']]);
});
