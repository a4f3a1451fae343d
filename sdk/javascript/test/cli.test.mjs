import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../bin/pocket-plugin.js', import.meta.url));
const run = (...words) => spawnSync(process.execPath, [PROGRAM, ...words], { encoding: 'utf8' });

test('compile appends the script to the engine as its source section', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pocket-'));
  const script = join(folder, 'plugin.js');
  writeFileSync(script, `export default '${'é'.repeat(300)}';`);
  const done = run('compile', script);
  assert.equal(done.status, 0, done.stderr);
  assert.deepEqual(readdirSync(folder).sort(), ['plugin.js', 'plugin.wasm']);
  const module = new WebAssembly.Module(readFileSync(join(folder, 'plugin.wasm')));
  const [section] = WebAssembly.Module.customSections(module, 'pocket.source');
  assert.deepEqual(Buffer.from(section), readFileSync(script));
});

test('compile keeps the map beside the script, its sources named from the current folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pocket-'));
  const script = join(folder, 'plugin.js');
  writeFileSync(script, 'export default 1;');
  writeFileSync(`${script}.map`, JSON.stringify({ version: 3, sources: ['../src/a.ts'], sourcesContent: ['secret'], names: [], mappings: 'AAAA' }));
  const done = spawnSync(process.execPath, [PROGRAM, 'compile', script], { encoding: 'utf8', cwd: join(folder, '..') });
  assert.equal(done.status, 0, done.stderr);
  const module = new WebAssembly.Module(readFileSync(join(folder, 'plugin.wasm')));
  const [section] = WebAssembly.Module.customSections(module, 'pocket.sourcemap');
  assert.deepEqual(JSON.parse(Buffer.from(section)), { version: 3, sources: ['src/a.ts'], names: [], mappings: 'AAAA' });
});

test('a map that is none is one clear line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pocket-'));
  const script = join(folder, 'plugin.js');
  writeFileSync(script, 'export default 1;');
  writeFileSync(`${script}.map`, 'none');
  const { status, stderr } = run('compile', script);
  assert.equal(status, 2);
  assert.match(stderr, /^error: [^\n]*plugin\.js\.map: this is no source map[^\n]*\nhint: remove it, or bundle the plugin again\n$/);
});

test('a missing script is one clear line', () => {
  const { status, stderr } = run('compile', '/nowhere/plugin.js');
  assert.equal(status, 2);
  assert.match(stderr, /^error: \/nowhere\/plugin\.js: ENOENT: no such file or directory\nhint: bundle the plugin first\n$/);
});

test('an output that cannot be written is one clear line', () => {
  const { status, stderr } = run('compile', PROGRAM, '-o', '/nowhere/plugin.wasm');
  assert.equal(status, 2);
  assert.match(stderr, /^error: \/nowhere\/plugin\.wasm: ENOENT: no such file or directory\n$/);
});

test('an engine that is missing or broken makes no plugin', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pocket-'));
  const program = join(folder, 'bin', 'pocket-plugin.mjs');
  for (const name of ['bin', 'dist']) mkdirSync(join(folder, name));
  copyFileSync(PROGRAM, program);
  const compile = () => spawnSync(process.execPath, [program, 'compile', PROGRAM, '-o', join(folder, 'out.wasm')], { encoding: 'utf8' });
  assert.match(compile().stderr, /engine\.wasm: ENOENT[^\n]*\nhint: build the SDK first/);
  writeFileSync(join(folder, 'dist', 'engine.wasm'), 'half an engine');
  const { status, stderr } = compile();
  assert.equal(status, 2);
  assert.match(stderr, /engine\.wasm: this is no WebAssembly module\nhint: build the SDK first/);
  assert.equal(existsSync(join(folder, 'out.wasm')), false);
});

test('words that make no sense show the usage', () => {
  for (const words of [[], ['build'], ['compile'], ['compile', 'a', 'b'], ['--odd']]) {
    const { status, stderr } = run(...words);
    assert.equal(status, 2);
    assert.match(stderr, /usage: pocket-plugin/);
  }
  assert.equal(run('--help').status, 0);
});
