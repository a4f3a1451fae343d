// The types of the globals, as an author's tsconfig has them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { evaluate } from '../testing/plugin.mjs';
import { check, SDK } from '../testing/types.mjs';

test('what a plugin uses has types, without those of browsers', () => {
  const errors = check(`
    import { env, log, PermissionError, store } from '@pocket/plugin-sdk';
    const url = new URL('/a', env.BASE ?? 'https://a.example');
    const response: Response = await fetch(url, { method: 'POST', headers: { a: 'b' }, body: JSON.stringify({}) });
    response.headers.forEach((value, name) => log.info(name, value));
    const bytes: Uint8Array = await response.bytes();
    try { await store.set('k', [bytes.length]); } catch (e) { if (e instanceof PermissionError) console.warn(e.code, pocket.env); }
    const list: number[] | null = await store.get<number[]>('k');
    await new Promise<void>((done) => setTimeout(done, 5));
    export { list }; export const id = crypto.randomUUID() + btoa(new TextDecoder().decode(new TextEncoder().encode('x')));`);
  assert.equal(errors, '');
});

test('what is not there is an error', () => {
  assert.match(check('export const a = document.title;'), /Cannot find name 'document'/);
});

test('each global with a type exists', () => {
  const types = readFileSync(join(SDK, 'globals.d.ts'), 'utf8');
  const names = [...types.matchAll(/^ {2}(?:const|function|class) (\w+)/gm)].map(([, name]) => name);
  assert.ok(names.length > 20);
  assert.deepEqual(evaluate(`return ${JSON.stringify(names)}.filter((name) => typeof globalThis[name] === 'undefined')`), []);
});
