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

test('the host is told how long a signal leaves, and the shortest of several counts', () => {
  for (const signal of ['AbortSignal.timeout(500)', 'AbortSignal.any([AbortSignal.timeout(9000), new AbortController().signal, AbortSignal.timeout(500)])']) {
    const asking = plugin(`async exec() { await fetch('https://a.example', { signal: ${signal} }); }`, { answer: () => ({ ok: true, value: { status: 200, headers: [], body: '' } }) });
    asking.call(null);
    const [{ timeoutMs }] = asking.asked;
    assert.ok(Number.isInteger(timeoutMs) && timeoutMs > 0 && timeoutMs <= 500, timeoutMs);
  }
});

test('a request that takes longer is a TimeoutError, and the signal is aborted by it', () => {
  const host = {};
  const late = plugin(`async exec() {
    const signal = AbortSignal.timeout(500);
    let heard = 0;
    signal.onabort = () => heard++;
    const error = await fetch('https://a.example', { signal }).catch((e) => e);
    return [error.name, error === signal.reason, heard];
  }`, host);
  host.answer = ({ timeoutMs }) => {
    late.waited += timeoutMs;
    return { ok: false, error: { code: 'timeout', message: 'there was no whole response in time' } };
  };
  assert.deepEqual(late.call(null).output, ['TimeoutError', true, 1]);
});

test('a signal whose time the script used up asks nothing', () => {
  const host = { answer: () => assert.fail('the host was asked') };
  const busy = plugin(`async exec() {
    const signal = AbortSignal.timeout(500);
    console.log('now');
    return fetch('https://a.example', { signal }).catch((e) => e.name);
  }`, host);
  busy.log.push = () => void (busy.waited += 500);
  assert.equal(busy.call(null).output, 'TimeoutError');
});

test('a time of the call that ends before that of the signal is not the signal\'s', () => {
  const answer = () => ({ ok: false, error: { code: 'timeout', message: 'the time of the call is nearly over' } });
  const output = evaluate(`
    const e = await fetch('https://a.example', { signal: AbortSignal.timeout(60000) }).catch((e) => e);
    return [e.name, e.code];`, { answer });
  assert.deepEqual(output, ['TypeError', 'timeout']);
});
