// What browsers and Node add to JavaScript, as far as the engine has it: held against Node's own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate, plugin } from '../testing/plugin.mjs';

const AsyncFunction = (async () => {}).constructor;

/** Runs in the engine and under Node; both have to give the same. */
async function same(body) {
  const expected = JSON.parse(JSON.stringify(await new AsyncFunction(body)()));
  assert.deepEqual(evaluate(body), expected);
}

test('URLs are read as browsers read them', () =>
  same(`
    const names = ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'];
    const urls = [['HTTPS://User:p%40ss@EXAMPLE.com:443/a/../b c?q=é#f'], ['http://bücher.example:8080'], ['../x?y', 'https://a.example/b/c/d'],
      ['//c.example', 'http://a.example'], ['http://[::1]:80/'], ['http://0x7f.1/'], ['mailto:a@b.example'], ['data:text/plain,x'], ['file:///a/b']];
    return urls.map(([url, base]) => { const u = new URL(url, base); return [names.map((name) => u[name]), String(u), JSON.stringify(u)]; });`));

test('what is no URL is a TypeError', () =>
  same(`return ['', 'a', '/a', 'http://', 'http://a b/', 'http://a:99999/', 'http://[::1'].map((url) => {
    try { new URL(url); return 'fine'; } catch (e) { return [e.name, URL.canParse(url)]; } });`));

test('each part of a URL can be set', () =>
  same(`
    const u = new URL('http://a.example/b?c#d'), seen = [];
    for (const [name, value] of [['protocol', 'https'], ['username', 'ü'], ['password', 'p:w'], ['host', 'B.example:81'], ['hostname', 'c.example'], ['port', '443'], ['port', 'x'],
      ['pathname', 'x y/../z'], ['search', 'a=1&b=é'], ['hash', ''], ['href', 'https://new.example/?k=v']]) { u[name] = value; seen.push(u.href); }
    try { u.href = 'none'; } catch (e) { seen.push(e.name, u.href); }
    return seen;`));

test('the parameters of a URL change with it, and it with them', () =>
  same(`
    const u = new URL('https://a.example/?a=1&b=2&a=3'), p = u.searchParams, seen = [];
    p.append('c', 'é &='); seen.push(u.href);
    p.delete('a', '1'); p.set('b', 'x'); p.sort(); seen.push(u.href);
    u.search = '?z=9'; seen.push([...p], p.get('a'), p.size, u.searchParams === p);
    p.delete('z'); seen.push(u.href);
    return seen;`));

test('parameters are made of text, pairs or an object', () =>
  same(`return ['?a=1&b=%C3%A9+x&a=2&c&%zz=%ff', [['a', 1], ['a', 2]], { x: 'y z', n: null }, new URLSearchParams('q=r'), ''].map((init) => {
    const p = new URLSearchParams(init); return [String(p), [...p.keys()], [...p.values()], p.getAll('a'), p.has('a', '2'), p.get('none')]; });`));

test('text becomes UTF-8 and comes back', () =>
  same(`
    const e = new TextEncoder(), d = new TextDecoder(), texts = ['', 'a', 'é😀', '\\ud800x', '\\ufeffbom'];
    const target = new Uint8Array(5);
    return [texts.map((t) => [[...e.encode(t)], d.decode(e.encode(t))]), e.encodeInto('aé😀', target), [...target], d.encoding, d.fatal];`));

test('what is not UTF-8 is replaced or refused, and a character may come in pieces', () =>
  same(`
    const bad = new Uint8Array([97, 0xe2, 0x82, 0x28, 0xff, 0xf0, 0x9f]), seen = [new TextDecoder().decode(bad)];
    try { new TextDecoder('utf8', { fatal: true }).decode(bad); } catch (e) { seen.push(e.name); }
    const d = new TextDecoder(), all = new TextEncoder().encode('\\ufeffaé€😀z');
    let text = ''; for (const byte of all) text += d.decode(new Uint8Array([byte]), { stream: true });
    seen.push(text + d.decode(), new TextDecoder('utf-8', { ignoreBOM: true }).decode(all.buffer).length);
    d.decode(new Uint8Array([0xf0, 0x9f]), { stream: true }); seen.push(d.decode());
    try { new TextDecoder('latin1x'); } catch (e) { seen.push(e.name); }
    return seen;`));

test('base64 goes both ways', () =>
  same(`
    const seen = [btoa('hello\\xff'), atob(' aGVsbG8 '), atob('')];
    for (const f of [() => btoa('€'), () => atob('a')]) try { f(); } catch (e) { seen.push(e.name); }
    return seen;`));

test('structuredClone copies data of every shape', () =>
  same(`
    const a = { n: [1, , 3], d: new Date(5), r: /x/gi, m: new Map([[{ k: 1 }, new Set([1, 'b'])]]), u: undefined, b: 5n, bytes: new Uint8Array([1, 2, 3]).subarray(1), e: new RangeError('far'), w: Object(true) };
    a.self = a; a.same = a.n; a.view = new DataView(a.bytes.buffer, 1, 2);
    const c = structuredClone(a);
    return [c !== a, c.self === c, c.same === c.n, 1 in c.n, c.n.length, c.d instanceof Date, c.d.getTime(), String(c.r), c.m instanceof Map,
      [...c.m].map(([k, v]) => [k, [...v]]), 'u' in c, String(c.b), [...c.bytes], c.bytes.buffer !== a.bytes.buffer, c.view.buffer === c.bytes.buffer, c.view.byteLength,
      c.e instanceof RangeError, c.e.message, typeof c.w, structuredClone('x'), Object.getPrototypeOf(structuredClone(new (class A { x = 1 })())) === Object.prototype];`));

test('structuredClone refuses what is no data', () =>
  same(`return [() => {}, Symbol('x'), { f() {} }, Promise.resolve(), new WeakMap()].map((value) => { try { structuredClone(value); return 'fine'; } catch (e) { return e.name; } });`));

test('crypto fills arrays of whole numbers and gives version 4 UUIDs', () =>
  same(`
    const a = crypto.getRandomValues(new Uint8Array(64)), b = new Uint32Array(4).fill(0), seen = [];
    crypto.getRandomValues(b.subarray(1, 2));
    for (const bad of [new Float64Array(1), new Uint8Array(65537), [1]]) try { crypto.getRandomValues(bad); } catch (e) { seen.push(e.name === 'TypeError' ? 'TypeMismatchError' : e.name); }
    return [a.some(Boolean), b[0], b[2], seen, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID())];`));

test('a state that is restored draws other random values, and nothing of a call is left', () => {
  const script = plugin(`exec() { const left = globalThis.left; globalThis.left = 1; setTimeout(() => {}, 1); pocket.store.extra; return [left ?? null, crypto.randomUUID()]; }`);
  script.save();
  const [first, second] = [0, 1].map(() => {
    const { output } = script.call(null);
    script.restore();
    return output;
  });
  assert.deepEqual([first[0], second[0]], [null, null]);
  assert.notEqual(first[1], second[1]);
});
