// `pocket`: what a plugin asks its host for, and the errors that it gets.
(function (host) {
  'use strict';

  class HostError extends Error {
    constructor(code, message, options) {
      super(message, options);
      this.code = code;
    }

    get name() {
      return 'HostError';
    }
  }

  class PermissionError extends HostError {
    constructor(message, options) {
      super('permission-denied', message, options);
    }

    get name() {
      return 'PermissionError';
    }
  }

  /** Asks the host, which answers at once or after it did the work; nothing else happens meanwhile. */
  function ask(call, fields) {
    const answer = JSON.parse(host.ask(JSON.stringify({ call, ...fields })));
    if (answer.ok) return answer.value;
    const { code, message } = answer.error;
    throw code === 'permission-denied' ? new PermissionError(message) : new HostError(code, message);
  }

  const store = {
    async get(key) {
      return ask('store.get', { key });
    },

    async set(key, value) {
      if (value === undefined) throw new TypeError('undefined cannot be stored; delete the key instead');
      ask('store.set', { key, value });
    },

    async delete(key) {
      return ask('store.delete', { key });
    },

    async keys({ prefix, limit, after } = {}) {
      return ask('store.keys', { prefix, limit, after });
    },
  };

  /** A piece that fits into the memory of a small plugin. */
  const PIECE_BYTES = 64 << 10;

  const input = {
    async read() {
      const chunk = host.readStream(PIECE_BYTES);
      return chunk.length > 0 ? chunk : null;
    },

    async *[Symbol.asyncIterator]() {
      for (let chunk; (chunk = await input.read()) !== null; ) yield chunk;
    },
  };

  const output = {
    async write(chunk) {
      host.writeStream(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk);
    },
  };

  function environment() {
    const variables = Object.create(null);
    for (const entry of host.environ()) {
      const at = entry.indexOf('=', 1);
      if (at > 0) variables[entry.slice(0, at)] = entry.slice(at + 1);
    }
    return variables;
  }

  const { debug, info, warn, error } = console;
  const pocket = Object.freeze({
    env: Object.freeze(environment()),
    store: Object.freeze(store),
    get files() {
      if (!host.files) host.readFiles(host);
      return host.files;
    },
    input: Object.freeze(input),
    output: Object.freeze(output),
    log: Object.freeze({ debug, info, warn, error }),
    HostError,
    PermissionError,
  });
  host.define({ pocket, PermissionError });
  Object.assign(host, { call: ask, HostError, PermissionError });
});
