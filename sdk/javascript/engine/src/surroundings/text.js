// TextEncoder and TextDecoder, for UTF-8 alone. `atob` and `btoa` are QuickJS's own.
(function (host) {
  'use strict';

  function bytesOf(data) {
    if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    if (data instanceof ArrayBuffer) return new Uint8Array(data);
    throw new TypeError('neither an ArrayBuffer nor a view of one');
  }

  class TextEncoder {
    get encoding() {
      return 'utf-8';
    }

    encode(text = '') {
      return host.encode(String(text).toWellFormed());
    }

    encodeInto(text, target) {
      const { length } = target;
      let [read, written] = [0, 0];
      for (const character of String(text)) {
        const bytes = this.encode(character);
        if (written + bytes.length > length) break;
        target.set(bytes, written);
        written += bytes.length;
        read += character.length;
      }
      return { read, written };
    }
  }

  class TextDecoder {
    #pending = new Uint8Array();
    #begun = false;

    constructor(label = 'utf-8', { fatal = false, ignoreBOM = false } = {}) {
      if (!/^\s*(utf-?8|unicode-1-1-utf-8)\s*$/i.test(label)) throw new RangeError(`the encoding ${label} is not there, only utf-8`);
      Object.defineProperties(this, { fatal: { value: Boolean(fatal) }, ignoreBOM: { value: Boolean(ignoreBOM) } });
    }

    get encoding() {
      return 'utf-8';
    }

    decode(data = new Uint8Array(), { stream = false } = {}) {
      const bytes = this.#pending.length ? joined(this.#pending, bytesOf(data)) : bytesOf(data);
      this.#pending = new Uint8Array();
      const [text, consumed] = host.decode(bytes, this.fatal, Boolean(stream));
      const begun = this.#begun;
      this.#begun = stream && (begun || text !== '');
      if (text === null) throw new TypeError('the data is not UTF-8');
      if (stream) this.#pending = bytes.slice(consumed);
      return !begun && !this.ignoreBOM && text.startsWith('\ufeff') ? text.slice(1) : text;
    }
  }

  function joined(first, second) {
    const both = new Uint8Array(first.length + second.length);
    both.set(first);
    both.set(second, first.length);
    return both;
  }

  host.define({ TextEncoder, TextDecoder });
  Object.assign(host, { bytesOf });
});
