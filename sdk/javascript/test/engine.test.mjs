// The engine: calls, errors, the log, and what a call leaves behind.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { node, Plugin, plugin } from '../testing/plugin.mjs';

test('an async exec answers with what it resolves to', () => {
  const answer = plugin('async exec(x) { await null; return { twice: x * 2 }; }').call(21);
  assert.deepEqual(answer, { success: true, output: { twice: 42 } });
});

test('run is prep, exec and post, and post chooses what is next', () => {
  const steps = plugin(`
    async prep(input) { return input + 1; },
    async exec(prepared) { return prepared * 10; },
    async post(input, result) { return { output: [input, result], next: 'left' }; }`);
  assert.deepEqual(steps.call(1), { success: true, output: [1, 20], next: 'left' });
  assert.equal(steps.call(1, { function: 'prep' }).output, 2);
  assert.equal(steps.call(null, { function: 'exec', prepResult: 7 }).output, 70);
  assert.deepEqual(steps.call(1, { function: 'post', execResult: 5 }).output, [1, 5]);
});

test('what is thrown or rejected is the error of the call, and the next call works', () => {
  const throwing = plugin(`async exec(x) { if (x) throw new TypeError('no ' + x); return 1; }`);
  assert.equal(throwing.call('words').error, 'TypeError: no words');
  assert.equal(throwing.call(0).output, 1);
  assert.equal(plugin(`exec() { return Promise.reject('plain'); }`).call(1).error, 'plain');
  assert.equal(plugin(`exec() { throw new Error('just this'); }`).call(1).error, 'just this');
});

test('the stack of an error goes to the log, with the line of the script', () => {
  const throwing = plugin(`\nasync exec() {\n throw new Error('here'); }`);
  throwing.call(1);
  assert.match(throwing.log[0][1], /here[\s\S]*plugin\.js:3/);
});

test('an error says where it was made, without what is the engine\'s own', () => {
  const { stack } = plugin(`\nasync exec() {\n function inner() { throw new Error('here'); }\n [1].map(inner); }`).call(1);
  assert.deepEqual(stack.map((frame) => [frame.function, frame.file, frame.line]), [['inner', 'plugin.js', 3], ['exec', 'plugin.js', 4]]);
  assert.ok(stack.every(({ column }) => column > 0));
  assert.equal(plugin(`exec() { throw 'plain'; }`).call(1).stack, undefined);
});

test('a promise that never settles is an error', () => {
  const { success, error } = plugin('exec() { return new Promise(() => {}); }').call(1);
  assert.deepEqual([success, error], [false, 'the promise never settled']);
});

test('several nodes live in one plugin, each with its own config', () => {
  const two = new Plugin(`export default [
    ${node('exec() { return ["one", this.config]; }', 'one')},
    ${node('exec() { return ["two", this.config]; }', 'two')}];`);
  assert.deepEqual(two.call(0, { node: 'one', config: { a: 1 } }).output, ['one', { a: 1 }]);
  assert.deepEqual(two.call(0, { node: 'two', config: { b: 2 } }).output, ['two', { b: 2 }]);
  assert.match(two.call(0, { node: 'three' }).error, /no node of the type three/);
});

test('whole numbers beyond 2^53 come as BigInt where a node asks for it, and go as they are', () => {
  const nodeOf = (type, metadata) =>
    `({ config: null, getMetadata: () => ({ type: '${type}', ${metadata} }), async exec(x) { return this.work(x); },
      work(x) { return { x, kinds: [x].flat().map((each) => typeof each), configured: this.config.big }; } })`;
  const two = new Plugin(`export default [${nodeOf('exact', 'bigint: true')}, ${nodeOf('rounded', '')}];`);
  const request = (node) => `{"node": "${node}", "function": "run", "config": {"big": 18446744073709551615},
    "input": [9007199254740993, -9223372036854775808, 9007199254740991, 1e300, 0.12345678901234567890, "9007199254740993"]}`;
  const answer = two.answer(request('exact'));
  assert.match(answer, /"x":\[9007199254740993,-9223372036854775808,9007199254740991,1e\+300,0\.1234567890123456[0-9]*,"9007199254740993"\]/);
  assert.match(answer, /"kinds":\["bigint","bigint","number","number","number","string"\],"configured":18446744073709551615/);
  assert.match(two.answer(request('rounded')), /"kinds":\["number","number"/);
  assert.match(plugin('async exec() { return { big: 2n ** 64n, small: 3n }; }').answer('{"node":"main","function":"run","input":0}'),
    /"output":\{"big":18446744073709551616,"small":3\}/);
});

test('metadata names the functions and what each node says of itself', () => {
  const { output } = plugin('exec() {}').call(null, { node: '', function: 'metadata' });
  assert.deepEqual(output.functions, ['metadata', 'run', 'prep', 'exec', 'post']);
  assert.deepEqual(output.nodes, [{ type: 'main', category: 'c', description: 'd', configSchema: {} }]);
});

test('every shape of JSON comes back as it was', () => {
  const echo = plugin('exec(x) { return x; }');
  const values = [null, true, 0, -1.5, 2 ** 53, '', 'é😀\u0000"\\', [], [[1], {}], { '': { a: [null] } }];
  for (const value of [...values, 'x'.repeat(1 << 20)]) assert.deepEqual(echo.call(value).output, value);
});

test('a number that JSON has no word for is null', () => {
  assert.deepEqual(plugin('exec() { return [NaN, -Infinity]; }').call(1).output, [null, null]);
});

test('no result is null, and a circle cannot be written', () => {
  assert.equal(plugin('async exec() {}').call(1).output, null);
  assert.equal(plugin('exec() { const a = {}; a.a = a; return a; }').call(1).success, false);
});

test('console writes to the log, each method at its level', () => {
  const logging = plugin(`exec() { console.debug('a'); console.log('b', { c: 1 }); console.warn('d'); console.error(new Error('e')); }`);
  logging.call(1);
  assert.deepEqual(logging.log.map(([level]) => level), [0, 1, 2, 3]);
  assert.equal(logging.log[1][1], 'b {"c":1}');
});

test('a lone surrogate is written, logged and thrown like any other text', () => {
  const odd = plugin(`exec(x) { console.log('a\\ud800'); if (x) throw new Error('b\\ud800'); return 'c\\ud800'; }`);
  assert.equal(odd.call(0).output, 'c\ud800');
  assert.deepEqual(odd.log, [[1, 'a\ufffd']]);
  assert.equal(odd.call(1).error, 'b\ud800');
});

test('a request without config is one with an empty config', () => {
  assert.deepEqual(plugin('exec() { return this.config; }').call(1, { config: undefined }).output, {});
});

test('an unknown function is an error, inherited names too', () => {
  for (const name of ['fly', 'toString']) {
    assert.equal(plugin('exec() {}').call(1, { function: name }).error, `there is no function ${name}`);
  }
});

for (const [what, source, said] of [
  ['a syntax error', 'export default\n\n function {', /plugin\.js:3/],
  ['no default export', 'export const a = 1;', /default|no node/],
  ['a default export that is no node', 'export default { exec() {} };', /needs exec and getMetadata/],
  ['an error of its own', 'throw new Error("early"); export default 1;', /early/],
  ['a promise that never settles', 'await new Promise(() => {}); export default 1;', /the promise never settled/],
  ['two nodes of one type', `export default [${node('exec() {}')}, ${node('exec() {}')}];`, /two nodes/],
]) {
  test(`a script with ${what} does not start, and the log says why`, () => {
    const broken = new Plugin(source);
    assert.equal(broken.started, false);
    assert.match(broken.log.map(([, line]) => line).join('\n'), said);
  });
}

test('endless recursion is an error, not the end', () => {
  const deep = plugin('exec(x) { const f = (n) => 1 + f(n + 1); return x ? f(0) : "fine"; }');
  assert.match(deep.call(1).error, /stack/i);
  assert.equal(deep.call(0).output, 'fine');
});

test('a state that is restored has other random numbers after resume', () => {
  const random = plugin('exec() { return [Math.random(), Math.random()]; }');
  random.save();
  const first = random.call(1).output;
  for (const number of first) assert.ok(number >= 0 && number < 1);
  random.restore();
  assert.notDeepEqual(random.call(1).output, first);
});

test('memory stays flat over many calls', () => {
  const busy = plugin('async exec(x) { return { text: x.repeat(100) }; }');
  for (let i = 0; i < 200; i++) busy.call('warm up');
  const before = busy.exports.memory.buffer.byteLength;
  for (let i = 0; i < 5000; i++) busy.call(`call ${i}`);
  assert.equal(busy.exports.memory.buffer.byteLength, before);
});

test('the date is the host\'s', () => {
  const { output } = plugin('exec() { return Date.now(); }').call(1);
  assert.ok(Math.abs(output - Date.now()) < 10_000);
});

test('whatever a start leaves, a short call looks for no garbage', () => {
  const body = `exec() {
    const left = (() => { const circle = {}; circle.self = circle; return new WeakRef(circle); })();
    Array.from({ length: 200 }, () => ({}));
    return left.deref() !== undefined;
  }`;
  for (let kept = 0; kept < 6000; kept += 100) {
    const script = `globalThis.kept = Array.from({ length: ${kept} }, () => ({})); export default ${node(body)};`;
    assert.equal(new Plugin(script).call(1).output, true, `${kept} objects`);
  }
});
