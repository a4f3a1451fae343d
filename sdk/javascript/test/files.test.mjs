// `files` of the SDK: in the engine, on folders of this machine, and under plain Node.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { files } from '../dist/index.js';
import { evaluate } from '../testing/plugin.mjs';

let folder;
const inEngine = (body) => evaluate(`const { files } = pocket; ${body}`, { folders: { '/box': folder } });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pocket-files-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const DEEDS = `
  await files.write('/box/a', 'grüße');
  await files.append('/box/a', Uint8Array.of(0x21));
  await files.append('/box/deep/er/b', 'new');
  await files.write('/box/c', 'x'.repeat(300_000));
  await files.write('/box/c', Uint8Array.of(0xff, 0, 0x41));
  const before = [await files.list('/box'), await files.list('/box/deep'), await files.list('/box/')];
  const exist = [];
  for (const path of ['/box/a', '/box/deep', '/box/none', '/box/a/none']) exist.push(await files.exists(path));
  const read = [await files.readText('/box/a'), [...await files.read('/box/c')], await files.readText('/box/c')];
  await files.remove('/box/a');
  return [before, exist, read, await files.exists('/box/a')];`;
const DONE = [
  [['a', 'c', 'deep'], ['er'], ['a', 'c', 'deep']],
  [true, true, false, false],
  ['grüße!', [0xff, 0, 0x41], '\ufffd\0A'],
  false,
];

const PROBLEMS = `
  await files.write('/box/folder/file', 'x');
  const found = [];
  for (const [name, ...values] of [['read', '/box/none'], ['read', '/box/folder'], ['write', '/box/folder', ''], ['list', '/box/none'],
      ['list', '/box/folder/file'], ['remove', '/box/none'], ['remove', '/box/folder'], ['read', 'box'], ['exists', '']]) {
    await files[name](...values).catch((e) => found.push([name, e.code ?? e.name, e.path ?? '', e.message.endsWith(values[0])]));
  }
  return found;`;
const FOUND = [
  ['read', 'ENOENT', '/box/none', true],
  ['read', 'EISDIR', '/box/folder', true],
  ['write', 'EISDIR', '/box/folder', true],
  ['list', 'ENOENT', '/box/none', true],
  ['list', 'ENOTDIR', '/box/folder/file', true],
  ['remove', 'ENOENT', '/box/none', true],
  ['remove', 'ENOTEMPTY', '/box/folder', true],
  ['read', 'TypeError', '', true],
  ['exists', 'TypeError', '', true],
];

const underNode = (body) => new (async () => {}).constructor('files', body)(files);

test('in the engine, files are written, read, listed and removed', () => {
  assert.deepEqual(inEngine(DEEDS), DONE);
  assert.deepEqual(readdirSync(folder), ['c', 'deep']);
  assert.equal(readFileSync(join(folder, 'deep/er/b'), 'utf8'), 'new');
});

test('under Node, files are in memory and do the same', async () => {
  assert.deepEqual(await underNode(DEEDS), DONE);
  for (const path of ['/box/c', '/box/deep/er/b']) await files.remove(path);
  assert.equal(await files.exists('/box'), false);
});

test('in the engine, an error has its code and its path', () => {
  assert.deepEqual(inEngine(PROBLEMS), FOUND);
});

test('under Node, the errors are the same', async () => {
  assert.deepEqual(await underNode(PROBLEMS), FOUND);
  await files.remove('/box/folder/file');
});

test('what is written is a text or bytes', () => {
  for (const content of ['null', '[1]', 'new ArrayBuffer(1)', 'undefined']) {
    assert.throws(() => inEngine(`await files.write('/box/a', ${content})`), /TypeError: neither a text nor a Uint8Array/);
  }
  assert.deepEqual(readdirSync(folder), []);
});

test('a file of megabytes comes back whole', () => {
  const bytes = Uint8Array.from({ length: 3_000_001 }, (_, index) => index % 251);
  writeFileSync(join(folder, 'large'), bytes);
  inEngine(`await files.write('/box/copy', await files.read('/box/large'))`);
  assert.ok(readFileSync(join(folder, 'copy')).equals(bytes));
});

test('a folder of a thousand files is listed whole, and an empty one as empty', () => {
  mkdirSync(join(folder, 'empty'));
  const names = Array.from({ length: 1000 }, (_, index) => `${index}-${'n'.repeat(50)}`).sort();
  mkdirSync(join(folder, 'full'));
  for (const name of names) writeFileSync(join(folder, 'full', name), '');
  assert.deepEqual(inEngine(`return [await files.list('/box/full'), await files.list('/box/empty')]`), [names, []]);
});

test('an empty folder is removed', () => {
  mkdirSync(join(folder, 'empty'));
  inEngine(`await files.remove('/box/empty')`);
  assert.equal(existsSync(join(folder, 'empty')), false);
});

test('outside of the granted folders is a PermissionError, which names the permission', () => {
  mkdirSync(join(folder, 'box'));
  const body = (path) => `try { await files.readText('${path}'); } catch (e) { return [e instanceof PermissionError, e.code, e.message]; }`;
  for (const path of ['/etc/passwd', '/boxes/a', '/', '/box/../../etc/passwd']) {
    assert.deepEqual(inEngine(body(path)), [true, 'permission-denied', `permissions.filesystem does not allow ${path}`]);
  }
  const none = evaluate(body('/box/a').replace('files.', 'pocket.files.'));
  assert.deepEqual(none, [true, 'permission-denied', 'permissions.filesystem does not allow /box/a']);
});

test('the innermost of the granted folders is taken', () => {
  for (const name of ['outer', 'inner']) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'file'), name);
  }
  const folders = { '/a/b': join(folder, 'inner'), '/a': join(folder, 'outer') };
  assert.deepEqual(evaluate(`return [await pocket.files.readText('/a/file'), await pocket.files.readText('/a/b/file')]`, { folders }), ['outer', 'inner']);
});
