// Timers in the engine: real waits, on the host's clock.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate, Plugin, plugin } from '../testing/plugin.mjs';

const SLEEP = 'const sleep = (ms, value) => new Promise((done) => setTimeout(done, ms, value));';

test('a timer waits its time', () => {
  const waiting = plugin(`async exec() { ${SLEEP} const before = Date.now(); const value = await sleep(1500, 'v'); return [value, Date.now() - before]; }`);
  const [value, took] = waiting.call(null).output;
  assert.equal(value, 'v');
  assert.ok(took >= 1499 && took < 2500, `${took}`);
  assert.ok(waiting.waited >= 1490, `${waiting.waited}`);
});

test('timers go in the order of their time, and promises before them', () => {
  const output = evaluate(`${SLEEP}
    const seen = [];
    const all = [sleep(30).then(() => seen.push('30')), sleep(10).then(() => seen.push('10')), sleep(10).then(() => seen.push('10 again')), sleep(0).then(() => seen.push('0'))];
    queueMicrotask(() => seen.push('task'));
    await Promise.all(all);
    return seen;`);
  assert.deepEqual(output, ['task', '0', '10', '10 again', '30']);
});

test('a timer that was cleared does not go', () => {
  const output = evaluate(`${SLEEP} let gone = 0; const id = setTimeout(() => gone++, 5); clearTimeout(id); clearTimeout(undefined); await sleep(20); return gone;`);
  assert.equal(output, 0);
});

test('an interval goes on until it is cleared', () => {
  assert.equal(evaluate(`let n = 0; await new Promise((done) => { const id = setInterval(() => { if (++n === 3) { clearInterval(id); done(); } }, 10); }); return n;`), 3);
});

test('where the host lets nothing wait, a timer is an error of the call, and the next call works', () => {
  const stuck = plugin(`async exec(ms) { ${SLEEP} await sleep(ms); return 'done'; }`, { waits: false });
  assert.match(stuck.call(60_000).error, /lets no timer wait.*52/);
  assert.equal(stuck.call(0).output, 'done');
});

test('a promise that no timer settles never settles, and no timer outlives its call', () => {
  const leaving = plugin(`async exec(x) { if (x) { setTimeout(() => console.log('left over'), 10); return 1; } return new Promise(() => {}); }`);
  assert.equal(leaving.call(true).output, 1);
  assert.equal(leaving.call(false).error, 'the promise never settled');
  assert.ok(!leaving.log.some(([, line]) => line === 'left over'));
});

test('a script may wait while it starts', () => {
  const slow = new Plugin(`${SLEEP} const value = await sleep(50, 7); export default { getMetadata() { return { type: 'main' }; }, exec() { return value; } };`);
  assert.equal(slow.call(null).output, 7);
});

test('what a timer or a task throws goes to the log, and the call goes on', () => {
  const throwing = plugin(`async exec() { ${SLEEP} setTimeout(() => { throw new Error('late'); }, 1); queueMicrotask(() => { throw new Error('soon'); }); await sleep(5); return 1; }`);
  assert.equal(throwing.call(null).output, 1);
  assert.deepEqual(throwing.log.map(([level, line]) => [level, line.split('\n')[0]]), [[3, 'Error: soon'], [3, 'Error: late']]);
});

test('only a function can be called later', () => {
  for (const call of [`setTimeout('1', 0)`, 'queueMicrotask()']) assert.throws(() => evaluate(call), /TypeError/);
});
