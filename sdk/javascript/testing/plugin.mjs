// A plugin under Node's own WebAssembly, with a host that tests control.
import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { WASI } from 'node:wasi';

const ENGINE = new WebAssembly.Module(readFileSync(new URL('../dist/engine.wasm', import.meta.url)));
const ENOSYS = 52;

/** The source of a node. */
export const node = (body, type = 'main') =>
  `({ config: null, getMetadata() { return { type: '${type}', category: 'c', description: 'd', configSchema: {} }; }, ${body} })`;

/** A plugin with one node. */
export const plugin = (body, host) => new Plugin(`export default ${node(body)};`, host);

/** What a function gives that runs as the `exec` of a node, or the error of the call, thrown. */
export function evaluate(body, host) {
  const { success, output, error } = plugin(`async exec(input) { ${body} }`, host).call(null);
  if (!success) throw new Error(error);
  return output;
}

/**
 * @param host.env the environment
 * @param host.answer what a host call gives, `{ok, value}` or `{ok, error}`; none are taken without it
 * @param host.reads what the stream to read has, as bytes; without it there are no streams
 * @param host.folders what is granted: folders of this machine, by the paths that the plugin knows them by
 * @param host.waits whether `poll_oneoff` works
 */
export class Plugin {
  log = [];
  asked = [];
  written = [];
  /** Milliseconds by which waiting moved the clock on. */
  waited = 0;

  constructor(source, host = {}) {
    this.host = host;
    const system = new WASI({ version: 'preview1', preopens: host.folders ?? {} });
    const wasi = { ...system.wasiImport, ...this.#wasi() };
    const instance = new WebAssembly.Instance(ENGINE, { pocket: this.#pocket(), wasi_snapshot_preview1: wasi });
    this.exports = instance.exports;
    system.initialize(instance);
    this.started = this.#place(source, (at, length) => this.exports.__pocket_init(at, length)) !== 0;
  }

  #bytes(at, length) {
    return new Uint8Array(this.exports.memory.buffer, at >>> 0, length);
  }

  get #view() {
    return new DataView(this.exports.memory.buffer);
  }

  #pocket() {
    let answer = new Uint8Array();
    return {
      log: (level, at, length) => void this.log.push([level, new TextDecoder().decode(this.#bytes(at, length))]),
      host_call: (at, length) => {
        if (!this.host.answer) return -1;
        const question = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(this.#bytes(at, length)));
        this.asked.push(question);
        answer = new TextEncoder().encode(JSON.stringify(this.host.answer(question)));
        return answer.length;
      },
      host_take: (at, room) => {
        const taken = answer.subarray(0, room);
        this.#bytes(at, taken.length).set(taken);
        return taken.length;
      },
      stream_read: (at, room) => {
        if (!this.host.reads) return -1;
        const piece = this.host.reads.subarray(0, room);
        this.host.reads = this.host.reads.subarray(piece.length);
        this.#bytes(at, piece.length).set(piece);
        return piece.length;
      },
      stream_write: (at, length) => {
        if (!this.host.reads) return -1;
        this.written.push(...this.#bytes(at, length));
        return length;
      },
    };
  }

  #wasi() {
    const entries = Object.entries(this.host.env ?? {}).map((pair) => new TextEncoder().encode(`${pair.join('=')}\0`));
    return {
      random_get: (at, length) => (randomFillSync(this.#bytes(at, length)), 0),
      clock_time_get: (id, _precision, at) => {
        const now = id === 0 ? Date.now() : performance.now();
        this.#view.setBigUint64(at, BigInt(Math.round((now + this.waited) * 1e6)), true);
        return 0;
      },
      environ_sizes_get: (count, size) => {
        this.#view.setUint32(count, entries.length, true);
        this.#view.setUint32(size, entries.reduce((sum, entry) => sum + entry.length, 0), true);
        return 0;
      },
      environ_get: (pointers, text) => {
        for (const [index, entry] of entries.entries()) {
          this.#view.setUint32(pointers + 4 * index, text, true);
          this.#bytes(text, entry.length).set(entry);
          text += entry.length;
        }
        return 0;
      },
      poll_oneoff: (wanted, events, count, happened) => this.#wait(wanted, events, count, happened),
    };
  }

  /** Moves the clock on instead of waiting, as far as the subscription says. */
  #wait(wanted, events, count, happened) {
    if (this.host.waits === false) return ENOSYS;
    assert.equal(count, 1);
    assert.equal(this.#view.getUint8(wanted + 8), 0, 'the subscription is to a clock');
    assert.equal(this.#view.getUint32(wanted + 16, true), 1, 'the clock is the monotonic one');
    assert.equal(this.#view.getUint16(wanted + 40, true), 0, 'the time is relative');
    this.waited += Number(this.#view.getBigUint64(wanted + 24, true)) / 1e6;
    this.#bytes(events, 32).fill(0);
    this.#view.setUint32(happened, 1, true);
    return 0;
  }

  #place(text, use) {
    const data = new TextEncoder().encode(text);
    const at = this.exports.__pocket_alloc(data.length);
    assert.notEqual(at, 0);
    this.#bytes(at, data.length).set(data);
    return use(at, data.length);
  }

  call(input, fields = {}) {
    const request = { node: 'main', function: 'run', config: {}, input, prepResult: null, execResult: null, ...fields };
    return JSON.parse(this.answer(JSON.stringify(request)));
  }

  /** Gives the text of the response to that of a request. */
  answer(request) {
    const packed = BigInt.asUintN(64, this.#place(request, this.exports.__pocket_call));
    const answer = this.#bytes(Number(packed >> 32n), Number(packed & 0xffffffffn));
    return new TextDecoder('utf-8', { fatal: true }).decode(answer);
  }

  /** Keeps the state for `restore`, which is what Pocket does between calls. */
  save() {
    this.saved = new Uint8Array(this.exports.memory.buffer).slice();
  }

  restore() {
    new Uint8Array(this.exports.memory.buffer).set(this.saved);
    this.exports.__pocket_resume();
  }
}
