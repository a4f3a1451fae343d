// fetch in the engine: what the host is asked, and what a script gets.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate, Plugin, plugin } from '../testing/plugin.mjs';

const ok = (value) => () => ({ ok: true, value: { status: 200, url: 'https://a.example/', headers: [], body: '', redirected: false, ...value } });
const refused = (code, message) => () => ({ ok: false, error: { code, message } });

function asked(body) {
  const asking = plugin(`async exec() { ${body} }`, { answer: ok({}) });
  const { success, error } = asking.call(null);
  assert.ok(success, error);
  return asking.asked[0];
}

test('a response has its status, URL, headers and text', () => {
  const answer = ok({ status: 404, url: 'https://a.example/b', headers: [['Content-Type', 'text/html'], ['X-A', '1'], ['x-a', '2']], body: 'né', redirected: true });
  const output = evaluate(`
    const r = await fetch('https://a.example');
    return [r.status, r.ok, r.url, r.redirected, r.headers.get('content-type'), [...r.headers], await r.text(), r.bodyUsed];`, { answer });
  assert.deepEqual(output, [404, false, 'https://a.example/b', true, 'text/html', [['content-type', 'text/html'], ['x-a', '1, 2']], 'né', true]);
});

test('a body is read as JSON, bytes or a buffer, whether it is text or not', () => {
  const read = `
    const get = () => fetch('https://a.example');
    const bytes = await (await get()).bytes();
    const buffer = await (await get()).arrayBuffer();
    return [bytes instanceof Uint8Array, [...bytes], [...new Uint8Array(buffer)], await (await get()).text()];`;
  assert.deepEqual(evaluate(read, { answer: ok({ body: '[1]' }) }), [true, [91, 49, 93], [91, 49, 93], '[1]']);
  assert.deepEqual(evaluate(read, { answer: ok({ body: undefined, bodyBase64: '/4A=' }) }), [true, [255, 128], [255, 128], '\ufffd\ufffd']);
  assert.deepEqual(evaluate('return (await fetch("https://a.example")).json()', { answer: ok({ body: '{"a":[1]}' }) }), { a: [1] });
});

test('a body is read once, and a clone once more', () => {
  const output = evaluate(`
    const r = await fetch('https://a.example'); const copy = r.clone();
    await r.text();
    return [await r.text().catch((e) => e.name), await copy.text(), copy.url];`, { answer: ok({ body: 'x' }) });
  assert.deepEqual(output, ['TypeError', 'x', 'https://a.example/']);
});

test('the host gets the method, the whole URL, headers and the body as it is', () => {
  assert.deepEqual(asked('await fetch("https://A.example/a b?c#d")'), { call: 'http.request', method: 'GET', url: 'https://a.example/a%20b?c#d', headers: [] });
  assert.deepEqual(asked(`await fetch(new URL('https://a.example'), { method: 'post', headers: { 'Content-Type': 'application/json', 'X-B': 'c' }, body: JSON.stringify({ a: 'é' }) })`), {
    call: 'http.request', method: 'POST', url: 'https://a.example/', headers: [['content-type', 'application/json'], ['x-b', 'c']], body: '{"a":"é"}',
  });
  const bytes = asked(`await fetch('https://a.example', { method: 'PUT', body: new Uint8Array([9, 255, 128, 9]).subarray(1, 3) })`);
  assert.deepEqual([bytes.body, bytes.bodyBase64, bytes.headers], [undefined, '/4A=', []]);
  const form = asked(`await fetch('https://a.example', { method: 'POST', body: new URLSearchParams({ a: 'b c' }) })`);
  assert.deepEqual([form.body, form.headers], ['a=b+c', [['content-type', 'application/x-www-form-urlencoded;charset=UTF-8']]]);
});

test('a Request is a request, and what is given beside it wins', () => {
  const made = `const r = new Request('https://a.example', { method: 'POST', body: 'x', headers: [['a', 'b']] });`;
  assert.deepEqual(asked(`${made} await fetch(r)`).body, 'x');
  const other = asked(`${made} await fetch(r, { method: 'PUT', body: 'y', headers: {} })`);
  assert.deepEqual([other.method, other.body, other.headers], ['PUT', 'y', [['content-type', 'text/plain;charset=UTF-8']]]);
});

test('what is not permitted is a PermissionError that says what', () => {
  const answer = refused('permission-denied', 'permissions.network does not allow https://b.example:443');
  const output = evaluate(`
    const e = await fetch('https://b.example').catch((e) => e);
    return [e instanceof PermissionError, e instanceof Error, e.name, e.code, e.message];`, { answer });
  assert.deepEqual(output, [true, true, 'PermissionError', 'permission-denied', 'permissions.network does not allow https://b.example:443']);
  const uncaught = plugin(`async exec() { await fetch('https://b.example'); }`, { answer }).call(null);
  assert.equal(uncaught.error, 'PermissionError: permissions.network does not allow https://b.example:443');
});

for (const code of ['unavailable', 'timeout', 'too-large', 'quota-exceeded', 'invalid-request']) {
  test(`what ends in ${code} is a TypeError with that code and the URL`, () => {
    const output = evaluate(`const e = await fetch('https://b.example/c').catch((e) => e); return [e.name, e.code, e.message, e.cause.code];`, { answer: refused(code, 'no luck') });
    assert.deepEqual(output, ['TypeError', code, 'GET https://b.example/c: no luck', code]);
  });
}

test('what is wrong about a request is a TypeError, and the host is not asked', () => {
  const wrong = [`'/relative'`, `'https://a.example', { body: 'x' }`, `'https://a.example', { headers: { 'a b': '' } }`, `'https://a.example', { headers: { a: 'b\\nc' } }`, `'https://a.example', { redirect: 'manual' }`];
  for (const text of wrong) {
    const asking = plugin(`async exec() { return fetch(${text}).catch((e) => e.name); }`, { answer: ok({}) });
    assert.deepEqual([asking.call(null).output, asking.asked], ['TypeError', []], text);
  }
});

test('a host that takes no questions is an error of the call', () => {
  assert.throws(() => evaluate(`await fetch('https://a.example')`), /question/);
});

test('a script may ask only in a call, and an error at the start says so', () => {
  const early = new Plugin(`await fetch('https://a.example'); export default 1;`, { answer: refused('permission-denied', 'not before the first call') });
  assert.equal(early.started, false);
  assert.match(early.log.at(-1)[1], /not before the first call/);
});

test('headers know no case, join what is double and refuse what cannot be sent', () => {
  const output = evaluate(`
    const h = new Headers([['B', '1'], ['a', ' x '], ['b', '2'], ['Set-Cookie', 'c=1'], ['set-cookie', 'd=2']]);
    h.delete('A'); h.set('Z', '0'); h.append('z', '1');
    const seen = []; h.forEach((value, name) => seen.push(name));
    return [h.get('B'), h.has('a'), h.get('none'), [...h], h.getSetCookie(), seen, [...new Headers(h).keys()].length];`);
  assert.deepEqual(output, ['1, 2', false, null, [['b', '1, 2'], ['set-cookie', 'c=1'], ['set-cookie', 'd=2'], ['z', '0, 1']], ['c=1', 'd=2'], ['b', 'set-cookie', 'set-cookie', 'z'], 4]);
  for (const text of [`{ 'a:': '1' }`, `{ a: '\\u20ac' }`, `[['a']]`]) assert.throws(() => evaluate(`new Headers(${text})`), /TypeError/);
});

test('a response can be made, for a test of the script', () => {
  const output = evaluate(`
    const r = Response.json({ a: 1 }, { status: 201 });
    return [r.status, r.ok, r.headers.get('content-type'), await r.json(), await new Response(null).text()];`);
  assert.deepEqual(output, [201, true, 'application/json', { a: 1 }, '']);
});
