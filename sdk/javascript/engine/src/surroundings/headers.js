// Headers, of a request or a response.
(function (host) {
  'use strict';

  const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
  const VALUE = /^[^\0\r\n\u0100-\uffff]*$/;

  function checkedName(name) {
    if (!NAME.test(name)) throw new TypeError(`this is no name of a header: ${name}`);
    return String(name).toLowerCase();
  }

  function checkedValue(value) {
    const text = String(value).replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '');
    if (!VALUE.test(text)) throw new TypeError(`this is no value of a header: ${text}`);
    return text;
  }

  class Headers {
    /** Lower-case name to values. */
    #values = new Map();

    constructor(init = {}) {
      const pairs = init[Symbol.iterator] ? init : Object.entries(init);
      for (const pair of pairs) {
        const both = [...pair];
        if (both.length !== 2) throw new TypeError('a header is a pair, [name, value]');
        this.append(...both);
      }
    }

    append(name, value) {
      const key = checkedName(name);
      this.#values.set(key, [...(this.#values.get(key) ?? []), checkedValue(value)]);
    }

    set(name, value) {
      this.#values.set(checkedName(name), [checkedValue(value)]);
    }

    delete(name) {
      this.#values.delete(checkedName(name));
    }

    get(name) {
      return this.#values.get(checkedName(name))?.join(', ') ?? null;
    }

    getSetCookie() {
      return [...(this.#values.get('set-cookie') ?? [])];
    }

    has(name) {
      return this.#values.has(checkedName(name));
    }

    forEach(callback, self) {
      for (const [name, value] of this) callback.call(self, value, name, this);
    }

    *entries() {
      for (const name of [...this.#values.keys()].sort()) {
        const values = this.#values.get(name) ?? [];
        // A cookie may have a comma in it.
        for (const value of name === 'set-cookie' ? values : [values.join(', ')]) yield [name, value];
      }
    }

    *keys() {
      for (const [name] of this) yield name;
    }

    *values() {
      for (const [, value] of this) yield value;
    }

    [Symbol.iterator]() {
      return this.entries();
    }

    get [Symbol.toStringTag]() {
      return 'Headers';
    }
  }

  host.define({ Headers });
});
