import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Plugin } from '../testing/plugin.js';

const WASM = new URL('../dist/plugin.wasm', import.meta.url);
const plugin = (host) => new Plugin(WASM, host);
const once = plugin();
const perform = (deed, argument = '', on = once) => on.run('deeds', { do: deed, with: argument }).output;

for (const value of [
  null, true, false, 0, -0.5, 1e300, '', 'ä€𝄞\u0000"\\/\b\n', [], {}, [[], [{}]], { '': { a: [1, 'b', null] } }, '\u007f\u0080\u07ff\u0800\uffff',
]) {
  test(`${JSON.stringify(value)} comes back as it was`, () => assert.deepEqual(perform('echo', value), value));
}

test('numbers keep all their digits', () => {
  const request = '{"node":"deeds","function":"run","input":{"do":"echo","with":[18446744073709551615,1.000000000000000000001,-0]}}';
  assert.match(raw(request), /\[18446744073709551615,1\.000000000000000000001,-0\]/);
});

function raw(request) {
  const { exports } = once;
  const data = new TextEncoder().encode(request);
  const at = exports.__pocket_alloc(data.length);
  new Uint8Array(exports.memory.buffer, at, data.length).set(data);
  const packed = BigInt.asUintN(64, exports.__pocket_call(at, data.length));
  return new TextDecoder().decode(new Uint8Array(exports.memory.buffer, Number(packed >> 32n), Number(packed & 0xffffffffn)));
}

test('values are read as what they are, and else as what is asked for', () => {
  const none = { kind: 3, length: 0, text: 'none', number: -1, integer: -1, unsigned: 1, boolean: false, missing: false };
  assert.deepEqual(perform('read', 7), { ...none, number: 7, integer: 7, unsigned: 7 });
  assert.deepEqual(perform('read', -7.5), { ...none, number: -7.5 });
  assert.deepEqual(perform('read', true), { ...none, kind: 2, boolean: true });
  assert.deepEqual(perform('read', 'x'), { ...none, kind: 4, text: 'x' });
  assert.deepEqual(perform('read', [1, 2]), { ...none, kind: 5, length: 2 });
  assert.deepEqual(perform('read', { a: 1 }), { ...none, kind: 6, length: 1 });
  assert.equal(perform('read', 1e19).integer, -1);
});

test('values are built of what the language has', () => {
  assert.deepEqual(perform('build'), {
    numbers: [1, -0.5, 1e300, 1e21],
    words: [['ä', '"\\\n\u0001'], []],
    flag: true,
    most: 18446744073709551615,
    least: -9223372036854775808,
    byte: 255,
    half: '\ufffd!',
    nothing: null,
  });
  assert.throws(() => perform('infinity'), /^Error: JSON cannot hold NaN and infinity/);
});

test('only JSON is read as JSON', () => {
  const good = ['1', ' [1 , 2]\n', '"\\u00e4\\ud834\\udd1e\\/"', '1e5', '-0', '{"a":{}}', `${'['.repeat(100)}${']'.repeat(100)}`];
  for (const text of good) assert.deepEqual(perform('parse', text), JSON.parse(text), text);
  const bad = ['', ' ', '01', '1.', '.5', '-', '1e', '+1', 'tru', 'nulll', '"', '"\\', '"\\u12', '"\\u12g4"', '"\\x"', '"\n"',
    '"a\\n\n"', '[', '[1', '[1,', '[1,]', '[,]', '{', '{"a"', '{"a":', '{"a":1', '{"a":1,}', '{a:1}', '{1:1}', '1 2', '[]]', '\u0000',
    `${'['.repeat(102)}${']'.repeat(102)}`];
  for (const text of bad) assert.throws(() => perform('parse', text), /no JSON/, JSON.stringify(text));
});

test('what is thrown says where in the source', () => {
  const thrown = (...call) => {
    try {
      perform(...call);
    } catch (error) {
      return error;
    }
  };
  const own = 'test/plugin/plugin.ts';
  const cases = [
    ['throw', 'grün', 'grün', own],
    ['assert', 'x', 'too short', own],
    ['index', 'xxx', 'Index out of range', '~lib/array.ts'],
  ];
  for (const [call, text, message, where] of cases) {
    const error = thrown(call, text);
    assert.equal(error.message, message);
    const [{ file, line, column }] = error.frames;
    assert.equal(file, where);
    assert.ok(line > 1 && column > 1);
  }
  assert.equal(thrown('fail', 'no').message, 'no');
  assert.deepEqual(thrown('fail', 'no').frames, []);
  assert.equal(perform('echo', 'still here'), 'still here');
});

test('prep, exec and post are one call or three, and post chooses the way', () => {
  assert.deepEqual(once.run('halve', '5'), { output: 2.5, next: 'default' });
  assert.deepEqual(once.run('halve', 5, { by: 10 }), { output: 'small', next: 'small' });
  const ask = (name, fields) => once.call({ node: 'halve', function: name, config: {}, ...fields }).output;
  assert.equal(ask('prep', { input: '5' }), 5);
  assert.equal(ask('exec', { prepResult: 5 }), 2.5);
  assert.equal(ask('post', { execResult: 0.5 }), 'small');
  assert.throws(() => ask('dance', {}), /unknown function 'dance'/);
  assert.throws(() => once.run('nothing', 1), /the plugin has no node type 'nothing'/);
});

test('metadata names every node', () => {
  const { abi, functions, nodes } = once.metadata;
  assert.equal(abi, 1);
  assert.ok(functions.includes('run'));
  assert.deepEqual(nodes, [{ type: 'deeds', category: 'test', description: 'größer' }, { type: 'halve' }, { type: 'copy', stream: true }]);
});

test('the host gives what it gives, and a refusal is the error of the call', () => {
  const granted = plugin({ env: { LANGUAGE: 'ä', LANG: 'b=c' }, store: { n: 1 }, http: ({ headers, body, bodyBase64 }) =>
    ({ status: 201, headers, body, bodyBase64: bodyBase64 ?? (body ? undefined : Buffer.from('grün').toString('base64')) }) });
  const on = (deed, argument) => perform(deed, argument, granted);
  assert.deepEqual(['LANG', 'LANGUAGE', 'LAN'].map((name) => on('env', name)), ['b=c', 'ä', 'none']);
  on('count', 'n');
  assert.equal(granted.host.store.n, 2);
  assert.deepEqual([on('keys', 'n'), on('forget', 'n'), on('forget', 'n'), on('keys', 'n')], [['n'], true, false, []]);
  assert.equal(on('get', 'http://a.example/'), 'grün');
  for (let length = 0; length < 5; length++) assert.equal(on('post', 'x'.repeat(length)), length);
  assert.equal(granted.asked.at(-1).bodyBase64, 'eHh4eA==');
  assert.deepEqual(on('json', { a: 1 }), { status: 201, type: 'application/json' });
  assert.throws(() => perform('get', 'http://a.example/'), { message: 'permission-denied: nothing answers http.request' });
  assert.equal(perform('ask', { call: 'x' }), 'permission-denied');
});

test('the log gets what is logged, and console and trace', () => {
  const logged = plugin();
  perform('log', 'grün', logged);
  assert.deepEqual(logged.log, ['info: grün', 'info: grün', 'warn: grün', 'debug: traced 1.0 2.5']);
});

test('random numbers differ, and the clock goes', () => {
  const drawn = new Set([1, 2].flatMap(() => perform('random', '', plugin())));
  assert.equal(drawn.size, 4);
  assert.ok(Math.abs(perform('now') - Date.now()) < 10_000);
});

test('a file that no folder has is not there', () => assert.equal(perform('file', '/etc/passwd'), false));

test('large texts are no trouble', () => {
  const text = 'aä\n'.repeat(300_000);
  assert.equal(perform('echo', text), text);
});

test('a stream is read and written in pieces', () => {
  const copied = (chunks, input, config) => {
    const { written, output } = once.stream('copy', chunks, input, config);
    return [new TextDecoder().decode(written), output];
  };
  assert.deepEqual(copied('grüße, 世界', 'ä: '), ['ä: grüße, 世界', 15]);
  assert.deepEqual(copied(['ab', '', new Uint8Array([99, 100, 101, 102, 103])], ''), ['abcdefg', 7]);
  assert.deepEqual(copied([], ''), ['', 0]);
  const much = 'x'.repeat(300_000);
  assert.deepEqual(copied(much, '', { room: 65536 }), [much, 300_000]);
  assert.throws(() => copied('abcd', '', { more: true }), /there are no 9 bytes to write/);
  assert.throws(() => once.run('copy', ''), { message: /^this call has no stream: .*"stream": true/ });
});
