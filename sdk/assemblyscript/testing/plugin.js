// A plugin under Node's own WebAssembly, with a host that tests control: for unit tests, without Pocket.
import { randomFillSync } from 'node:crypto';
import { readFileSync } from 'node:fs';

const ENOSYS = 52;
const EBADF = 8;
const LEVELS = ['debug', 'info', 'warn', 'error'];

/** What ends a call by `end_call`: nothing of the plugin runs after it. */
class Ending {
  constructor(response) {
    this.response = response;
  }
}

export class Plugin {
  #unread = null;
  #written = [];
  log = [];
  asked = [];

  constructor(file, host = {}) {
    this.host = { env: {}, store: {}, ...host };
    const module = new WebAssembly.Module(readFileSync(file));
    this.exports = new WebAssembly.Instance(module, { pocket: this.#pocket(), wasi_snapshot_preview1: this.#wasi() }).exports;
    this.exports._initialize?.();
  }

  get metadata() {
    return this.#call({ node: '', function: 'metadata' }).output;
  }

  /** Calls a node as Pocket does: `{output, next}`. An error of the call is thrown, with its stack as `frames`. */
  run(node, input, config = {}) {
    return this.call({ node, function: 'run', config, input, prepResult: null, execResult: null });
  }

  /** Calls a node that works on a stream: `{output, next, written}`. */
  stream(node, chunks, input = null, config = {}) {
    const all = typeof chunks === 'string' || chunks instanceof Uint8Array ? [chunks] : [...chunks];
    const bytes = all.map((chunk) => (typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk));
    this.#unread = bytes.filter((chunk) => chunk.length > 0);
    this.#written = [];
    try {
      const { output, next } = this.run(node, input, config);
      return { output, next, written: new Uint8Array(Buffer.concat(this.#written)) };
    } finally {
      this.#unread = null;
    }
  }

  /** Makes any request of the ABI. */
  call(request) {
    const { success, output = null, next = 'default', error, stack = [] } = this.#call(request);
    if (!success) throw Object.assign(new Error(error), { frames: stack });
    return { output, next };
  }

  #call(request) {
    const data = new TextEncoder().encode(JSON.stringify(request));
    try {
      const at = this.exports.__pocket_alloc(data.length);
      this.#bytes(at, data.length).set(data);
      const packed = BigInt.asUintN(64, this.exports.__pocket_call(at, data.length));
      return this.#json(Number(packed >> 32n), Number(packed & 0xffffffffn));
    } catch (error) {
      if (error instanceof Ending) return error.response;
      throw error;
    }
  }

  #bytes(at, length) {
    return new Uint8Array(this.exports.memory.buffer, at >>> 0, length);
  }

  #text(at, length) {
    return new TextDecoder('utf-8', { fatal: true }).decode(this.#bytes(at, length));
  }

  #json(at, length) {
    return JSON.parse(this.#text(at, length));
  }

  #pocket() {
    let answer = new Uint8Array();
    return {
      log: (level, at, length) => void this.log.push(`${LEVELS[level]}: ${this.#text(at, length)}`),
      end_call: (at, length) => {
        throw new Ending(this.#json(at, length));
      },
      host_call: (at, length) => {
        const question = this.#json(at, length);
        this.asked.push(question);
        answer = new TextEncoder().encode(JSON.stringify(this.#answer(question)));
        return answer.length;
      },
      host_take: (at, room) => {
        const taken = answer.subarray(0, room);
        this.#bytes(at, taken.length).set(taken);
        return taken.length;
      },
      stream_read: (at, room) => {
        if (this.#unread === null) return -1;
        const chunk = this.#unread.shift() ?? new Uint8Array();
        if (chunk.length > room) this.#unread.unshift(chunk.subarray(room));
        const given = chunk.subarray(0, room);
        this.#bytes(at, given.length).set(given);
        return given.length;
      },
      stream_write: (at, length) => {
        if (this.#unread === null) return -1;
        this.#written.push(this.#bytes(at, length).slice());
        return length;
      },
    };
  }

  #answer(question) {
    try {
      return { ok: true, value: this.#value(question) ?? null };
    } catch (error) {
      return { ok: false, error: { code: error.code ?? 'unavailable', message: error.message } };
    }
  }

  #value({ call, key, value, prefix = '', after = '', limit = 100, ...request }) {
    const { store, http } = this.host;
    if (call === 'http.request' && http) return { url: request.url, headers: [], redirected: false, ...http(request) };
    if (call === 'store.get') return store[key];
    if (call === 'store.set') return void (store[key] = value);
    if (call === 'store.delete') return key in store && delete store[key];
    if (call !== 'store.keys') throw Object.assign(new Error(`nothing answers ${call}`), { code: 'permission-denied' });
    const keys = Object.keys(store).filter((name) => name.startsWith(prefix) && name > after);
    return keys.sort().slice(0, limit);
  }

  #wasi() {
    const entries = Object.entries(this.host.env).map((pair) => new TextEncoder().encode(`${pair.join('=')}\0`));
    const view = () => new DataView(this.exports.memory.buffer);
    const known = {
      random_get: (at, length) => (randomFillSync(this.#bytes(at, length)), 0),
      clock_time_get: (_clock, _precision, at) => (view().setBigUint64(at, BigInt(Date.now()) * 1_000_000n, true), 0),
      environ_sizes_get: (count, size) => {
        view().setUint32(count, entries.length, true);
        view().setUint32(size, entries.reduce((sum, entry) => sum + entry.length, 0), true);
        return 0;
      },
      environ_get: (pointers, text) => {
        for (const [index, entry] of entries.entries()) {
          view().setUint32(pointers + 4 * index, text, true);
          this.#bytes(text, entry.length).set(entry);
          text += entry.length;
        }
        return 0;
      },
      // No folder is granted here.
      fd_prestat_get: () => EBADF,
    };
    return new Proxy(known, { get: (all, name) => all[name] ?? (() => ENOSYS), has: () => true });
  }
}
