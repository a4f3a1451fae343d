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

const MOVES = `
  await files.mkdir('/box/made/in');
  await files.mkdir('/box/made/in');
  await files.write('/box/made/here', 'grüße');
  await files.write('/box/there', 'old');
  const moved = [];
  for (const [from, to] of [['/box/made/here', '/box/there'], ['/box/there', '/box/made/in/it'], ['/box/made', '/box/deep']]) {
    await files.rename(from, to);
    moved.push([await files.exists(from), await files.exists(to)]);
  }
  const { kind, size, modified } = await files.stat('/box/deep/in/it');
  const isNew = modified instanceof Date && Math.abs(Date.now() - modified) < 600_000;
  const text = await files.readText('/box/deep/in/it');
  await files.remove('/box/deep/in/it');
  const left = [await files.list('/box/deep'), await files.list('/box/deep/in')];
  const folder = (await files.stat('/box/deep/in')).kind;
  await files.remove('/box/deep/in');
  await files.mkdir('/box/deep/done');
  return [moved, [kind, size, isNew, text], left, folder];`;
const MOVED = [[[false, true], [false, true], [false, true]], ['file', 7, true, 'grüße'], [['in'], []], 'folder'];

const PROBLEMS = `
  await files.write('/box/folder/file', 'x');
  const found = [];
  for (const [name, ...values] of [['read', '/box/none'], ['read', '/box/folder'], ['write', '/box/folder', ''], ['list', '/box/none'],
      ['list', '/box/folder/file'], ['remove', '/box/none'], ['remove', '/box/folder'], ['read', 'box'], ['exists', ''], ['stat', '/box/none'],
      ['mkdir', '/box/folder/file']]) {
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
  ['stat', 'ENOENT', '/box/none', true],
  ['mkdir', 'EEXIST', '/box/folder/file', true],
];

const REFUSED_MOVES = `
  await files.write('/box/folder/file', 'x');
  await files.write('/box/other/file', 'x');
  const found = [];
  for (const [from, to] of [['/box/none', '/box/a'], ['/box/folder', '/box/folder/in'], ['/box/folder', '/box/other'],
      ['/box/folder', '/box/other/file'], ['/box/other/file', '/box/folder'], ['/box/folder', 'a']]) {
    await files.rename(from, to).catch((e) => found.push([e.code ?? e.name, e.path ?? '', e.message.includes(to)]));
  }
  return found;`;
const REFUSALS = [
  ['ENOENT', '/box/none', true],
  ['EINVAL', '/box/folder', true],
  ['ENOTEMPTY', '/box/folder', true],
  ['ENOTDIR', '/box/folder', true],
  ['EISDIR', '/box/other/file', true],
  ['TypeError', '', true],
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

test('in the engine, folders are made, and files and folders get other names', () => {
  assert.deepEqual(inEngine(MOVES), MOVED);
  assert.deepEqual(readdirSync(join(folder, 'deep')), ['done']);
});

test('under Node, folders and names are the same', async () => {
  assert.deepEqual(await underNode(MOVES), MOVED);
  for (const path of ['/box/deep/done', '/box/deep']) await files.remove(path).catch(() => {});
  assert.equal(await files.exists('/box'), false);
});

test('a name that cannot be given is an error of Node, which tells of both paths', async () => {
  assert.deepEqual(inEngine(REFUSED_MOVES), REFUSALS);
  assert.deepEqual(await underNode(REFUSED_MOVES), REFUSALS);
  for (const path of ['/box/folder/file', '/box/other/file']) await files.remove(path);
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
