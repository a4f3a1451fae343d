// The types of the globals, as an author's tsconfig has them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { evaluate } from '../testing/plugin.mjs';

const SDK = fileURLToPath(new URL('..', import.meta.url));

function check(source) {
  const folder = mkdtempSync(join(tmpdir(), 'pocket-types-'));
  try {
    mkdirSync(join(folder, 'node_modules/@pocket'), { recursive: true });
    symlinkSync(SDK, join(folder, 'node_modules/@pocket/plugin-sdk'));
    const compilerOptions = { strict: true, noEmit: true, module: 'nodenext', target: 'es2022', lib: ['es2024'], types: ['@pocket/plugin-sdk/globals'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['plugin.ts'] }));
    writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
    writeFileSync(join(folder, 'plugin.ts'), source);
    execFileSync(process.execPath, [join(SDK, 'node_modules/typescript/bin/tsc'), '-p', folder], { encoding: 'utf8' });
    return '';
  } catch (error) {
    return error.stdout || String(error);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

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
