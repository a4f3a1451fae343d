#!/usr/bin/env node
// Makes a plugin of a bundled script: Pocket's JavaScript engine with the script appended to it.

import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HELP = `usage: pocket-plugin compile SCRIPT [-o PLUGIN.wasm]

Makes a WebAssembly plugin of one bundled ES module, whose default export is a node or a list
of nodes. No compiler is needed. Where SCRIPT.map stands beside it, a source map, errors of the plugin
name the files and lines that it was made of.

Examples:
  esbuild src/plugin.ts --bundle --platform=browser --format=esm --sourcemap=external --outfile=dist/plugin.js
  pocket-plugin compile dist/plugin.js -o dist/plugin.wasm
`;

const ENGINE = new URL('../dist/engine.wasm', import.meta.url);

class Problem extends Error {}

/** `ENOENT: no such file or directory`, without the call that Node appends. */
function reason(error) {
  return error.message.split(',', 1)[0];
}

function read(path, hint) {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Problem(`${path}: ${reason(error)}\nhint: ${hint}`);
  }
}

/** An unsigned number as WebAssembly writes it (LEB128). */
function leb128(number) {
  const bytes = [];
  for (; number > 0x7f; number >>>= 7) bytes.push((number & 0x7f) | 0x80);
  return Buffer.from([...bytes, number]);
}

function customSection(title, data) {
  const name = Buffer.from(title);
  const content = Buffer.concat([leb128(name.length), name, data]);
  return Buffer.concat([Buffer.from([0]), leb128(content.length), content]);
}

/** Puts the file in place whole or not at all. */
function write(path, data) {
  const temporary = `${path}.${randomBytes(4).toString('hex')}`;
  try {
    writeFileSync(temporary, data, { flag: 'wx' });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new Problem(`${path}: ${reason(error)}`);
  }
}

function readEngine() {
  const hint = 'build the SDK first, with `make` in its folder';
  const engine = read(fileURLToPath(ENGINE), hint);
  if (!WebAssembly.validate(engine)) throw new Problem(`${fileURLToPath(ENGINE)}: this is no WebAssembly module\nhint: ${hint}`);
  return engine;
}

/** The map of a script, with its sources named from the current folder and without their text. */
function sourceMap(path) {
  let map;
  try {
    map = JSON.parse(readFileSync(path, 'utf8'));
    const folder = resolve(dirname(path), map.sourceRoot ?? '');
    map.sources = map.sources.map((source) => relative('.', resolve(folder, source ?? '')).replaceAll(sep, '/'));
  } catch (error) {
    throw new Problem(`${path}: this is no source map (${reason(error)})\nhint: remove it, or bundle the plugin again`);
  }
  const { version, sources, names, mappings } = map;
  return Buffer.from(JSON.stringify({ version, sources, names, mappings }));
}

function compile(script, output) {
  const engine = readEngine();
  const sections = [customSection('pocket.source', read(script, 'bundle the plugin first'))];
  const map = `${script}.map`;
  if (existsSync(map)) sections.push(customSection('pocket.sourcemap', sourceMap(map)));
  const plugin = Buffer.concat([engine, ...sections]);
  write(output, plugin);
  console.log(`${output}: ${plugin.length} bytes, ${plugin.length - engine.length} of them script and map`);
}

function main() {
  const options = { output: { type: 'string', short: 'o' }, help: { type: 'boolean', short: 'h' } };
  let asked;
  try {
    asked = parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw new Problem(`${error.message}\n\n${HELP}`);
  }
  const [command, script, ...others] = asked.positionals;
  if (asked.values.help) return void process.stdout.write(HELP);
  if (command !== 'compile' || !script || others.length) throw new Problem(`nothing to do\n\n${HELP}`);
  compile(script, asked.values.output ?? `${script.replace(/\.[cm]?js$/, '')}.wasm`);
}

try {
  main();
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  console.error(`error: ${error.message}`);
  process.exitCode = 2;
}
