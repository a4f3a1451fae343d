// AbortController: who hears of it, and what fetch does about it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate, plugin } from '../testing/plugin.mjs';

test('a controller tells its signal once, with its reason', () => {
  const output = evaluate(`
    const controller = new AbortController();
    const heard = [];
    controller.signal.onabort = (event) => heard.push(event.type);
    controller.signal.addEventListener('abort', () => heard.push('listener'), { once: true });
    controller.signal.addEventListener('abort', { handleEvent: () => heard.push('object') });
    const gone = () => heard.push('gone');
    controller.signal.addEventListener('abort', gone);
    controller.signal.removeEventListener('abort', gone);
    controller.signal.throwIfAborted();
    controller.abort('enough');
    controller.abort('again');
    return [heard, controller.signal.aborted, controller.signal.reason];`);
  assert.deepEqual(output, [['abort', 'listener', 'object'], true, 'enough']);
});

test('without a reason it is an AbortError, and after a time a TimeoutError', () => {
  const output = evaluate(`
    const controller = new AbortController();
    controller.abort();
    const late = AbortSignal.timeout(50);
    const before = late.aborted;
    await new Promise((done) => late.addEventListener('abort', done));
    return [controller.signal.reason.name, before, late.reason.name];`);
  assert.deepEqual(output, ['AbortError', false, 'TimeoutError']);
});

test('any follows the first of several signals', () => {
  const output = evaluate(`
    const [a, b] = [new AbortController(), new AbortController()];
    const any = AbortSignal.any([a.signal, b.signal]);
    const before = any.aborted;
    b.abort('b');
    a.abort('a');
    return [before, any.reason, AbortSignal.any([AbortSignal.abort('early')]).reason];`);
  assert.deepEqual(output, [false, 'b', 'early']);
});

test('a listener that throws keeps nobody else from hearing', () => {
  const throwing = plugin(`exec() {
    const controller = new AbortController();
    let heard = false;
    controller.signal.addEventListener('abort', () => { throw new Error('mine'); });
    controller.signal.addEventListener('abort', () => { heard = true; });
    controller.abort();
    return heard;
  }`);
  assert.equal(throwing.call(null).output, true);
  assert.match(throwing.log[0][1], /mine/);
});

test('fetch with a signal that is aborted asks nothing', () => {
  const asking = plugin(`async exec() { await fetch('https://a.example', { signal: AbortSignal.abort('no') }); }`, {
    answer: () => assert.fail('the host was asked'),
  });
  assert.equal(asking.call(null).error, 'no');
});
